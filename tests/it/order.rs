//! Which refusal counts if a request has several faults (contract R2.9).

use firstparty::http::{HeaderName, HeaderValue, Request, Version};
use firstparty::{Action, Gateway, Platform};

use crate::support::{fields, gateway};

/// A request that is being put together, with a place for everything that can be wrong.
struct Draft {
    method: &'static str,
    path: &'static str,
    api_key: &'static str,
    padding: usize,
    hosts: Vec<&'static str>,
    version: Version,
    authority: &'static str,
    pairs: Vec<(&'static str, String)>,
    full: bool,
}

impl Draft {
    /// An identification request that has no fault.
    fn sound(path: &'static str) -> Self {
        Self {
            method: "POST",
            path,
            api_key: "apiKey=k&",
            padding: 0,
            hosts: vec!["www.example.com"],
            version: Version::HTTP_11,
            authority: "",
            pairs: vec![],
            full: false,
        }
    }

    fn request(&self) -> Request<()> {
        let key = self.api_key;
        let padding = "q".repeat(self.padding);
        let uri = match self.path {
            "*" => "*".to_owned(),
            path => format!("{}{path}?{key}{padding}", self.authority),
        };
        let mut request = Request::builder().method(self.method).uri(uri).body(()).unwrap();
        *request.version_mut() = self.version;
        let hosts = self.hosts.iter().map(|host| ("host", *host));
        let pairs = self.pairs.iter().map(|(name, value)| (*name, &**value));
        let headers = request.headers_mut();
        *headers = fields(&hosts.chain(pairs).collect::<Vec<_>>());
        if self.full {
            for number in 0.. {
                let name: HeaderName = format!("x-{number}").parse().unwrap();
                if headers.try_append(name, HeaderValue::from_static("1")).is_err() {
                    break;
                }
            }
        }
        request
    }
}

/// A fault: the cause of the answer, and how a request gets it.
type Fault = (&'static str, fn(&mut Draft));

/// In the order of R2.9. A path with a dot segment has no route either. What concerns the path, the
/// key, or the hosts excludes one another, so the earlier one is put in last.
const FAULTS: &[Fault] = &[
    ("method_not_forwarded", |draft| draft.method = "TRACE"),
    ("path_not_absolute", |draft| draft.path = "*"),
    ("dot_segment", |draft| draft.path = "/fp/nothing/.."),
    ("not_found", |draft| draft.path = "/fp/nothing"),
    ("api_key_missing", |draft| draft.api_key = ""),
    ("api_key_not_listed", |draft| draft.api_key = "apiKey=other&"),
    ("target_too_long", |draft| draft.padding = 65_490),
    ("connection_names", |draft| draft.pairs.push(("connection", vec!["x"; 101].join(",")))),
    ("transfer_coding", |draft| draft.pairs.push(("transfer-encoding", "gzip".to_owned()))),
    ("content_length", |draft| draft.pairs.push(("content-length", "x".to_owned()))),
    ("host", |draft| draft.pairs.push(("x-host", "a b".to_owned()))),
    ("host", |draft| (draft.hosts, draft.authority) = (vec![], "")),
    ("host", |draft| draft.hosts = vec!["a b"]),
    ("host", |draft| draft.hosts = vec!["www.example.com", "www.example.com"]),
    ("host", |draft| {
        (draft.version, draft.authority) = (Version::HTTP_2, "https://shop.example");
    }),
    ("host_of_upstream", |draft| draft.hosts = vec!["api.fpjs.io"]),
    ("host_not_listed", |draft| draft.hosts = vec!["evil.example"]),
    ("too_many_fields", |draft| draft.full = true),
];

const CONFIG: &str = r#"{"agent_download_path": "agent", "get_result_path": "result", "v4": false,
    "pre_shared_secret": "s3cret", "hosts": ["www.example.com"], "trusted_host": "x-host",
    "api_keys": ["k"]}"#;

#[track_caller]
fn cause(gateway: &Gateway, draft: &Draft) -> &'static str {
    match gateway.handle(draft.request(), None) {
        Action::Forward(request, _) => panic!("forwarded to {}", request.uri().path()),
        Action::Respond(response, report) => {
            let cause = report.cause.unwrap();
            assert_eq!(response.status(), cause.status());
            cause.name()
        }
    }
}

/// R2.9: of two faults in one request, the earlier one is answered, whatever they are.
#[test]
fn the_first_refusal_counts() {
    let gateway = gateway(Platform::Generic, CONFIG);
    for (index, (first, put_first)) in FAULTS.iter().enumerate() {
        let mut draft = Draft::sound("/fp/agent");
        assert!(matches!(gateway.handle(draft.request(), None), Action::Forward(..)));
        put_first(&mut draft);
        assert_eq!(cause(&gateway, &draft), *first, "alone");
        for (second, put_second) in &FAULTS[index + 1..] {
            let mut draft = Draft::sound("/fp/agent");
            put_second(&mut draft);
            put_first(&mut draft);
            assert_eq!(cause(&gateway, &draft), *first, "before {second}");
        }
    }
}

/// R2.9, R10.1: on the status route the form of the host counts before the method, and nothing
/// else counts.
#[test]
fn the_status_route_has_an_order_of_its_own() {
    let gateway = gateway(Platform::Generic, CONFIG);
    for (host_is_sound, hosts) in
        [(true, vec!["www.example.com"]), (false, vec!["a b"]), (false, vec!["a.b", "a.b"])]
    {
        for (method_is_sound, method) in
            [(true, "GET"), (true, "HEAD"), (false, "POST"), (false, "TRACE"), (false, "CONNECT")]
        {
            let mut draft = Draft::sound("/fp/status");
            for (_, put) in &FAULTS[4..9] {
                put(&mut draft);
            }
            (draft.method, draft.hosts) = (method, hosts.clone());
            let expected = match (host_is_sound, method_is_sound) {
                (false, _) => "host",
                (true, false) => "status_method",
                (true, true) => "status_page",
            };
            assert_eq!(cause(&gateway, &draft), expected, "{method} {hosts:?}");
        }
    }
}
