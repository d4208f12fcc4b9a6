//! Field names as data: what is dropped in either direction, and how.
//!
//! Dropping fields of an [`http::HeaderMap`] is what a gateway does most. One walk looks each name up
//! in a perfect hash of the names that the gateway knows and notes what has to be dropped. Only then
//! are the noted fields removed, the last position first, because a removal moves the last entry of
//! the map into the hole. `benches/README.md` compares this with other designs.
//!
//! | file | contents |
//! |---|---|
//! | `field/names.rs` | [`Names`], a constant list of names and prefixes |
//! | `field/dropped.rs` | what is dropped in each direction, and by which rule |
//! | `field/set.rs` | a set of names and prefixes: [`FieldSet`] |
//! | `field/starts.rs` | how names begin, which rules out most others |
//! | `field/known_field.rs` | the names that the gateway knows, each with a number |
//! | `field/known_set.rs` | a set of known names |
//! | `field/lookup.rs` | finding the number of a name |
//! | `field/passed_names.rs` | the names for which a walk has nothing to do |
//! | `field/connection_options.rs` | the fields that `connection` names (RFC 9110 §7.6.1) |
//! | `field/content_length.rs` | what `content-length` says, repeats included (RFC 9112 §6.3) |
//! | `field/removals.rs` | fields noted during a walk and removed after it |
//! | `field/usage.rs` | what is done with a field, as far as its name tells: [`FieldUse`] |
//! | `field/stored_value.rs` | a value that outlives its message |

pub(crate) mod connection_options;
pub(crate) mod content_length;
pub(crate) mod dropped;
pub(crate) mod known_field;
pub(crate) mod known_set;
pub(crate) mod lookup;
mod names;
mod passed_names;
pub(crate) mod removals;
mod set;
mod starts;
pub(crate) mod stored_value;
mod usage;

pub use self::dropped::{CONNECTION_SPECIFIC, IDENTITY_FIELDS, ORIGIN_WIDE};
pub use self::names::Names;
pub use self::set::FieldSet;
pub use self::usage::FieldUse;
