//! Opens a sealed result on standard input, in base64, or a response body that holds one, and prints the
//! JSON.
//!
//! ```sh
//! FIRSTPARTY_UNSEAL_KEYS="$KEY $OLD_KEY" cargo run --example unseal < result.txt
//! ```
//!
//! A body may be coded with gzip or deflate, as it came from the server. If something is wrong, it
//! prints one sentence without any key or content, and ends with status 1.

use std::io::{self, Read, Write};
use std::process::ExitCode;
use std::{env, error::Error};

use clap::Parser;
use firstparty_sealed::bytes::Bytes;
use firstparty_sealed::{ContentCoding, Keys, Unsealer};

/// Opens a sealed result, or a response body that holds one, from standard input.
#[derive(Parser)]
struct Arguments {
    /// A key in base64; the first one that fits is used. Other users of the machine may see
    /// arguments: prefer the variable `FIRSTPARTY_UNSEAL_KEYS`, which takes keys with blanks between.
    // In the URL-safe alphabet a key may begin like an argument.
    #[arg(long = "key", value_name = "BASE64", allow_hyphen_values = true)]
    keys: Vec<String>,
    /// How many bytes the result may have, and how many the body.
    #[arg(long, value_name = "BYTES", default_value_t = Unsealer::DEFAULT_LIMIT)]
    limit: usize,
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if !error.use_stderr() => error.exit(),
        // The whole message would repeat what was typed, and that may be a key.
        Err(error) => return fail(&format!("{}; --help lists the arguments", error.kind())),
    };
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error.to_string()),
    }
}

fn fail(sentence: &str) -> ExitCode {
    eprintln!("unseal: {sentence}");
    ExitCode::FAILURE
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let keys = keys(&arguments.keys)?;
    let unsealer = Unsealer::new(&keys).limit(arguments.limit);
    let input = read(arguments.limit)?;
    let result = match coding(&input) {
        Some(coding) => unsealer.unseal_body(input, coding)?,
        None => unsealer.unseal(input)?,
    };
    let mut output = io::stdout().lock();
    output.write_all(&result)?;
    output.write_all(b"\n")?;
    Ok(())
}

/// The arguments' keys, or those of the variable.
fn keys(arguments: &[String]) -> Result<Keys, Box<dyn Error>> {
    let keys = if arguments.is_empty() {
        let variable = env::var_os("FIRSTPARTY_UNSEAL_KEYS").unwrap_or_default();
        variable.to_str().ok_or("FIRSTPARTY_UNSEAL_KEYS is not UTF-8")?.parse()?
    } else {
        Keys::from_base64(arguments)?
    };
    if keys.is_empty() {
        return Err("there is no key: set FIRSTPARTY_UNSEAL_KEYS or pass --key".into());
    }
    Ok(keys)
}

/// No more than is refused for its length.
fn read(limit: usize) -> io::Result<Bytes> {
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_mul(2).saturating_add(1024);
    let mut input = Vec::new();
    io::stdin().lock().take(most).read_to_end(&mut input)?;
    Ok(input.into())
}

/// How the body is coded, or nothing if the input is a sealed result: text that is not a JSON object.
fn coding(input: &[u8]) -> Option<ContentCoding> {
    match input.trim_ascii() {
        [b'{', ..] => Some(ContentCoding::Identity),
        [0x1f, 0x8b, ..] => Some(ContentCoding::Gzip),
        text if text.iter().copied().all(is_text) => None,
        _ => Some(ContentCoding::Deflate),
    }
}

fn is_text(byte: u8) -> bool {
    byte.is_ascii_graphic() || byte.is_ascii_whitespace()
}
