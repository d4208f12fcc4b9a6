//! Settings documents as files.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A settings document of one test.
pub(super) struct Document(pub(super) PathBuf);

impl Document {
    pub(super) fn new(text: &str) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("firstparty-settings-{}-{count}.json", std::process::id());
        let document = Self(std::env::temp_dir().join(name));
        document.write(text);
        document
    }

    /// Replaces it at once, as a careful editor does.
    pub(super) fn write(&self, text: &str) {
        let draft = self.0.with_extension("draft");
        std::fs::write(&draft, text).unwrap();
        std::fs::rename(&draft, &self.0).unwrap();
    }

    pub(super) fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Document {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
