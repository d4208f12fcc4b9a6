//! For authors of adapters: what an adapter has to do, and how.
//!
//! The gateway decides about heads. Everything that touches a socket, a clock or a body is left to
//! the adapter, and so are the promises that depend on it. They are the rules [R16] of the
//! contract. This page says what each of them asks for, why, and what you see when it was
//! forgotten. The example `proxy` keeps all of them, and for tower and axum the crate
//! `firstparty-tower` does.
//!
//! # Send once
//!
//! Rule [R16.1].
//!
//! * Send an identification request at most once, whatever happens. Whether a request is one is in
//!   [`Report::authorised`].
//! * Repeat a GET or HEAD at most once, and only if it met a kept connection that broke before the
//!   first byte of an answer.
//! * Follow no redirect.
//! * Check upstream's certificate, and keep connections to upstream apart from those that carry the
//!   credentials of other tenants.
//!
//! *Why:* each identification request becomes an event of its own at Fingerprint. A redirect that
//! the client follows takes the proxy secret to another host.
//!
//! *Forgotten:* more events in Fingerprint's dashboard than browsers sent, or answers of a host
//! that you did not configure. Many clients follow redirects and repeat requests by default. Turn
//! both off: in reqwest with `redirect(Policy::none())` and `retry(retry::never())`, in `fetch`
//! with `redirect: "manual"`, in hyper-util's legacy client, which follows none, with
//! `retry_canceled_requests(false)`.
//!
//! # Pass bodies on as they are
//!
//! Rule [R16.2].
//!
//! * Stream both bodies; neither decode nor compress them.
//! * If upstream breaks after its head, cut the browser's response visibly: reset the connection,
//!   or in HTTP/2 the stream. To HTTP/1.0 only a reset shows that a body of unknown length was cut;
//!   a server that cannot reset collects it first.
//!
//! *Why:* `accept-encoding` and `content-encoding` pass the gateway, so browser and upstream have
//! agreed on a coding. A response that ends early, but in order, would be taken for the whole
//! script, and caches would keep it.
//!
//! *Forgotten:* `ERR_CONTENT_DECODING_FAILED` in the browser, because the client has decoded the
//! body but kept the field; or syntax errors in an agent that was cut off. In reqwest leave the
//! features `gzip`, `brotli`, `deflate` and `zstd` off, or call `no_gzip()` and the like. `fetch`
//! decodes by itself: drop `content-encoding` and `content-length` of a body that it has decoded,
//! or use a client that hands out the bytes as they are, such as Node's `https`.
//!
//! # Drop interim responses and trailers
//!
//! Rule [R16.3].
//!
//! * Answer `expect: 100-continue` on your own side. The gateway removes the field.
//! * Drop interim responses (1xx) from upstream, and trailers in both directions.
//!
//! *Why:* trailers do not go through the gateway. A browser's trailer could bring back an
//! `fpjs-proxy-…` field that the head has lost ([R5.3]).
//!
//! *Forgotten:* clients that send `expect` wait in vain before each upload; curl waits for a
//! second. Trailers that get through go unnoticed until somebody abuses them. Of a body in the sense of
//! `http-body`, keep only the frames for which `Frame::into_data` is `Ok`. hyper answers `expect`
//! and passes over interim responses by itself.
//!
//! If you have a reason to pass 103 (Early Hints) on, hand its head to [`Exchange::complete`] like
//! every other head. It does not use the exchange up: the final response or the failure follows,
//! and the report is the same before and after.
//!
//! ```
//! use firstparty::http::{Request, Response};
//! use firstparty::{Action, Config, Gateway, Platform};
//!
//! let gateway = Gateway::new(Config::default(), Platform::Generic);
//! let request = Request::get("/fp/web/v4/key").header("host", "www.example.com").body(())?;
//! let Action::Forward(_, exchange) = gateway.handle(request, None) else { panic!() };
//! let report = exchange.report();
//! for status in [103, 200] {
//!     let head = Response::builder().status(status).header("alt-svc", "h3").body(())?;
//!     assert!(exchange.complete(head).headers().is_empty());
//! }
//! assert_eq!(exchange.report(), report);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Limits
//!
//! Rule [R16.4].
//!
//! * Accept at least [`MIN_FIELDS`] fields and [`MIN_HEAD`] bytes of head, from browsers and from
//!   upstream.
//! * Refuse ambiguous framing before the gateway sees it, as hyper does, and hand `connection`,
//!   `content-length` and `transfer-encoding` over as they came.
//! * By default, wait for [`CONNECT_TIMEOUT`], [`FIRST_BYTE_TIMEOUT`] and [`IDLE_TIMEOUT`]. Limit
//!   the size of bodies too, if your host keeps them in memory.
//!
//! *Why:* a browser with many cookies for the site sends a long head. Servers that read ambiguous
//! framing differently can be made to see two requests where the gateway saw one. An upstream that
//! hangs would hold a connection for each visitor.
//!
//! *Forgotten:* some visitors, always the same ones, get 431 from your server and are never
//! identified; or your server stops answering whenever upstream is slow.
//!
//! ```no_run
//! use std::net::{SocketAddr, TcpStream};
//!
//! use firstparty::Failure;
//! use firstparty::adapter::{CONNECT_TIMEOUT, FIRST_BYTE_TIMEOUT};
//!
//! fn connect(upstream: &SocketAddr) -> Result<TcpStream, Failure> {
//!     let connected = TcpStream::connect_timeout(upstream, CONNECT_TIMEOUT);
//!     let stream = connected.map_err(|_| Failure::Connect)?;
//!     stream.set_read_timeout(Some(FIRST_BYTE_TIMEOUT)).map_err(|_| Failure::Connect)?;
//!     Ok(stream)
//! }
//! ```
//!
//! # Answer failures through the exchange
//!
//! Rule [R16.5].
//!
//! * Answer every failure of upstream's before the response's head with [`Exchange::fail`], and a
//!   limit of your own host with [`Exchange::refuse`].
//! * If the browser falls silent while it uploads, answer 408 with [`Exchange::refuse`] and a
//!   [`Cause`] of your own, close the connection, and complete the report with
//!   [`Report::answered`]. The limit for the first byte is upstream's: it does not run while your
//!   adapter waits for the browser.
//! * Keep the words of your errors out of every answer.
//!
//! *Why:* the agent understands the JSON of `fail`, and its `access-control-…` fields let the page
//! read it ([R9.1]). Errors of clients name hosts, addresses and URLs.
//!
//! *Forgotten:* the page reports a CORS error where upstream was only slow, because the 502 of your
//! framework lacks these fields. For the kind of a failure, see
//! [below](#from-a-clients-error-to-a-failure).
//!
//! # Log the report, refresh the settings
//!
//! Rule [R16.6].
//!
//! * Log [`Report::ended`], never fields, queries or bodies, and add it to a [`Tally`].
//! * Read variables with [`Source::from_vars_os`], or where a store cannot be listed, such as Workers
//!   bindings and Fastly's stores, with [`Source::from_lookup`].
//! * Read a settings document again while the program runs, with [`DocumentCache`] or a watch on
//!   the file. Each request keeps the [`Gateway`] that it began with, which is cheap to clone.
//!
//! *Why:* among the fields are the proxy secret and the visitors' cookies. A secret is rotated
//! without a deployment.
//!
//! *Forgotten:* the secret is in the log; or, after a rotation, reports have `secret_suspect` until
//! somebody restarts the program.
//!
//! # What the forwarded request looks like
//!
//! | part | what [`Action::Forward`] holds |
//! |---|---|
//! | method | the browser's |
//! | URI | absolute, `https://` and the upstream host ([R4.1]) |
//! | `host` | the same host, exactly once, also if the browser sent only `:authority` |
//! | version | HTTP/1.1, the default of `http`, whatever the browser spoke: it says nothing about the connection to upstream, so set the one that your client needs |
//! | fields | names in lower case; the order of different names is not kept, that of repeats is; the proxy secret is marked sensitive, so that HPACK does not index it |
//! | framing | `content-length` if the browser sent a usable one and no `transfer-encoding` (on CloudFront, `firstparty-lambda-edge` writes it); never `transfer-encoding` ([R5.2], [R12]) |
//! | extensions | as they came: what your server has put there reaches your client |
//! | body | as it came, whatever the method: a GET may have one |
//!
//! Your client sends these fields and no other: many add `user-agent`, `accept` or
//! `accept-encoding` where the browser had none. A body without `content-length` has to be framed
//! again: in HTTP/1.1 with the chunked coding, in HTTP/2 by frames alone. A POST, PUT or PATCH that
//! has no body needs `content-length: 0` ([RFC 9110 §8.6][anticipates]). hyper takes a GET or HEAD
//! of unknown length to have no body unless you add `transfer-encoding`. A low-level client that
//! writes the URI as it is, such as `hyper::client::conn::http1`, needs it cut to path and query. A
//! client that parses the URI by the URL standard, as `fetch` and reqwest do, takes `\` for `/`:
//! write `%5C` in its place.
//!
//! The response of [`Exchange::complete`] keeps upstream's status, extensions and body. Its version
//! is HTTP/1.1 too, `connection` and `transfer-encoding` are gone, and `content-length` stays if it
//! is a usable one ([R6]). Your server frames it anew. The answers of [`Action::Respond`] have no
//! `content-length`, and no body for HEAD.
//!
//! ```
//! use firstparty::http::{Request, Response, Uri, Version};
//! use firstparty::{Action, Config, Gateway, Platform};
//!
//! let gateway = Gateway::new(Config::default(), Platform::Generic);
//! let request = Request::get("https://www.example.com/fp/a?b").version(Version::HTTP_2);
//! let request = request.extension("mine").header("transfer-encoding", "chunked").body("content")?;
//! let Action::Forward(mut request, exchange) = gateway.handle(request, None) else { panic!() };
//! assert_eq!(request.uri(), "https://api.fpjs.io/a?b");
//! assert_eq!(request.headers()["host"], "api.fpjs.io");
//! assert_eq!(request.headers().len(), 1);
//! assert_eq!(request.version(), Version::HTTP_11);
//! assert_eq!(request.extensions().get(), Some(&"mine"));
//! assert_eq!(request.body(), &"content");
//!
//! // For a client that does neither by itself:
//! request.headers_mut().insert("transfer-encoding", "chunked".parse()?);
//! *request.uri_mut() = Uri::from(request.uri().path_and_query().cloned().unwrap());
//! assert_eq!(request.uri(), "/a?b");
//!
//! let response = Response::builder().version(Version::HTTP_2).extension("theirs").body("{}")?;
//! let response = exchange.complete(response);
//! assert_eq!(response.version(), Version::HTTP_11);
//! assert_eq!(response.extensions().get(), Some(&"theirs"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! If your server's types are of another `http`, as actix-web's are of 0.2, copy method, target and each
//! field as bytes, repeats apart; parse the target from its text. `examples/actix` shows both ways.
//!
//! # From a client's error to a `Failure`
//!
//! [`Failure::Connect`] is everything until the connection is made, time-outs and TLS included. Then
//! [`Timeout`] is a wait that took too long, and [`Protocol`] is all the rest. Once upstream's head
//! is there, a failure has no kind any more: the response is cut. [`BodyTooLarge`] is for a limit
//! of your own, or for Fastly's `HttpResponseBodyTooLarge`.
//!
//! | client | `Connect` | `Timeout` | `Protocol` |
//! |---|---|---|---|
//! | [`std::io::ErrorKind`] | any, while connecting | `TimedOut`; `WouldBlock`, which a read time-out gives on Unix | `UnexpectedEof`, `ConnectionReset`, `ConnectionAborted`, `BrokenPipe`, `InvalidData` |
//! | hyper-util, `client::legacy::Error` | `is_connect()` | your timer around the call; a `hyper::Error` among its sources that `is_timeout()` | all others |
//! | reqwest, `Error` | `is_connect()`, asked first | `is_timeout()`, which is also true of a connect time-out | `is_request()`, `is_body()`, `is_decode()` |
//! | Pingora, `ErrorType` with `ErrorSource::Upstream` | `ConnectTimedout`, `ConnectRefused`, `ConnectNoRoute`, `ConnectError`, `ConnectProxyFailure`, `TLSHandshakeFailure`, `TLSHandshakeTimedout`, `InvalidCert`, `HandshakeError`, `SocketError`, `BindError` | `ReadTimedout`, `WriteTimedout` | `InvalidHTTPHeader`, `H1Error`, `H2Error`, `H2Downgrade`, `InvalidH2`, `ReadError`, `WriteError`, `ConnectionClosed` |
//! | ureq 3, `Error` | `HostNotFound`, `ConnectionFailed`, `Tls`, `Rustls`; `Timeout` with `Resolve` or `Connect`; `Io` of kind `ConnectionRefused`, `HostUnreachable`, `NetworkUnreachable` | `Timeout` with any other | all others |
//! | Fastly Compute, `SendErrorCause` | `DnsTimeout`, `DnsError`, `Destination…`, `ConnectionRefused`, `ConnectionTimeout`, `ConnectionLimitReached`, `Tls…` | `HttpResponseTimeout` | `ConnectionTerminated`, `HttpIncompleteResponse`, `HttpProtocolError`, `HttpResponseStatusInvalid`, `HttpResponseHeaderSectionTooLarge`, and what a later version adds |
//! | `fetch` in Node | `TypeError`, unless its `cause.code` is one of those to the right | `TimeoutError` of `AbortSignal.timeout`; `AbortError`, if your timer aborted; `cause.code` `UND_ERR_HEADERS_TIMEOUT` | `cause.code` `UND_ERR_SOCKET`, `UND_ERR_HEADERS_OVERFLOW` |
//! | `fetch` in Deno, and as the Fetch Standard has it | `TypeError`, which is any network error, whatever the stage | `TimeoutError`, `AbortError` as above | – |
//! | `fetch` in Workers | any other exception; a plain `Error` with *Network connection lost.* is also a refused connection | `TimeoutError`, `AbortError` as above | – |
//!
//! A 101, which nobody has asked for, and a `transfer-encoding` other than `chunked` are [`Protocol`]
//! too, if the client hands them out. Where `fetch` does not tell the stage, `Connect` is the likeliest.
//!
//! An error that says that the *browser* has gone is not a failure, needs no answer, and leaves the
//! report open ([R11.3]). In Pingora it has the `ErrorSource::Downstream`. hyper-util's client reports
//! a request body that broke off like a failure of upstream's: look for the error of your body type
//! among the sources, or let the body itself note that it broke off.
//!
//! ```
//! use std::io::{Error, ErrorKind};
//!
//! use firstparty::Failure;
//!
//! /// `connected` is false until TCP and TLS are up.
//! fn failure_of(error: &Error, connected: bool) -> Failure {
//!     match error.kind() {
//!         _ if !connected => Failure::Connect,
//!         ErrorKind::TimedOut | ErrorKind::WouldBlock => Failure::Timeout,
//!         _ => Failure::Protocol,
//!     }
//! }
//! assert_eq!(failure_of(&ErrorKind::TimedOut.into(), false), Failure::Connect);
//! assert_eq!(failure_of(&ErrorKind::TimedOut.into(), true), Failure::Timeout);
//! assert_eq!(failure_of(&ErrorKind::ConnectionReset.into(), true), Failure::Protocol);
//! ```
//!
//! # Time and entropy
//!
//! Only [`RequestId`] needs them, and only for an answer of `fail`. Identifiers must differ from
//! each other; they need not be hard to guess.
//!
//! | host | entropy | time |
//! |---|---|---|
//! | a server, Lambda in Rust | `RandomState`, as below, or `getrandom::u64()` | `SystemTime` |
//! | Fastly Compute (`wasm32-wasip1`) | the same; `rand` works too | `SystemTime` |
//! | Workers (`wasm32-unknown-unknown`) | `getrandom` 0.4 with its feature `wasm_js`, which calls `crypto.getRandomValues`; only inside a handler, as Workers refuse it in global scope | `Date.now()` |
//! | JavaScript around WebAssembly, Lambda@Edge | `crypto.getRandomValues(new BigUint64Array(1))[0]`, as an argument | `Date.now()`, as an argument |
//!
//! On `wasm32-unknown-unknown` the standard library has neither: `SystemTime::now()` panics, and
//! `RandomState` is not random.
//!
//! ```
//! use std::hash::{BuildHasher, RandomState};
//! use std::time::{SystemTime, UNIX_EPOCH};
//!
//! use firstparty::RequestId;
//!
//! fn request_id() -> RequestId {
//!     let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
//!     let millis = u64::try_from(now.as_millis()).unwrap_or_default();
//!     RequestId::new(millis, RandomState::new().hash_one(now))
//! }
//! # request_id();
//! ```
//!
//! # Checklist
//!
//! 1. Beside an application, the mount is exact, and [`Gateway::owns`] is asked first.
//! 2. `handle` gets the address of the peer; on your own server behind a load balancer, a
//!    [`TrustedAddress`] is configured.
//! 3. On your own server, the site's `hosts` are listed ([R5.7]).
//! 4. Framing fields reach the gateway as they came; ambiguous framing never does.
//! 5. Heads of [`MIN_HEAD`] bytes and [`MIN_FIELDS`] fields pass, in both directions.
//! 6. No redirect is followed, and no POST is sent twice.
//! 7. No body is decoded, compressed or collected; a body without length is framed again.
//! 8. Trailers and interim responses stop here, and `expect` is answered here.
//! 9. Every head that goes on to the browser has been through `complete`, every failure before it
//!    through `fail`.
//! 10. A response that breaks off after its head is cut, so that the browser notices.
//! 11. Connecting, waiting for the first byte, and silence each have a time-out.
//! 12. A browser that leaves or falls silent while it uploads does not count as a failure of
//!     upstream's.
//! 13. The log holds reports, and no field, query or body.
//! 14. [`advise`] is read at the start, and the settings are read again later.
//!
//! [anticipates]: https://www.rfc-editor.org/rfc/rfc9110#section-8.6
//! [R4.1]: crate::contract#R4.1
//! [R5.2]: crate::contract#R5.2
//! [R5.3]: crate::contract#R5.3
//! [R5.7]: crate::contract#R5.7
//! [R6]: crate::contract#R6
//! [R9.1]: crate::contract#R9.1
//! [R11.3]: crate::contract#R11.3
//! [R12]: crate::contract#R12
//! [R16]: crate::contract#R16
//! [R16.1]: crate::contract#R16.1
//! [R16.2]: crate::contract#R16.2
//! [R16.3]: crate::contract#R16.3
//! [R16.4]: crate::contract#R16.4
//! [R16.5]: crate::contract#R16.5
//! [R16.6]: crate::contract#R16.6
//! [`Action::Forward`]: crate::Action::Forward
//! [`Action::Respond`]: crate::Action::Respond
//! [`BodyTooLarge`]: crate::Failure::BodyTooLarge
//! [`Cause`]: crate::refusal::Cause
//! [`DocumentCache`]: crate::config::DocumentCache
//! [`Exchange::complete`]: crate::Exchange::complete
//! [`Exchange::fail`]: crate::Exchange::fail
//! [`Exchange::refuse`]: crate::Exchange::refuse
//! [`Failure::Connect`]: crate::Failure::Connect
//! [`Gateway::owns`]: crate::Gateway::owns
//! [`Gateway`]: crate::Gateway
//! [`Protocol`]: crate::Failure::Protocol
//! [`Report::authorised`]: crate::Report
//! [`Report::answered`]: crate::Report::answered
//! [`Report::ended`]: crate::Report::ended
//! [`RequestId`]: crate::RequestId
//! [`Source::from_vars_os`]: crate::config::Source::from_vars_os
//! [`Source::from_lookup`]: crate::config::Source::from_lookup
//! [`Tally`]: crate::report::Tally
//! [`Timeout`]: crate::Failure::Timeout
//! [`TrustedAddress`]: crate::config::TrustedAddress
//! [`advise`]: crate::advice::advise

