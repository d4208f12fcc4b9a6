//! Writes seeds for all targets, made of recorded requests and answers.
//!
//! ```sh
//! cargo run --manifest-path fuzz/Cargo.toml --example seeds -- OUT tests/data/*.jsonl
//! ```
//!
//! Cases at the edges of a rule, which no recording has and chance finds late, are added.
//!
//! A seed is what the target's input type reads: the bytes of its choices, then its text. Equal
//! seeds of a target are written once.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;

use firstparty_fuzz::plan::{self, Place, Setting};
use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let out = arguments.next().ok_or("usage: seeds OUT FILE…")?;
    let mut seeds = Seeds::default();
    for file in arguments {
        for line in fs::read_to_string(file)?.lines() {
            seeds.add_line(&serde_json::from_str(line)?);
        }
    }
    seeds.add_edges();
    seeds.write(out.as_ref())
}

/// Lengths, lists and names of fields. `*d` is a hundred fields, `*e` one more.
const FIELDS: &[&str] = &[
    "*dconnection: x",
    "*econnection: x",
    "connection: x-edge-a, host, content-length, x y\nx-edge-a: 1",
    "connection: cookie\ncookie: _iidt=1",
    "content-length: 5, 05\ncontent-length: 5",
    "content-length: 18446744073709551616",
    "content-length: 5\ntransfer-encoding: Chunked",
    "transfer-encoding: gzip, chunked",
    "fpjs-proxy-secret: forged\nfpjs-proxy-client-ip: 192.0.2.66",
    "fpjs_proxy_client_ip: 192.0.2.66\nfpjs.proxy.forwarded.host: evil.example",
    "authorization: Bearer x",
];

/// Requests in every version, with hosts that agree, differ, are missing, or are upstream's.
const HOSTS: &[(&str, &str)] = &[
    ("POST https://www.example.com/fp/web HTTP/2", "host: WWW.example.com:443"),
    ("POST https://www.example.com/fp/web HTTP/2", "host: evil.example"),
    ("POST https://www.example.com/fp/web HTTP/3", "x-host: evil.example"),
    ("POST https://www.example.com/fp/web", "host: evil.example"),
    ("POST /fp/web", "host: EU.api.fpjs.io.:443"),
    ("POST /fp/web", "host: fpcdn.io"),
    ("GET /fp/status HTTP/1.0", "accept: */*"),
    ("GET /fp/status HTTP/1.1", "accept: */*"),
    ("GET /fp/web HTTP/1.0", "accept: */*"),
];

/// Quoted strings, blanks, and numbers that are none.
const AGES: &[&str] = &[
    "x=\"a\\\", max-age=9999\", max-age=1",
    "x=\"a, max-age=9999",
    "max-age = \"9999\" , private=\"a,b\"",
    "max-age=1.5, s-maxage=99999999999999999999",
    "max-age=600,\nmax-age=5\npublic, ",
];

/// A browser's host, and a cookie that is nearly for it.
const COOKIES: &[&str] = &[
    "notexample.com\na=1; Domain=example.com",
    "www.example.com\na=1; Domain=.example.com; domain=",
    "127.0.0.1\na=1; Domain=0.1",
    "example.com\na=1; Domain=com; Domain",
    "[::1]\nDomain=fpjs.io; DOMAIN = fpjs.io ;Domain=fpjs.io",
];

/// How many exchanges the grammar writes.
const WRITTEN: u64 = 256;

