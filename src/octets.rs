//! Tricks on bytes, each in a file of its own with the plain way beside it as a test.
//!
//! The modules above say what has to be found or written, and by which RFC; nothing here knows of
//! requests or rules.
//!
//! | file | job |
//! |---|---|
//! | `octets/word.rs` | which of eight bytes equal one |
//! | `octets/find.rs` | where a byte is first |
//! | `octets/letters.rs` | where a letter is, and texts that differ in case only |
//! | `octets/parts.rs` | where parameters or path segments begin |
//! | `octets/class.rs` | whether a text has only certain bytes |
//! | `octets/decimal.rs` | numbers, read and written |
//! | `octets/percent.rs` | percent-encoding, both ways |
//! | `octets/stack_buffer.rs` | texts put together without the heap |

pub(crate) mod class;
pub(crate) mod decimal;
pub(crate) mod find;
pub(crate) mod letters;
pub(crate) mod parts;
pub(crate) mod percent;
pub(crate) mod stack_buffer;
mod word;
