//! Inputs that grow, and hostile ones of 64 KB: what an input costs must not depend on its shape.

use firstparty::http::Request;

use super::Workloads;
use super::head::{Fields, RequestHead, ResponseHead};

/// What a growing input is measured with.
pub trait Grower {
    /// Measures one input. `bytes` is how much of it grew.
    fn grow<I, O>(
        &mut self,
        series: &'static str,
        size: usize,
        bytes: usize,
        input: impl Fn() -> I,
        run: impl Fn(I) -> O,
    );
}

const KIB: usize = 1024;
/// `http` takes 65,534 bytes of path and query, and some are needed for what is added.
const LONGEST: usize = 64 * KIB - 256;

/// Texts that are repeated to fill a field, and the worst that is known of each step.
const COOKIES: [(&str, &str); 5] = [
    ("cookie, other cookies", "name=value0123456789; "),
    ("cookie, only separators", ";"),
    ("cookie, near misses", "a_iidt=; "),
    ("cookie, blanks before a miss", "_iidt                      ; "),
    ("cookie, all kept", "_iidt=1; "),
];
const QUERIES: [(&str, &str); 11] = [
    ("query, one long value", "x"),
    ("query, short pairs", "a=b&"),
    ("query, only separators", "&"),
    ("query, escapes in values", "a=%62&"),
    ("query, escapes in names", "%61=b&"),
    ("query, only percent signs", "%"),
    ("query, near misses", "xregion=eu&"),
    ("query, all corrected", "region=xx&"),
    ("query, first bytes alike", "r&"),
    ("query, escapes alone", "%&"),
    ("query, names cut short", "re&"),
];
const CONNECTIONS: [(&str, &str); 4] = [
    ("connection, one option", "close,"),
    ("connection, empty members", ", "),
    ("connection, no tokens", "a b,"),
    ("connection, one long name", "x"),
];
const PATHS: [(&str, &str); 6] = [
    ("path, one long segment", "x"),
    ("path, short segments", "a/"),
    ("path, only slashes", "/"),
    ("path, dots that are none", ".../"),
    ("path, escapes", "%2ex/"),
    ("path, escaped escapes", "/%2E%2E%2E"),
];

impl Workloads {
    /// Shows everything that grows.
    pub fn grow(&self, grower: &mut impl Grower) {
        for kib in [1, 4, 16, 64] {
            self.grow_cookie(grower, COOKIES[0], kib * KIB);
            self.grow_query(grower, QUERIES[0], kib * KIB);
            self.grow_query(grower, QUERIES[1], kib * KIB);
        }
        for fields in [10, 50, 200] {
            self.grow_fields(grower, fields);
        }
        for cookies in [1, 10, 100] {
            self.grow_set_cookie(grower, cookies);
        }
        let bytes = self.a.fields.get("cookie").len();
        grower.grow("A over HTTP/2", 20, bytes, || self.a.build_h2(), |r| self.handle(r));
        self.grow_worst(grower);
    }

    /// Every hostile input of 64 KB.
    fn grow_worst(&self, grower: &mut impl Grower) {
        for cookie in COOKIES.into_iter().skip(1) {
            self.grow_cookie(grower, cookie, 64 * KIB);
        }
        for query in QUERIES.into_iter().skip(2) {
            self.grow_query(grower, query, 64 * KIB);
        }
        for (series, text) in CONNECTIONS {
            let mut head = self.a.clone();
            let list = text.repeat(64 * KIB / text.len());
            head.fields.push("connection", &list);
            self.grow_request(grower, series, list.len(), &head);
        }
        for (series, text) in PATHS {
            let path = text.repeat(LONGEST / text.len());
            let head = self.with_uri(format!("/behavior/{path}"));
            self.grow_request(grower, series, path.len(), &head);
        }
    }

    fn grow_cookie(
        &self,
        grower: &mut impl Grower,
        (series, text): (&'static str, &str),
        size: usize,
    ) {
        let half = text.repeat(size / 2 / text.len());
        let mut head = self.a.clone();
        head.fields.set("cookie", format!("{half}_iidt=kept; {half}"));
        self.grow_request(grower, series, size, &head);
    }

    fn grow_query(
        &self,
        grower: &mut impl Grower,
        (series, text): (&'static str, &str),
        size: usize,
    ) {
        let query = text.repeat(size.min(LONGEST) / text.len());
        let head = self.with_uri(format!("/behavior/result?{query}"));
        self.grow_request(grower, series, size.min(LONGEST), &head);
    }

    fn grow_fields(&self, grower: &mut impl Grower, count: usize) {
        let mut head = self.a.clone();
        // The fields that decide stay; the rest is cut or filled up.
        let wanted = ["host", "cookie", "origin", "via", "x-amz-cf-id", "content-length"];
        let is_wanted = |name: &str| wanted.contains(&&*name.to_ascii_lowercase());
        let (mut fields, others): (Vec<_>, Vec<_>) =
            head.fields.0.drain(..).partition(|(name, _)| is_wanted(name));
        let custom = (0..count).map(|i| (format!("x-custom-field-{i}"), "value".to_owned()));
        let room = count - fields.len();
        fields.extend(others.into_iter().chain(custom).take(room));
        head.fields = Fields(fields);
        self.grow_request(grower, "fields", count, &head);
    }

    fn grow_set_cookie(&self, grower: &mut impl Grower, count: usize) {
        let (request, mut head) = self.script_response();
        head.fields.0.retain(|(name, _)| name != "Set-Cookie");
        for i in 0..count {
            let value = format!("name{i}=value; Path=/; Domain=fpjs.io; Secure; SameSite=None");
            head.fields.push("Set-Cookie", &value);
        }
        grower.grow(
            "set-cookie",
            count,
            count,
            || (self.forward(request.build()).1, head.build()),
            |(exchange, response)| exchange.complete(response),
        );
    }

    fn grow_request(
        &self,
        grower: &mut impl Grower,
        series: &'static str,
        bytes: usize,
        head: &RequestHead,
    ) {
        let input = || head.build();
        grower.grow(series, bytes, bytes, input, |request: Request<()>| self.handle(request));
    }

    fn with_uri(&self, uri: String) -> RequestHead {
        RequestHead { uri, ..self.a.clone() }
    }

    fn script_response(&self) -> (&RequestHead, ResponseHead) {
        (&self.api, self.d2.clone())
    }
}
