//! R3: parameters, read by `form_urlencoded`, and the region.

use url::form_urlencoded;

/// R3.2: the first parameter with a name, decoded.
pub fn first(query: &str, name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.find(|(decoded, _)| decoded == name).map(|(_, value)| value.into_owned())
}

/// R3.3.
pub fn region(query: &str) -> &'static str {
    match first(query, "region").as_deref() {
        Some("eu") => "eu",
        Some("ap") => "ap",
        _ => "us",
    }
}

/// R3.4: the query, and how many parameters had to change.
pub fn corrected(query: &str, region: &str) -> (String, usize) {
    let mut changed = 0;
    let parameters: Vec<_> = query
        .split('&')
        .map(|parameter| {
            let pair = form_urlencoded::parse(parameter.as_bytes()).next();
            match pair {
                Some((name, value)) if name == "region" && value != region => {
                    changed += 1;
                    format!("region={region}")
                }
                _ => parameter.to_owned(),
            }
        })
        .collect();
    (parameters.join("&"), changed)
}

/// R3.5: text as a parameter says it.
pub fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    };
    text.bytes().map(byte).collect()
}
