//! A request and a response from a grammar: names that a rule knows, and values of the form that
//! their field has, or nearly has.
//!
//! Chance finds the name of a field late, and breaks most values that it changes. Here a byte is a
//! choice, so that a changed byte makes another message of the contract. What comes out is the text
//! that `input.rs` reads; behind the last byte, every choice is the first.

use std::sync::LazyLock;

use crate::model::fields::CONNECTION_SPECIFIC;
use crate::model::platform;
use crate::model::response::{CACHE_TAGS, ORIGIN_WIDE, TARGETED};
use crate::plan::{AGENTS, RESULTS};

/// A form of values, by what it writes.
type Form = fn(&mut Choices<'_>) -> String;

/// Fields whose values have a form; repeats make a field likelier.
const FORMS: &[(&str, Form)] = &[
    ("host", host),
    ("cookie", cookies),
    ("origin", |choices| format!("https://{}", host(choices))),
    ("connection", names),
    ("content-length", lengths),
    ("transfer-encoding", coding),
    ("x-forwarded-host", host),
    ("x-host", host),
    ("x-forwarded-for", addresses),
    ("cf-connecting-ip", address),
    ("cf-pseudo-ipv4", address),
    ("cf-connecting-ipv6", address),
    ("x-azure-socketip", address),
    ("true-client-ip", address),
    ("set-cookie", set_cookie),
    ("set-cookie", set_cookie),
    ("cache-control", ages),
    ("cache-control", ages),
    ("content-type", media_type),
];

/// Names of no list: spellings of the identity fields, ends of prefixes, what a configuration drops.
const OTHERS: &[&str] = &[
    "fpjs-proxy-secret",
    "fpjs-proxy-client-ip",
    "fpjs-proxy-forwarded-host",
    "fpjs_proxy_secret",
    "fpjs.proxy-x",
    "fpjs-proxy",
    "x-edge-a",
    "x-amz-cf-a",
    "x-arr-a",
    "x-site",
    "x-azure-a",
    "x-accel-a",
    "authorization",
    "referer",
    "x-drop",
    "expires",
    "accept",
];

/// All names that a rule knows.
static NAMES: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let formed = FORMS.iter().map(|(name, _)| *name);
    let lists = [OTHERS, CONNECTION_SPECIFIC, ORIGIN_WIDE, CACHE_TAGS, TARGETED].concat();
    formed.chain(lists).chain(platform::names()).collect()
});

/// What is left of the bytes.
struct Choices<'a>(&'a [u8]);

impl Choices<'_> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    fn pick<T: Copy>(&mut self, table: &[T]) -> T {
        table[usize::from(self.byte()) % table.len()]
    }

    /// Fewer than `most` pieces, with something between them.
    fn list(&mut self, most: u8, piece: Form, between: &[&str]) -> String {
        let mut text = piece(self);
        for _ in 0..self.byte() % most {
            text += self.pick(between);
            text += &piece(self);
        }
        text
    }
}

/// The text of a request and a response.
pub fn exchange(bytes: &[u8]) -> String {
    let choices = &mut Choices(bytes);
    let request = request_line(choices);
    let fields = choices.list(12, field, &["\n"]);
    let status = choices.pick(&["200", "304", "204", "205", "206", "302", "404", "500", "103"]);
    format!("{request}\n{fields}\n\n{status}\n{}", choices.list(12, field, &["\n"]))
}

fn request_line(choices: &mut Choices<'_>) -> String {
    let method = choices.pick(&["POST", "GET", "HEAD", "OPTIONS", "PUT", "TRACE", "CONNECT", "X"]);
    let origin = match choices.byte() % 4 {
        3 => format!("http://{}", host(choices)),
        _ => String::new(),
    };
    let path = path(choices);
    let query = match choices.byte() % 4 {
        0 => String::new(),
        _ => format!("?{}", choices.list(6, parameter, &["&", "&&"])),
    };
    let version = choices.pick(&["", " HTTP/2", " HTTP/1.0", " HTTP/3"]);
    format!("{method} {origin}{path}{query}{version}")
}

/// What is mounted, a route, and what is behind it.
fn path(choices: &mut Choices<'_>) -> String {
    let mount = choices.pick(&["/fp", "", "/", "/x/y", "/a/b/c", "//fp/", "/fp/fp", "/%66p"]);
    let route = match choices.byte() % 4 {
        0 => choices.pick(RESULTS).unwrap_or("web"),
        1 => choices.pick(AGENTS).unwrap_or("web/v4/key"),
        2 => choices.pick(&["web/v4/key", "web/v4/%6b", "web/v4/k/a", "web//v3/key", "web"]),
        _ => choices.pick(&["status", "Status", "statu%73", ".", "%2e.", ""]),
    };
    let end = choices.pick(&["", "/", "/a", "//", "/..", "/%2E%2e/b", "x", "/a%2Fb"]);
    format!("{mount}/{route}{end}")
}

fn parameter(choices: &mut Choices<'_>) -> String {
    const NAMES: &[&str] =
        &["apiKey", "version", "loaderVersion", "region", "%72egion", "ii", "api%4bey", "x", ""];
    const VALUES: &[&str] = &[
        "key", "k", "eu", "ap", "us", "EU", "%65u", "3", "3.11.1", "a/b", "a%2Fb", "%6b", "", "..",
        ".", "%00", "%zz", "a+b", "%ff", "a%26b", "?",
    ];
    format!("{}{}{}", choices.pick(NAMES), choices.pick(&["=", "=", "=", ""]), choices.pick(VALUES))
}

