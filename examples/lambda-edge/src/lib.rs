//! The gateway behind a boundary that a few lines of JavaScript can cross.
//!
//! Everything that crosses lies in two buffers of this module: the caller asks for room in the
//! input with [`input`], fills it, calls, and finds the answer at [`output`]. The form is flat:
//! lengths, then texts (see `wire`), because in JavaScript the JSON of an event alone costs more than
//! everything that is done here.
//!
//! Most fields do not cross: the caller asks once for each name what is done with a field of that
//! name ([`request_field`], [`response_field`]). What is unusual crosses whole ([`event_json`],
//! [`complete_whole`]).
//!
//! A call says what its answer is: [`RESPOND`], [`FORWARD`] or [`DOCUMENT`]. What is begun and not
//! answered yet has a ticket, by which the caller goes on with [`document`], [`complete`],
//! [`fail`] or [`abandon`]. Bodies of requests and responses stay with the caller.
//!
//! The boundary itself needs no unsafe code: the caller writes into a buffer that is initialised,
//! and gives numbers that are checked. Only the attribute that fixes an exported name is marked.
#![expect(unsafe_code, reason = "`no_mangle`: no other item has the name of an export below")]

mod content;
mod instance;
mod message;
mod tickets;
mod wire;

use std::cell::RefCell;

use self::instance::{Head, Instance};

/// The answer is a result object for CloudFront.
pub const RESPOND: u32 = 0;
/// The answer is a request for upstream.
pub const FORWARD: u32 = 1;
/// The answer is the name of the settings document, which is needed first.
pub const DOCUMENT: u32 = 2;
/// There is no answer: the response is not valid HTTP, and the ticket still waits.
pub const UNREADABLE: u32 = 3;
/// There is no answer: the message has to come whole, because what is unusual about it may concern
/// the fields that stayed with the caller.
pub const WHOLE: u32 = 4;
/// There is no answer, and none is needed.
pub const DONE: u32 = 5;

/// A field that passes as it is: it can stay with the caller.
pub const KEPT: u32 = 0;
/// A field that does not pass, whatever it says.
pub const DROPPED: u32 = 1;
/// A field that has to cross.
pub const READ: u32 = 2;
/// Text that is not the name of a field, in lower case.
pub const UNKNOWN: u32 = 3;

thread_local! {
    static INSTANCE: RefCell<Instance> = RefCell::new(Instance::default());
}

/// Makes room for this many bytes of input, and says where.
#[unsafe(no_mangle)]
pub extern "C" fn input(size: usize) -> *mut u8 {
    INSTANCE.with_borrow_mut(|instance| instance.input.room(size))
}

/// Where the output lies.
#[unsafe(no_mangle)]
pub extern "C" fn output() -> *const u8 {
    INSTANCE.with_borrow(|instance| instance.output.start())
}

/// Takes choices other than variables, as JSON, before the first event: `integration_version`,
/// `mount`, `agent_origin` and `v4`. Says whether they are valid; if not, nothing changes.
#[unsafe(no_mangle)]
pub extern "C" fn configure(size: usize) -> bool {
    INSTANCE.with_borrow_mut(|instance| instance.configure(size))
}

/// Takes note of the origin of the events that follow, which is how [`event`] knows its settings.
/// [`WHOLE`] if it cannot be read.
#[unsafe(no_mangle)]
pub extern "C" fn origin(size: usize, texts: usize) -> u32 {
    INSTANCE.with_borrow_mut(|instance| instance.origin(size, texts))
}

/// Says what is done with a field of a request, whose name and method stand in the input: [`KEPT`],
/// [`DROPPED`], [`READ`] or [`UNKNOWN`]. It stays true until there is another origin or document.
#[unsafe(no_mangle)]
pub extern "C" fn request_field(at: usize, name: usize, size: usize, now: f64) -> u32 {
    INSTANCE.with_borrow_mut(|instance| instance.request_field(at, name, size, now))
}

/// The same of a field of the response for a ticket.
#[unsafe(no_mangle)]
pub extern "C" fn response_field(ticket: u32, at: usize, size: usize) -> u32 {
    INSTANCE.with_borrow(|instance| instance.response_field(ticket, at, size))
}

/// Takes an event without the fields that are kept or dropped. Their values may follow the texts, to
/// be checked. `now` is in milliseconds.
#[unsafe(no_mangle)]
pub extern "C" fn event(size: usize, texts: usize, truncated: bool, body: usize, now: f64) -> u32 {
    INSTANCE.with_borrow_mut(|instance| instance.event(size, texts, truncated, body, now))
}

/// Takes anything as JSON, which may be an event.
#[unsafe(no_mangle)]
pub extern "C" fn event_json(size: usize, now: f64) -> u32 {
    INSTANCE.with_borrow_mut(|instance| instance.json_event(size, now))
}

/// Takes a settings document that was read, or could not be. The event has to be begun again.
#[unsafe(no_mangle)]
pub extern "C" fn document(ticket: u32, size: usize, found: bool, now: f64) -> u32 {
    INSTANCE.with_borrow_mut(|instance| instance.document(ticket, size, found, now))
}

/// Takes upstream's response without the fields that are kept or dropped. `kept` is the size of those
/// that are kept, and their values may follow the texts, to be checked.
#[unsafe(no_mangle)]
pub extern "C" fn complete(
    ticket: u32,
    size: usize,
    texts: usize,
    status: u32,
    body: usize,
    utf8: bool,
    kept: usize,
) -> u32 {
    let head = Head { status, body, utf8, kept: Some(kept) };
    INSTANCE.with_borrow_mut(|instance| instance.complete(ticket, size, texts, &head))
}

/// Takes upstream's response with all its fields.
#[unsafe(no_mangle)]
pub extern "C" fn complete_whole(
    ticket: u32,
    size: usize,
    texts: usize,
    status: u32,
    body: usize,
    utf8: bool,
) -> u32 {
    let head = Head { status, body, utf8, kept: None };
    INSTANCE.with_borrow_mut(|instance| instance.complete(ticket, size, texts, &head))
}

/// Takes note that upstream failed: 0 connecting, 1 in time, 2 in protocol.
#[unsafe(no_mangle)]
pub extern "C" fn fail(ticket: u32, failure: u32, now: f64, entropy: f64) -> u32 {
    INSTANCE.with_borrow_mut(|instance| instance.fail(ticket, failure, now, entropy))
}

/// Forgets what was begun. A ticket that is answered already is forgotten without this.
#[unsafe(no_mangle)]
pub extern "C" fn abandon(ticket: u32) {
    INSTANCE.with_borrow_mut(|instance| drop(instance.tickets.take(ticket)));
}
