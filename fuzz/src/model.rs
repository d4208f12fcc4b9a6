//! The contract, as plainly as it can be written.
//!
//! | file | rules |
//! |---|---|
//! | `model/route.rs` | R2: what a path belongs to |
//! | `model/query.rs` | R3: parameters and the region |
//! | `model/target.rs` | R4: where a request goes |
//! | `model/host.rs` | R5.6, R5.7, R12: the browser's host and address |
//! | `model/cookie.rs` | R5.5: which cookies stay |
//! | `model/platform.rs` | R12: what the platforms' edges own |
//! | `model/fields.rs` | what both directions share: the hop's own fields, lengths |
//! | `model/request.rs` | R5: upstream's request as a whole |
//! | `model/cache_control.rs` | R7: ages |
//! | `model/set_cookie.rs` | R8: cookie domains |
//! | `model/response.rs` | R6: the browser's response as a whole |

pub mod cache_control;
pub mod cookie;
pub mod fields;
pub mod host;
pub mod platform;
pub mod query;
pub mod request;
pub mod response;
pub mod route;
pub mod set_cookie;
pub mod target;

/// The answer to a request that is not forwarded: its status, and the rule that asks for it. Where
/// several do, the first in the order of R2.9.
pub type Refused = (u16, &'static str);