/// A field, now and then a hundred times or more.
fn field(choices: &mut Choices<'_>) -> String {
    let repeated =
        choices.pick(&["", "", "", "", "", "", "", "", "", "", "", "", "*\x02", "*d", "*e"]);
    let (name, value) = match choices.byte() % 2 {
        0 => {
            let (name, form) = choices.pick(FORMS);
            (name, form(choices))
        }
        _ => (choices.pick(&NAMES), choices.pick(&["1", "", "x, y", "0", "é"]).to_owned()),
    };
    format!("{repeated}{name}: {value}")
}

/// R5.7.
fn host(choices: &mut Choices<'_>) -> String {
    const HOSTS: &[&str] = &[
        "www.example.com",
        "A.example",
        "[::1]",
        "127.0.0.1",
        "shop.example.com",
        "a_b~c",
        "api.fpjs.io",
        "eu.api.fpjs.io",
        "fpcdn.io",
        "AP.api.example",
        "cdn.example",
        "com",
        "",
        "[::g]",
        "a,b",
        "u@a.b",
    ];
    let end = choices.pick(&["", "", "", ".", ":443", ":", ".:8443", ":x", "."]);
    format!("{}{end}", choices.pick(HOSTS))
}

/// R12.
fn address(choices: &mut Choices<'_>) -> String {
    const ADDRESSES: &[&str] = &[
        "203.0.113.7",
        "192.0.2.1",
        "2001:db8::1",
        "::ffff:192.0.2.1",
        "[2001:db8::1]",
        "0240.0.0.1",
        "240.0.0.1",
        "unknown",
        "",
    ];
    let end = choices.pick(&["", "", "", ":80", ":65535", ":65536", ":00080", ":"]);
    format!("{}{end}", choices.pick(ADDRESSES))
}

fn addresses(choices: &mut Choices<'_>) -> String {
    choices.list(4, address, &[", ", ",", ",,", " ,\t"])
}

/// R5.1, R6.1: names of fields, and what is none.
fn names(choices: &mut Choices<'_>) -> String {
    let name: Form = |choices| match choices.byte() % 8 {
        7 => choices.pick(&["", "a b", "close", "é", "\"x\""]).to_owned(),
        6 => choices.pick(&NAMES).to_ascii_uppercase(),
        _ => choices.pick(&NAMES).to_owned(),
    };
    choices.list(6, name, &[",", ", ", " ,", ",,"])
}

/// R5.2.
fn lengths(choices: &mut Choices<'_>) -> String {
    let length: Form = |choices| {
        let texts = ["5", "5", "05", "0", "18446744073709551615", "18446744073709551616", "+5", ""];
        choices.pick(&texts).to_owned()
    };
    choices.list(3, length, &[", ", ","])
}

/// R5.2.
fn coding(choices: &mut Choices<'_>) -> String {
    choices.pick(&["chunked", "Chunked", "gzip, chunked", "identity", "", "chunked,"]).to_owned()
}

/// R5.5.
fn cookies(choices: &mut Choices<'_>) -> String {
    choices.list(5, pair, &["; ", ";", " ; ", ";;", ", "])
}

fn pair(choices: &mut Choices<'_>) -> String {
    let name =
        choices.pick(&["_iidt", "_vid", "_IIDT", "a", "_", "", "__Host-a", "__hOST-b", " _iidt "]);
    let equals = choices.pick(&["=", "=", "=", " = ", ""]);
    format!("{name}{equals}{}", choices.pick(&["1", "", "a=b", "\"x;y\"", "é"]))
}

/// R8.
fn set_cookie(choices: &mut Choices<'_>) -> String {
    let attribute: Form = |choices| match choices.byte() % 2 {
        0 => {
            let name = choices.pick(&["Domain", "domain", " DOMAIN ", "Domain\t"]);
            let dot = choices.pick(&["=", "=.", "= ", "=..", ""]);
            let domains = [
                "example.com",
                "fpjs.io",
                "api.fpjs.io",
                "com",
                "a.b",
                "EXAMPLE.com",
                "0.1",
                "::1",
            ];
            format!("{name}{dot}{}", choices.pick(&domains))
        }
        _ => choices
            .pick(&["Path=/", "Secure", "HttpOnly", "SameSite=None", "Priority=High", "", "é"])
            .to_owned(),
    };
    let pair = pair(choices);
    format!("{pair}; {}", choices.list(5, attribute, &["; ", ";", " ;", ";;"]))
}

/// R7.
fn ages(choices: &mut Choices<'_>) -> String {
    let directive: Form = |choices| {
        let name = choices.pick(&[
            "max-age", "s-maxage", "public", "no-store", "private", "MAX-AGE", "no-cache", "x", "",
        ]);
        let equals = choices.pick(&["=", "=", "", " = ", "=\"", "=="]);
        let values = ["9999", "5", "0", "9999\"", "a\\\"b\"", "99999999999999999999", "1.5", ""];
        format!("{name}{equals}{}", choices.pick(&values))
    };
    choices.list(5, directive, &[", ", ",", " ,\t", ",,"])
}

/// R7.1.
fn media_type(choices: &mut Choices<'_>) -> String {
    let types = ["text/javascript", "application/javascript", "Text/JavaScript", "text/html", ""];
    let end = choices.pick(&["", "; charset=utf-8", " ;x", ",text/html"]);
    format!("{}{end}", choices.pick(&types))
}
