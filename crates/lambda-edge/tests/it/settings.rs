//! Where the configuration of an event comes from: R13.2, R1.6.

use std::time::Duration;

use bytes::Bytes;
use firstparty::Config;
use firstparty::config::{Mount, Resolution, Source, Variable};
use firstparty_lambda_edge::{DocumentError, EdgeEvent, EdgeFunction, EdgeSettings, Need};

const NAMED: &[(&str, &str)] = &[("FPJS_SECRET_NAME", "production/fingerprint")];

fn at(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn headers(pairs: &[(&str, &str)]) -> Source {
    let mut event = EdgeEvent::new("GET", "/", "");
    for (name, value) in pairs {
        event.append_custom_header(name, value);
    }
    event.with_body(Bytes::new()).settings().clone()
}

/// The function to use. It is `None` if a document is needed.
fn ready<'s>(
    settings: &'s mut EdgeSettings,
    headers: &Source,
    millis: u64,
) -> Option<&'s EdgeFunction> {
    match settings.poll(headers, at(millis)).unwrap() {
        Need::Document(name) => {
            assert_eq!(name, "production/fingerprint");
            None
        }
        Need::Nothing(function) => Some(function),
    }
}

/// The result route of the function to use, which tells documents apart.
fn route(settings: &mut EdgeSettings, headers: &Source, millis: u64) -> Option<String> {
    let config = ready(settings, headers, millis)?.gateway().config();
    Some(config.get_result_path().map_or("none", |route| route.as_str()).to_owned())
}

fn read(
    settings: &mut EdgeSettings,
    headers: &Source,
    document: &str,
    millis: u64,
) -> Result<(), DocumentError> {
    settings.read(headers, Some(document.as_bytes()), at(millis))
}

/// R13.2, R1.1: a setting comes from the document, else from custom headers, else it is the default,
/// and the configuration tells which.
#[test]
fn sources_are_asked_in_order() {
    let headers = headers(&[
        ("FPJS_SECRET_NAME", "production/fingerprint"),
        ("fpjs_get_result_path", "from-headers"),
        ("Fpjs_Agent_Download_Path", "agent"),
        ("x-none-of-ours", "1"),
        ("fpjs_unheard_of", "1"),
    ]);
    let mut settings = EdgeSettings::new(Config::builder().mount(Mount::Anywhere));
    assert!(ready(&mut settings, &headers, 0).is_none());
    let document = r#"{"FPJS_GET_RESULT_PATH": "from-document", "fpjs_agent_download_path": "",
        "fpjs_pre_shared_secret": "s3cret"}"#;
    read(&mut settings, &headers, document, 0).unwrap();

    let config = ready(&mut settings, &headers, 0).unwrap().gateway().config();
    assert_eq!(config.get_result_path().unwrap().as_str(), "from-document");
    assert_eq!(config.agent_download_path().unwrap().as_str(), "agent");
    assert_eq!(config.mount(), &Mount::Anywhere);
    assert_eq!(config.resolution(Variable::GetResultPath), Resolution::Source("settings document"));
    let source = Resolution::Source("origin custom headers");
    assert_eq!(config.resolution(Variable::AgentDownloadPath), source);
    assert_eq!(config.resolution(Variable::IngressBaseHost), Resolution::Default);
}

