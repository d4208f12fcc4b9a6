//! What an answer means that did not come from upstream but from Envoy.

use firstparty::Failure;
use firstparty::http::StatusCode;
use firstparty::refusal::Cause;

/// The browser fell silent in the middle of its request.
pub(crate) static SILENT: Cause = Cause::new(
    "request_timeout",
    "R16.5",
    StatusCode::REQUEST_TIMEOUT,
    "the request took too long",
);

/// Bits of Envoy's attribute `response.flags`, by the names that its access log gives them.
const UH: u64 = 1 << 1;
const UT: u64 = 1 << 2;
const LR: u64 = 1 << 3;
const UR: u64 = 1 << 4;
const UF: u64 = 1 << 5;
const UC: u64 = 1 << 6;
const UO: u64 = 1 << 7;
const NR: u64 = 1 << 8;
const SI: u64 = 1 << 16;
const URX: u64 = 1 << 15;
const UMSDR: u64 = 1 << 19;
const DT: u64 = 1 << 22;
const UPE: u64 = 1 << 23;
const NC: u64 = 1 << 24;
const DF: u64 = 1 << 26;

/// How upstream failed, if it is Envoy that says so. Without any of these flags the answer is
/// upstream's, or that of another filter.
pub(crate) fn failure(flags: u64) -> Option<Failure> {
    let has = |any: u64| flags & any != 0;
    match () {
        () if has(UT | SI | UMSDR | DT) => Some(Failure::Timeout),
        () if has(UH | UF | UO | NR | NC | DF) => Some(Failure::Connect),
        () if has(LR | UR | UC | URX | UPE) => Some(Failure::Protocol),
        () => None,
    }
}
