//! What all exchanges share.

use firstparty::RequestId;

use crate::gateways::Gateways;
use crate::limits::Limits;

#[derive(Clone, Debug)]
pub(crate) struct Shared<U, R> {
    pub(crate) gateways: Gateways,
    /// The client.
    pub(crate) upstream: U,
    pub(crate) limits: Limits,
    pub(crate) request_id: fn() -> RequestId,
    /// Who is told of the end of an exchange.
    pub(crate) on_end: R,
}
