//! The whole walk in one number, for `scripts/check-purity`.

mod lambda_edge;
mod management;
mod sealed;
mod walk;

/// A digest (FNV-1a) of what becomes of every recorded request, alone and in an event, of an update,
/// and of sealed results.
#[unsafe(no_mangle)]
pub extern "C" fn digest() -> u64 {
    let mut digest = 0xcbf2_9ce4_8422_2325_u64;
    let walks = walk::vectors().into_iter().filter_map(walk::outcome);
    let events = walk::vectors().into_iter().filter_map(lambda_edge::outcome);
    for outcome in walks.chain(events).chain([management::outcome()]).chain(sealed::outcomes()) {
        for byte in outcome.bytes() {
            digest = (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    digest
}