/// Seeds of each target.
#[derive(Default)]
struct Seeds(BTreeMap<&'static str, Vec<Vec<u8>>>);

impl Seeds {
    fn add(&mut self, target: &'static str, choices: &[u8], text: &str) {
        let seed = [choices, text.as_bytes()].concat();
        let seeds = self.0.entry(target).or_default();
        if !seeds.contains(&seed) {
            seeds.push(seed);
        }
    }

    fn add_line(&mut self, line: &Value) {
        let setting = setting(line);
        let request = &line["request"];
        let uri = request["uri"].as_str().unwrap_or("/");
        let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
        let authorised = u8::from(request["method"] == "POST");
        let head = fields(&request["headers"], None);
        let back = fields(&line["upstream"]["headers"], None);
        let talk = format!("{} {uri}\n{head}\n{}\n{back}", text(&request["method"]), status(line));
        let whole = [&setting[..], &[1]].concat();
        self.add("exchange", &whole, &talk);
        self.add("explain", &whole, &talk);
        self.add("classify", &setting, path);
        self.add("query", &[], query);
        let route = if path.contains("agent") { 0 } else { 1 };
        let target = [&setting[..], &[route, authorised, 0, 0]].concat();
        self.add("target", &target, &format!("{path}\n{query}"));
        self.add("request_fields", &[&setting[..], &[authorised]].concat(), &head);
        self.add("cookie", &[0], &fields(&request["headers"], Some("cookie")));
        self.add(
            "cache_control",
            &[0, 0],
            &fields(&line["upstream"]["headers"], Some("cache-control")),
        );
        let host = fields(&request["headers"], Some("host"));
        let cookies = fields(&line["upstream"]["headers"], Some("set-cookie"));
        self.add("set_cookie", &[0, 1], &format!("{host}{cookies}"));
        let origin = fields(&request["headers"], Some("origin"));
        // The third byte chooses one of four parts, too.
        for part in 0..4 {
            let which = part << 5 | setting[1];
            let choices = [&setting[..1], &[authorised * 2, which], &[7; 16]].concat();
            self.add("reply", &choices, &format!("{}\nsecret\n{}", origin.trim(), document(line)));
        }
    }

    fn add_edges(&mut self) {
        let setting = Setting { mount: 1, ..Setting::default() }.bytes();
        for fields in FIELDS {
            self.add("request_fields", &[&setting[..], &[1]].concat(), fields);
            let talk = format!("POST /fp/web\nhost: a.example\n{fields}\n\n200\n{fields}");
            self.add("exchange", &[&setting[..], &[1]].concat(), &talk);
            self.add("explain", &[&setting[..], &[1]].concat(), &talk);
        }
        let setting = Setting { mount: 1, ..Setting::default() }.bytes();
        for (line, host) in HOSTS {
            let talk = format!("{line}\n{host}\n\n200\n");
            self.add("exchange", &[&setting[..], &[1]].concat(), &talk);
            self.add("explain", &[&setting[..], &[1]].concat(), &talk);
        }
        let listed = Setting { hosts: 1, mount: 1, ..Setting::default() }.bytes();
        for line in ["GET /fp/status", "POST /fp/status", "TRACE /fp/status", "TRACE /fp/web"] {
            for host in ["www.example.com", "a.example", ""] {
                let talk = format!("{line}\nhost: {host}\n\n200\n");
                self.add("exchange", &[&listed[..], &[1]].concat(), &talk);
                self.add("explain", &[&listed[..], &[1]].concat(), &talk);
            }
        }
        for number in 0..WRITTEN {
            let bytes = numbers(number);
            let (setting, choices) = bytes.split_at(13);
            let written = [setting, &[0], choices].concat();
            self.add("exchange", &written, "");
            self.add("explain", &written, "");
        }
        for ages in AGES {
            self.add("cache_control", &[0, 0], ages);
        }
        for cookies in COOKIES {
            self.add("set_cookie", &[0, 1], cookies);
        }
    }

    fn write(&self, out: &Path) -> Result<(), Box<dyn Error>> {
        for (target, seeds) in &self.0 {
            let folder = out.join(target);
            fs::create_dir_all(&folder)?;
            for (index, seed) in seeds.iter().enumerate() {
                fs::write(folder.join(format!("seed-{index:04}")), seed)?;
            }
            println!("{target}: {} seeds", seeds.len());
        }
        Ok(())
    }
}

/// A setting, a peer, and choices for the grammar: as good as any, and the same each time.
fn numbers(seed: u64) -> Vec<u8> {
    let mut state = seed;
    let next = || {
        // The finaliser of SplitMix64.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed >> 56).to_le_bytes()[0]
    };
    std::iter::repeat_with(next).take(160).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn status(line: &Value) -> u64 {
    line["upstream"]["status"].as_u64().unwrap_or(200)
}

/// The bytes that choose a configuration like the recorded one. Peers at CloudFront find their
/// routes anywhere and download from the CDN.
fn setting(line: &Value) -> [u8; 12] {
    let config = &line["config"];
    let cloudfront = text(&line["peer"]).starts_with("cloudfront");
    let route = |table: &[Option<&str>], key: &str| {
        let wanted = config[key].as_str().filter(|path| !path.is_empty());
        let known = table.iter().position(|route| *route == wanted);
        u8::try_from(known.unwrap_or(1)).unwrap_or(0)
    };
    let depth = config["integration_path_depth"].as_u64().unwrap_or(1);
    let is_place = |place: &Place| match place {
        Place::Anywhere => cloudfront,
        Place::Depth(one) => !cloudfront && u64::from(*one) == depth,
        _ => false,
    };
    let place = plan::PLACES.iter().position(is_place).unwrap_or(1);
    let secret = if config["pre_shared_secret"].is_string() { plan::SECRET } else { 0 };
    let setting = Setting {
        platform: if cloudfront { 1 } else { 2 },
        agent: route(plan::AGENTS, "agent_download_path"),
        result: route(plan::RESULTS, "get_result_path"),
        mount: u8::try_from(place).unwrap_or(1),
        flags: secret | if cloudfront { plan::CDN_AGENT } else { 0 },
        ..Setting::default()
    };
    setting.bytes()
}

/// Fields as lines, or the values of one field.
fn fields(pairs: &Value, only: Option<&str>) -> String {
    let mut lines = String::new();
    for pair in pairs.as_array().into_iter().flatten() {
        let (name, value) = (text(&pair[0]), text(&pair[1]));
        match only {
            None => lines.push_str(&format!("{name}: {value}\n")),
            Some(only) if name.eq_ignore_ascii_case(only) => lines.push_str(&format!("{value}\n")),
            Some(_) => {}
        }
    }
    lines
}

/// The configuration as a settings document would say it.
fn document(line: &Value) -> String {
    let pairs = line["config"].as_object().into_iter().flatten();
    let pairs = pairs.filter(|(_, value)| value.is_string());
    pairs.map(|(key, value)| format!("fpjs_{key}: {}\n", text(value))).collect()
}
