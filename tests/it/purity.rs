//! Equal inputs give equal outputs. `scripts/check-purity` goes on where a test cannot: it builds
//! the crate for a machine that has no clock, no randomness and no I/O, and compares results.

use std::fs;
use std::path::{Path, PathBuf};

#[path = "../purity/src/walk.rs"]
mod walk;

/// Whole exchanges, byte for byte: again, in another order, in another thread.
#[test]
fn equal_inputs_give_equal_outputs() {
    let vectors = walk::vectors();
    let first: Vec<_> = vectors.iter().map(|line| walk::outcome(line)).collect();
    // Each of them says something, but for those that `http` cannot hold.
    let said = first.iter().flatten().filter(|outcome| outcome.len() > 1000).count();
    assert!(said > 800 && said == first.iter().flatten().count(), "{said} of {}", first.len());

    let again = std::thread::spawn(|| {
        let backwards = walk::vectors().into_iter().rev().map(walk::outcome);
        backwards.collect::<Vec<_>>()
    });
    let again = again.join().unwrap();
    for ((first, again), line) in first.iter().zip(again.iter().rev()).zip(vectors) {
        assert_eq!(first, again, "{line}");
    }
}

/// What would make the outside an input: clocks, entropy, I/O, the environment, threads, and maps
/// whose order is drawn by lot.
const OUTSIDE: &[&str] = &[
    "std::env",
    "std::fs",
    "std::io",
    "std::net::Tcp",
    "std::net::Udp",
    "std::process",
    "std::thread",
    "Instant",
    "SystemTime",
    "UNIX_EPOCH",
    "HashMap",
    "HashSet",
    "RandomState",
    "print!",
    "println!",
    "eprint!",
    "eprintln!",
    "dbg!",
    "getrandom",
    "rand::",
    "unsafe {",
];

/// An adapter touches sockets and clocks; that is what it is for.
const ADAPTER: &str = "tower";

/// It only sounds like the outside: a trait that plain memory implements, too.
const INSIDE: &str = "std::io::Read;";

/// The libraries' source names nothing of the outside, its unit tests included.
#[test]
fn the_source_names_no_outside() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let crates = fs::read_dir(root.join("crates")).unwrap().map(|entry| entry.unwrap().path());
    let mut found = Vec::new();
    let crates = crates.filter(|package| !package.ends_with(ADAPTER));
    let sources = crates.chain([root.to_path_buf()]).map(|package| package.join("src"));
    // A page's code shows how to call the library, and is not a part of it.
    let is_code = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "rs");
    let files: Vec<_> = sources.flat_map(|source| files(&source)).filter(is_code).collect();
    assert!(files.len() > 40, "{}", files.len());
    for file in files {
        let code = fs::read_to_string(&file).unwrap();
        for name in named(&code) {
            found.push(format!("{}: {name}", file.display()));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

fn named(code: &str) -> Vec<&'static str> {
    let code: Vec<_> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = code.join("\n").replace(INSIDE, "");
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let stands_alone =
        |name: &str| code.match_indices(name).any(|(at, _)| !code[..at].ends_with(is_word));
    OUTSIDE.iter().copied().filter(|name| stands_alone(name)).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let below = |path: PathBuf| if path.is_dir() { files(&path) } else { vec![path] };
    paths.flat_map(below).collect()
}

#[test]
fn the_outside_is_recognised() {
    let code = "use std::time::Instant;\n// std::fs\nlet x = MyHashMap::new();\nprintln!();";
    assert_eq!(named(code), ["Instant", "println!"]);
    assert_eq!(named("use std::io::Read;\nuse std::io::{self, Read};"), ["std::io"]);
    assert_eq!(named("use std::io::ReadBuf;"), ["std::io"]);
}
