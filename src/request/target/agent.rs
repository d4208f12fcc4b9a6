//! The path of an agent download, read from its query (contract R4.3).

use std::borrow::Cow;

use super::path::Path;
use super::segment::write_segment;
use crate::octets::parts::{FrequentPart, Part};
use crate::octets::percent::decode_first;
use crate::refusal::Refusal;
use crate::request::query::{Name, Parameter, parameters};
use crate::request::region::{Agreement, RegionName};

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

/// The parameters that are read, which one scan of the query finds.
#[derive(Clone, Copy)]
enum Which {
    ApiKey,
    Version,
    LoaderVersion,
    Region,
}

/// A parameter with any of the names.
struct AnyName;

impl Part for AnyName {
    const SEPARATOR: u8 = b'&';

    #[inline]
    fn may_begin(first: u8) -> bool {
        ApiKey::may_begin(first)
            | Version::may_begin(first)
            | LoaderVersion::may_begin(first)
            | RegionName::may_begin(first)
    }
}

impl FrequentPart for AnyName {
    #[inline]
    fn may_begin_in(word: u64) -> u64 {
        ApiKey::may_begin_in(word)
            | Version::may_begin_in(word)
            | LoaderVersion::may_begin_in(word)
            | RegionName::may_begin_in(word)
    }

    fn may_be(text: &[u8]) -> bool {
        ApiKey::may_be(text)
            || Version::may_be(text)
            || LoaderVersion::may_be(text)
            || RegionName::may_be(text)
    }
}

impl Which {
    /// The parameter that begins here, if it has one of the names.
    #[inline]
    fn read(query: &[u8], start: usize) -> Option<(Self, Parameter<'_>)> {
        let (first, _) = decode_first(query.get(start..)?)?;
        Some(match first {
            b'a' => (Self::ApiKey, Parameter::new::<ApiKey>(query, start)?),
            b'v' => (Self::Version, Parameter::new::<Version>(query, start)?),
            b'l' => (Self::LoaderVersion, Parameter::new::<LoaderVersion>(query, start)?),
            b'r' => (Self::Region, Parameter::new::<RegionName>(query, start)?),
            _ => return None,
        })
    }
}

/// The pieces of the path, each encoded as it will be written.
pub(super) struct AgentPath<'q> {
    root: &'static str,
    version: Cow<'q, [u8]>,
    key: Cow<'q, [u8]>,
    /// Empty if the query names none.
    loader_version: Cow<'q, [u8]>,
}

const LOADER: &[u8] = b"/loader_v";
const SCRIPT: &[u8] = b".js";

impl<'q> AgentPath<'q> {
    pub(super) fn new(root: &'static str) -> Self {
        let (key, loader_version) = (Cow::default(), Cow::default());
        Self { root, version: b"3".into(), key, loader_version }
    }

    /// Reads the query. Of several parameters with a name the first one counts; regions are handed
    /// on to be made to agree, where they matter.
    pub(super) fn read(
        &mut self,
        query: &'q str,
        mut regions: Option<&mut Agreement<'_>>,
    ) -> Result<(), Refusal> {
        let (mut key, mut version, mut loader_version) = (None, None, None);
        for (which, parameter) in parameters::<AnyName, _>(query, Which::read) {
            let first = match which {
                Which::ApiKey => &mut key,
                Which::Version => &mut version,
                Which::LoaderVersion => &mut loader_version,
                Which::Region => {
                    if let Some(regions) = &mut regions {
                        regions.add(parameter);
                    }
                    continue;
                }
            };
            first.get_or_insert(parameter);
        }
        write_segment(key, &mut self.key)?;
        match &*self.key {
            b"" => return Err(Refusal::ApiKeyMissing),
            b"." | b".." => return Err(Refusal::ApiKeyDots),
            _ => {}
        }
        write_segment(version, &mut self.version)?;
        write_segment(loader_version, &mut self.loader_version)
    }

    /// The key, as it will be written.
    pub(super) fn key(&self) -> &[u8] {
        &self.key
    }
}

impl Path for AgentPath<'_> {
    fn length(&self) -> usize {
        let loader = match self.loader_version.len() {
            0 => 0,
            length => LOADER.len() + length + SCRIPT.len(),
        };
        self.root.len() + self.version.len() + "/".len() + self.key.len() + loader
    }

    fn write(&self, text: &mut Vec<u8>) {
        text.extend_from_slice(self.root.as_bytes());
        text.extend_from_slice(&self.version);
        text.push(b'/');
        text.extend_from_slice(&self.key);
        if !self.loader_version.is_empty() {
            text.extend_from_slice(LOADER);
            text.extend_from_slice(&self.loader_version);
            text.extend_from_slice(SCRIPT);
        }
    }
}
