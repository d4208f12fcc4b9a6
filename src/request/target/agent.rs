//! The path of an agent download, read from its query (contract R4.3).

use std::borrow::Cow;

use super::path::Path;
use super::segment::segment;
use crate::refusal::Refusal;
use crate::request::query::{self, Name};

struct ApiKey;
struct Version;
struct LoaderVersion;

impl Name for ApiKey {
    const TEXT: &'static str = "apiKey";
}

impl Name for Version {
    const TEXT: &'static str = "version";
}

impl Name for LoaderVersion {
    const TEXT: &'static str = "loaderVersion";
}

/// The pieces of the path, each encoded as it will be written.
pub(super) struct AgentPath<'q> {
    root: &'static str,
    version: Cow<'q, [u8]>,
    key: Cow<'q, [u8]>,
    loader_version: Option<Cow<'q, [u8]>>,
}

const LOADER: &[u8] = b"/loader_v";
const SCRIPT: &[u8] = b".js";

impl<'q> AgentPath<'q> {
    #[inline]
    pub(super) fn read(root: &'static str, query: &'q str) -> Result<Self, Refusal> {
        let key = value::<ApiKey>(query)?.ok_or(Refusal::ApiKeyMissing)?;
        if matches!(&*key, b"." | b"..") {
            return Err(Refusal::ApiKeyDots);
        }
        let version = value::<Version>(query)?.unwrap_or(b"3".into());
        Ok(Self { root, version, key, loader_version: value::<LoaderVersion>(query)? })
    }
}

impl AgentPath<'_> {
    /// The key, as it will be written.
    pub(super) fn key(&self) -> &[u8] {
        &self.key
    }
}

/// The value of the first parameter with a name, encoded as a segment, or `None` if it is absent or
/// empty.
#[inline]
fn value<N: Name>(query: &str) -> Result<Option<Cow<'_, [u8]>>, Refusal> {
    let parameter = query::named::<N>(query).next();
    let parameter = parameter.filter(|parameter| !parameter.value.is_empty());
    parameter.map(segment).transpose()
}

impl Path for AgentPath<'_> {
    fn length(&self) -> usize {
        let loader = self.loader_version.as_ref();
        let loader = loader.map_or(0, |version| LOADER.len() + version.len() + SCRIPT.len());
        self.root.len() + self.version.len() + "/".len() + self.key.len() + loader
    }

    fn write(&self, text: &mut Vec<u8>) {
        text.extend_from_slice(self.root.as_bytes());
        text.extend_from_slice(&self.version);
        text.push(b'/');
        text.extend_from_slice(&self.key);
        if let Some(version) = &self.loader_version {
            text.extend_from_slice(LOADER);
            text.extend_from_slice(version);
            text.extend_from_slice(SCRIPT);
        }
    }
}
