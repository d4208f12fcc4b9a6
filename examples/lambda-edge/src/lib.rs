//! The gateway behind a boundary that a few lines of JavaScript can cross.
//!
//! Everything that crosses lies in two buffers of this module: the caller asks for room in the
//! input with [`input`], fills it, calls, and finds the answer at [`output`]. The form is flat:
//! numbers, then lengths, then texts (see `wire`), because in JavaScript the JSON of an event
//! alone costs more than everything that is done here.
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
mod wire;

use std::cell::RefCell;

use self::instance::Instance;

/// The answer is a result object for CloudFront.
pub const RESPOND: u32 = 0;
/// The answer is a request for upstream.
pub const FORWARD: u32 = 1;
/// The answer is the name of the settings document, which is needed first.
pub const DOCUMENT: u32 = 2;
/// There is no answer: the response is not valid HTTP, and the ticket still waits.
pub const UNREADABLE: u32 = 3;

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

/// Takes an event in flat form. `now` is in milliseconds.
#[unsafe(no_mangle)]
pub extern "C" fn event(size: usize, now: f64) -> u32 {
    INSTANCE.with_borrow_mut(|instance| instance.flat_event(size, now))
}

/// Takes anything as JSON, which may be an event.
#[unsafe(no_mangle)]
pub extern "C" fn event_json(size: usize, now: f64) -> u32 {
    INSTANCE.with_borrow_mut(|instance| instance.json_event(size, now))
}

/// Goes on with an event whose settings document was read, or could not be.
#[unsafe(no_mangle)]
pub extern "C" fn document(ticket: u32, size: usize, found: bool, now: f64) -> u32 {
    INSTANCE.with_borrow_mut(|instance| instance.document(ticket, size, found, now))
}

/// Takes upstream's response, unless it is [`UNREADABLE`].
#[unsafe(no_mangle)]
pub extern "C" fn complete(ticket: u32, size: usize) -> u32 {
    INSTANCE.with_borrow_mut(|instance| instance.complete(ticket, size))
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
