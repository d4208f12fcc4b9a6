//! The lines of the log as text: the tests stand beside the code (R16.6).

#[expect(dead_code, reason = "the proxy itself needs the rest")]
#[path = "../../../examples/proxy/record/line.rs"]
mod line;
#[path = "../../../examples/proxy/record/text.rs"]
mod text;
