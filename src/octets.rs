//! Fast operations on bytes. Each has a file of its own, in which a test compares it with the plain
//! way to do the same.
//!
//! Nothing here knows of requests or rules: the modules above decide what to look for.
//! `benches/README.md` has the measurements.
//!
//! | file | operation |
//! |---|---|
//! | `octets/word.rs` | find equal bytes among eight |
//! | `octets/find.rs` | find the first occurrence of a byte |
//! | `octets/letters.rs` | find a letter in any case; compare texts without case |
//! | `octets/parts.rs` | find the beginnings of parameters and path segments |
//! | `octets/class.rs` | check that a text has only certain bytes |
//! | `octets/decimal.rs` | read and write numbers |
//! | `octets/percent.rs` | percent-encode and decode |
//! | `octets/stack_buffer.rs` | put a text together without the heap |

pub(crate) mod class;
pub(crate) mod decimal;
pub(crate) mod find;
pub(crate) mod letters;
pub(crate) mod parts;
pub(crate) mod percent;
pub(crate) mod stack_buffer;
pub(crate) mod word;