use std::time::Duration;

/// How long to wait for a connection to upstream: name, TCP and TLS together ([R16.4]).
///
/// ```
/// use firstparty::adapter::CONNECT_TIMEOUT;
///
/// assert_eq!(CONNECT_TIMEOUT.as_secs(), 1);
/// ```
///
/// [R16.4]: crate::contract#R16.4
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// How long to wait for the first byte of upstream's answer, once it has all of the request
/// ([R16.4]).
///
/// ```
/// use firstparty::adapter::FIRST_BYTE_TIMEOUT;
///
/// assert_eq!(FIRST_BYTE_TIMEOUT.as_secs(), 15);
/// ```
///
/// [R16.4]: crate::contract#R16.4
pub const FIRST_BYTE_TIMEOUT: Duration = Duration::from_secs(15);

/// How long to wait for more of a body, in either direction ([R16.4]).
///
/// ```
/// use firstparty::adapter::IDLE_TIMEOUT;
///
/// assert_eq!(IDLE_TIMEOUT.as_secs(), 10);
/// ```
///
/// [R16.4]: crate::contract#R16.4
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(10);

/// How many fields in a head an adapter accepts at least ([R16.4]).
///
/// ```
/// // hyper's own limit is enough. A number given to `max_headers`, even this one, costs it an
/// // allocation and its filling for each head.
/// let _server = hyper::server::conn::http1::Builder::new();
/// assert_eq!(firstparty::adapter::MIN_FIELDS, 100);
/// ```
///
/// [R16.4]: crate::contract#R16.4
pub const MIN_FIELDS: usize = 100;

/// How many bytes of head an adapter accepts at least ([R16.4]).
///
/// ```
/// let mut server = hyper::server::conn::http1::Builder::new();
/// server.max_buf_size(4 * firstparty::adapter::MIN_HEAD);
/// ```
///
/// [R16.4]: crate::contract#R16.4
pub const MIN_HEAD: usize = 64 * 1024;