/// R13.2, R1.1: an empty custom header does not count, a blank one does.
#[test]
fn blank_custom_headers_count() {
    let mut settings = EdgeSettings::new(Config::builder());
    let empty = headers(&[("fpjs_secret_name", ""), ("fpjs_get_result_path", "")]);
    assert_eq!(route(&mut settings, &empty, 0).as_deref(), Some("none"));
    let blank = headers(&[("fpjs_secret_name", " ")]);
    let need = settings.poll(&blank, at(0)).unwrap();
    assert!(matches!(need, Need::Document(" ")), "{need:?}");
    let blank = headers(&[("fpjs_get_result_path", " ")]);
    let error = settings.poll(&blank, at(0)).unwrap_err();
    assert_eq!(error.setting(), "fpjs_get_result_path");
    // In the document, too, a blank wins over the custom header.
    let sound = headers(&[("fpjs_get_result_path", "sound"), NAMED[0]]);
    let error = read(&mut settings, &sound, r#"{"fpjs_get_result_path": " "}"#, 0).unwrap_err();
    assert!(matches!(error, DocumentError::Invalid(_)), "{error}");
}

/// R13.2: without the name of a document, only the custom headers count.
#[test]
fn without_a_name_nothing_is_read() {
    let headers = headers(&[("fpjs_get_result_path", "r")]);
    let mut settings = EdgeSettings::new(Config::builder());
    assert_eq!(route(&mut settings, &headers, 0).as_deref(), Some("r"));
}

/// R13.2, R1.3: the error for custom headers that are not valid names the variable.
#[test]
fn bad_custom_headers_are_named() {
    let headers = headers(&[("fpjs_cdn_url", "a b"), NAMED[0]]);
    let mut settings = EdgeSettings::new(Config::builder());
    let error = read(&mut settings, &headers, "{}", 0).unwrap_err();
    assert!(matches!(error, DocumentError::Invalid(_)), "{error}");
    let error = settings.poll(&headers, at(5_000)).unwrap_err();
    assert_eq!(error.setting(), "fpjs_cdn_url");
    assert!(ready(&mut settings, &headers, 5_001).is_none());

    let without_name = self::headers(&[("fpjs_cdn_url", "a b")]);
    let error = settings.poll(&without_name, at(0)).unwrap_err();
    assert_eq!(error.setting(), "fpjs_cdn_url");
}

/// R13.2, R1.1: a document outranks custom headers, even those that are not valid.
#[test]
fn a_document_outranks_bad_custom_headers() {
    let headers = headers(&[("fpjs_ingress_base_host", "not a host!"), NAMED[0]]);
    let mut settings = EdgeSettings::new(Config::builder());
    assert!(ready(&mut settings, &headers, 0).is_none());
    read(&mut settings, &headers, r#"{"fpjs_ingress_base_host": "a.example"}"#, 0).unwrap();
    let config = ready(&mut settings, &headers, 300_000).unwrap().gateway().config();
    assert_eq!(config.ingress_base_host().as_str(), "a.example");
    assert!(ready(&mut settings, &headers, 300_001).is_none());
}

/// R1.6: a document is kept for its time to live, which it may set itself; a newer one replaces it.
#[test]
fn documents_are_kept_and_rotated() {
    let headers = headers(NAMED);
    let mut settings = EdgeSettings::new(Config::builder());
    read(&mut settings, &headers, r#"{"fpjs_get_result_path": "one"}"#, 0).unwrap();
    assert_eq!(route(&mut settings, &headers, 300_000).as_deref(), Some("one"));
    assert_eq!(route(&mut settings, &headers, 300_001), None);
    let two = r#"{"fpjs_get_result_path": "two", "fpjs_proxy_secret_cache_ttl_ms": "1000"}"#;
    read(&mut settings, &headers, two, 300_001).unwrap();
    assert_eq!(route(&mut settings, &headers, 301_001).as_deref(), Some("two"));
    assert_eq!(route(&mut settings, &headers, 301_002), None);
}

/// R1.6: for five seconds after a failed refresh, the last good document is used. If there was none,
/// the custom headers are used (R13.2).
#[test]
fn the_last_good_document_is_used() {
    let headers = headers(&[NAMED[0], ("fpjs_get_result_path", "plain")]);
    let mut settings = EdgeSettings::new(Config::builder());
    let error = settings.read(&headers, None, at(0)).unwrap_err();
    assert!(matches!(error, DocumentError::Unread), "{error}");
    assert_eq!(route(&mut settings, &headers, 5_000).as_deref(), Some("plain"));
    assert_eq!(route(&mut settings, &headers, 5_001), None);

    read(&mut settings, &headers, r#"{"fpjs_get_result_path": "good"}"#, 6_000).unwrap();
    for document in
        [None, Some("{"), Some("[]"), Some("\"hidden\""), Some(r#"{"fpjs_cdn_url": "hidden."}"#)]
    {
        let now = 400_000;
        let document = document.map(str::as_bytes);
        let error = settings.read(&headers, document, at(now)).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hidden"), "{error:?}");
        assert_eq!(route(&mut settings, &headers, now).as_deref(), Some("good"));
        assert_eq!(route(&mut settings, &headers, now + 5_001), None);
    }
}

/// R13.2: deployments that share an instance do not share settings. The number of them is limited.
#[test]
fn deployments_are_told_apart_and_bounded() {
    let deployment = |index: usize| headers(&[NAMED[0], ("fpjs_cdn_url", &format!("c{index}.x"))]);
    let mut settings = EdgeSettings::new(Config::builder());
    for index in 0..20 {
        let document = format!(r#"{{"fpjs_get_result_path": "route{index}"}}"#);
        read(&mut settings, &deployment(index), &document, 0).unwrap();
    }
    for index in 12..20 {
        let expected = format!("route{index}");
        assert_eq!(route(&mut settings, &deployment(index), 0), Some(expected));
    }
    // The one that was used least recently made room.
    assert_eq!(route(&mut settings, &deployment(11), 0), None);
    assert_eq!(route(&mut settings, &deployment(12), 0), None);
    assert_eq!(route(&mut settings, &deployment(14), 0).as_deref(), Some("route14"));
}

/// R1.4: `Debug` shows no value.
#[test]
fn settings_show_no_secret() {
    let headers = headers(&[NAMED[0], ("fpjs_pre_shared_secret", "hidden")]);
    let mut settings = EdgeSettings::new(Config::builder());
    read(&mut settings, &headers, r#"{"fpjs_pre_shared_secret": "hidden"}"#, 0).unwrap();
    let shown = format!("{settings:?}");
    assert!(shown.contains("PreSharedSecret") && !shown.contains("hidden"), "{shown}");
    let shown = format!("{:?}", settings.poll(&headers, at(0)));
    assert!(!shown.contains("hidden"), "{shown}");
}
