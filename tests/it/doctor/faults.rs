//! Planted faults (R11.4): each is found, and nothing else is.

mod agent;
mod browser;
mod identification;
mod status;
mod way;

use bytes::Bytes;
use firstparty::doctor::Outcome;
use firstparty::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response};

use super::found;
use super::site::{Site, Spoilt};
use crate::support::response;

/// The checks that have to find something.
type Expected = &'static [(&'static str, Outcome)];

/// What goes wrong, how, and what has to be found.
type Row = (&'static str, fn(&mut Site), Expected);

/// The same where one field is spoilt.
type FieldRow = (&'static str, Spoilt, Expected);

/// No request of the agent's is passed on.
const NOTHING_PASSES: Expected = &[
    ("agent-v4", Outcome::Fail),
    ("agent-v3", Outcome::Fail),
    ("browser-cache", Outcome::Fail),
    ("identification-v4", Outcome::Fail),
    ("identification-v3", Outcome::Fail),
    ("preflight", Outcome::Warn),
];

fn is_status(request: &Request<Bytes>) -> bool {
    request.uri().path().ends_with("/status")
}

fn is_v4_agent(request: &Request<Bytes>) -> bool {
    request.uri().path().contains("/web/v4/")
}

fn is_v3_agent(request: &Request<Bytes>) -> bool {
    request.uri().path().ends_with("/vbcnkxb654")
}

fn is_post(request: &Request<Bytes>) -> bool {
    request.method() == Method::POST
}

fn set(headers: &mut HeaderMap, name: &'static str, value: &'static str) {
    headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
}

fn text(status: u16, body: &'static str) -> Response<Bytes> {
    response(status, &[]).map(|()| Bytes::from_static(body.as_bytes()))
}

/// The origin of the site.
const SITE: &str = "https://www.shop.example.com";
/// A page of the site's own.
const PAGE: &str = "<!doctype html><title>Shop</title>";

#[track_caller]
fn assert_found(rows: &[Row]) {
    assert_each(rows.iter().map(|(fault, plant, expected)| {
        let mut site = Site::sound();
        plant(&mut site);
        (*fault, site, *expected)
    }));
}

#[track_caller]
fn assert_fields_found(rows: &[FieldRow]) {
    assert_each(rows.iter().map(|(fault, spoilt, expected)| {
        let mut site = Site::sound();
        site.spoilt = Some(*spoilt);
        (*fault, site, *expected)
    }));
}

#[track_caller]
fn assert_each(rows: impl Iterator<Item = (&'static str, Site, Expected)>) {
    let mut wrong = Vec::new();
    for (fault, mut site, expected) in rows {
        let found = found(&site.examined());
        if found != expected.iter().copied().collect() {
            wrong.push(format!("{fault}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
