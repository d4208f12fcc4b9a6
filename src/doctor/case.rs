//! The integration, and what was learned of it so far.

use std::net::IpAddr;

use bytes::Bytes;
use http::Response;

use super::failure::ProbeFailure;
use super::integration::Integration;
use super::judgement::Judgement;
use super::page::{NO_PAGE, Page};
use super::probe::Probe;
use crate::client_setup::propose_path_segment;

/// More of a body is never read. A script is longer, and its beginning tells enough.
pub(super) const BODY_LIMIT: usize = 64 * 1024;

/// More addresses of a host are never compared.
const ADDRESS_LIMIT: usize = 64;

/// How a probe ended.
pub(super) enum Observed {
    Addresses(Vec<IpAddr>),
    Response(Response<Bytes>),
    Failed(ProbeFailure),
    /// It was not sent, and why.
    NotAsked(&'static str),
}

impl Observed {
    pub(super) fn addresses(mut addresses: Vec<IpAddr>) -> Self {
        addresses.truncate(ADDRESS_LIMIT);
        Self::Addresses(addresses.iter().map(IpAddr::to_canonical).collect())
    }

    pub(super) fn response(response: Response<Bytes>) -> Self {
        // A copy lets go of the rest, which a slice would keep.
        let short = response.map(|body| match body.get(..BODY_LIMIT) {
            Some(start) => Bytes::copy_from_slice(start),
            None => body,
        });
        Self::Response(short)
    }
}

/// What is examined, and what each probe has brought.
pub(super) struct Case {
    pub(super) integration: Integration,
    /// Two words that nobody else uses: one for the probes of a route, one for the key of nobody.
    pub(super) nonces: [String; 2],
    observed: Vec<Observed>,
    /// The status page, which many checks ask.
    page: Option<Page>,
}

impl Case {
    pub(super) fn new(integration: Integration, entropy: [u8; 16]) -> Self {
        let nonces = [entropy, entropy.map(|byte| !byte)].map(propose_path_segment);
        Self { integration, nonces, observed: Vec::new(), page: None }
    }

    /// The probe whose turn it is.
    pub(super) fn next(&self) -> Option<Probe> {
        Probe::ALL.get(self.observed.len()).copied()
    }

    /// Keeps how that probe ended.
    pub(super) fn observe(&mut self, observed: Observed) {
        if let (Some(probe), Observed::Response(response)) = (self.next(), &observed) {
            self.read_page(probe, response);
        }
        self.observed.push(observed);
    }

    fn read_page(&mut self, probe: Probe, response: &Response<Bytes>) {
        match (probe, &mut self.page) {
            (Probe::StatusPage, page) => *page = Page::of_html(response),
            (Probe::StatusJson, Some(page)) if !is_redirect(response) => page.add_json(response),
            _ => {}
        }
    }

    /// The status page, or why there is none to read.
    pub(super) fn page(&self) -> Result<&Page, Judgement> {
        self.response(Probe::StatusPage)?;
        self.page.as_ref().ok_or(Judgement::skipped(NO_PAGE))
    }

    pub(super) fn observed(&self, probe: Probe) -> Option<&Observed> {
        self.observed.get(probe as usize)
    }

    /// The answer to a probe, for the check that is about whether there is one.
    pub(super) fn answer(&self, probe: Probe) -> Result<&Response<Bytes>, Judgement> {
        match self.observed(probe) {
            Some(Observed::Failed(failure)) => {
                Err(Judgement::fail(failure.to_string(), "look at the log of the integration"))
            }
            _ => self.response(probe),
        }
    }

    /// The answer to a probe, for a check that has nothing to say without one. A redirect is no answer,
    /// and has a check of its own.
    pub(super) fn response(&self, probe: Probe) -> Result<&Response<Bytes>, Judgement> {
        match self.observed(probe) {
            Some(Observed::Response(response)) if is_redirect(response) => {
                Err(Judgement::skipped("the answer is a redirect"))
            }
            Some(Observed::Response(response)) => Ok(response),
            Some(Observed::NotAsked(why)) => Err(Judgement::skipped(*why)),
            _ => Err(Judgement::skipped("there was no answer")),
        }
    }

    /// Every answer so far, with its probe.
    pub(super) fn responses(&self) -> impl Iterator<Item = (Probe, &Response<Bytes>)> {
        let pairs = Probe::ALL.iter().copied().zip(&self.observed);
        pairs.filter_map(|(probe, observed)| match observed {
            Observed::Response(response) => Some((probe, response)),
            _ => None,
        })
    }
}

/// Whether a browser would go elsewhere (RFC 9110 §15.4).
pub(super) fn is_redirect(response: &Response<Bytes>) -> bool {
    matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308)
}
