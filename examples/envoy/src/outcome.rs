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

/// How upstream failed, if it is Envoy that says so, in the bits of its attribute `response.flags`. Without any of
/// these the answer is upstream's, or that of another filter. By the names of the access log:
///
/// * `UT` 2, `SI` 16, `UMSDR` 19, `DT` 22: something took too long
/// * `UH` 1, `UF` 5, `UO` 7, `NR` 8, `NC` 24, `OM` 25, `DF` 26, `DO` 27, `UDO` 29: there is no connection
/// * `LR` 3, `UR` 4, `UC` 6, `URX` 15, `UPE` 23: there is one, and no usable answer
pub(crate) fn failure(flags: u64) -> Option<Failure> {
    let has = |bits: &[u32]| bits.iter().any(|bit| flags & (1 << bit) != 0);
    match () {
        () if has(&[2, 16, 19, 22]) => Some(Failure::Timeout),
        () if has(&[1, 5, 7, 8, 24, 25, 26, 27, 29]) => Some(Failure::Connect),
        () if has(&[3, 4, 6, 15, 23]) => Some(Failure::Protocol),
        () => None,
    }
}
