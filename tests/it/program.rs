//! Example programs that the tests run as processes.

use std::path::PathBuf;
use std::sync::OnceLock;

mod build;

/// The features that the tests were compiled with.
const FEATURES: &[(&str, bool)] = &[("psl", cfg!(feature = "psl"))];

/// The example proxy.
pub(crate) fn proxy() -> &'static PathBuf {
    static PROXY: OnceLock<PathBuf> = OnceLock::new();
    PROXY.get_or_init(|| build("proxy"))
}

/// The example that proposes an integration.
pub(crate) fn setup() -> &'static PathBuf {
    static SETUP: OnceLock<PathBuf> = OnceLock::new();
    SETUP.get_or_init(|| build("setup"))
}

/// The example that explains requests.
pub(crate) fn explain() -> &'static PathBuf {
    static EXPLAIN: OnceLock<PathBuf> = OnceLock::new();
    EXPLAIN.get_or_init(|| build("explain"))
}

/// The example that examines an integration.
pub(crate) fn doctor() -> &'static PathBuf {
    static DOCTOR: OnceLock<PathBuf> = OnceLock::new();
    DOCTOR.get_or_init(|| build("doctor"))
}

/// Builds an example with the features of the tests.
fn build(example: &str) -> PathBuf {
    let features = FEATURES.iter().filter(|(_, on)| *on).map(|(name, _)| *name);
    build::build(env!("CARGO_MANIFEST_DIR"), example, &features.collect::<Vec<_>>())
}

/// A feature that the list above does not know would be missing from the programs.
#[test]
fn all_features_are_listed() {
    let manifest = include_str!("../../Cargo.toml");
    let (_, section) = manifest.split_once("\n[features]\n").unwrap();
    let lines = section.lines().take_while(|line| !line.starts_with('['));
    let named =
        lines.filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(" ="));
    let mut named: Vec<_> = named.map(|(name, _)| name).filter(|name| *name != "default").collect();
    named.sort_unstable();
    assert_eq!(named, FEATURES.iter().map(|(name, _)| *name).collect::<Vec<_>>());
}
