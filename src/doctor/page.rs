//! What a status page says, of whatever build: as JSON, and in its visible words.

use bytes::Bytes;
use http::{Response, StatusCode};

use super::json::Json;
use crate::platform::Platform;
use crate::variable::Variable;

/// What a page says of a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Set,
    Default,
    Missing,
    Invalid,
}

/// What follows a variable's name on a page, and what that means. Longer phrases stand before those
/// that they begin with.
const PHRASES: &[(&str, State)] = &[
    ("is not valid", State::Invalid),
    ("is not defined and uses default", State::Default),
    ("is not defined", State::Missing),
    ("is not set", State::Missing),
    ("not set, the default is used", State::Default),
    ("not set", State::Missing),
    ("set by", State::Set),
];

/// How pages say that nothing is missing.
const ALL_SET: &[&str] =
    &["all required environment variables are set", "all environment variables are set"];

/// The words of a status page, in lower case, and the variables of its JSON, each with whether it is set.
pub(super) struct Page {
    words: String,
    variables: Vec<(String, bool)>,
}

impl Page {
    /// The page as the integration shows it, if that is what it answers.
    pub(super) fn of_html(response: &Response<Bytes>) -> Option<Self> {
        let words = words(&String::from_utf8_lossy(response.body()));
        is_page(response, &words).then_some(Self { words, variables: Vec::new() })
    }

    /// Adds what the page says as JSON.
    pub(super) fn add_json(&mut self, response: &Response<Bytes>) {
        self.variables = variables(response.body()).unwrap_or_default();
    }

    /// Whether a phrase stands on it, given in lower case.
    pub(super) fn says(&self, phrase: &str) -> bool {
        self.words.contains(phrase)
    }

    /// What it says of a variable, by whichever platform's name.
    pub(super) fn state(&self, variable: Variable) -> Option<State> {
        let names = Platform::ALL.iter().map(|platform| platform.profile().variable_name(variable));
        let stated = names.clone().find_map(|name| self.in_words(name));
        let stated = stated.or_else(|| names.into_iter().find_map(|name| self.in_json(name)));
        stated.or_else(|| ALL_SET.iter().any(|phrase| self.says(phrase)).then_some(State::Set))
    }

    fn in_words(&self, name: &str) -> Option<State> {
        let name = name.to_ascii_lowercase();
        let mut places = self.words.match_indices(&name);
        places.find_map(|(at, _)| {
            let (before, from) = self.words.split_at_checked(at)?;
            let behind = from.strip_prefix(&*name)?.strip_prefix(' ')?;
            let mut phrases = PHRASES.iter().filter(|(phrase, _)| behind.starts_with(phrase));
            let is_whole = before.is_empty() || before.ends_with(' ');
            phrases.next().filter(|_| is_whole).map(|(_, state)| *state)
        })
    }

    fn in_json(&self, name: &str) -> Option<State> {
        let (_, is_set) = self.variables.iter().find(|(own, _)| own == name)?;
        Some(if *is_set { State::Set } else { State::Missing })
    }
}

/// What the page as JSON lists (R10.4).
fn variables(body: &[u8]) -> Option<Vec<(String, bool)>> {
    let entries = Json::parse(body)?.member("envInfo")?.items()?;
    let variables = entries.into_iter().filter_map(|entry| {
        let name = entry.member("envVarName")?.as_text()?;
        Some((name, entry.member("isSet")?.as_bool()?))
    });
    Some(variables.collect())
}

pub(super) const NO_PAGE: &str = "there is no status page";

/// Whether an answer is a status page, by words that such pages have in common.
fn is_page(response: &Response<Bytes>, words: &str) -> bool {
    let is_about = words.contains("integration status")
        || words.contains("integration") && words.contains("variables");
    response.status() == StatusCode::OK && is_about
}

/// The visible words of HTML, in lower case, with single blanks between them.
fn words(html: &str) -> String {
    let html = html.replace("&#39;", "'");
    let parts = html.split('<').enumerate().map(|(index, part)| match part.split_once('>') {
        Some((_, text)) if index > 0 => text,
        _ if index > 0 => "",
        _ => part,
    });
    let mut words = String::new();
    for word in parts.flat_map(str::split_whitespace) {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(&word.to_ascii_lowercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R11.4: tags part words, and what is no tag stays.
    #[test]
    fn words_are_what_is_visible() {
        for (html, expected) in [
            ("", ""),
            ("a  B\n", "a b"),
            ("<p>A<b class='x'>b</b> <br />c", "a b c"),
            ("a<p", "a"),
            ("a&#39;s", "a's"),
            ("<<a>>b", ">b"),
            ("1 > 0", "1 > 0"),
        ] {
            assert_eq!(words(html), expected, "{html}");
        }
    }

    /// R10.4: where the words tell nothing of a variable, the page as JSON does.
    #[test]
    fn variables_are_read_from_json() {
        let body = br#"{"envInfo": [{"envVarName": "fpjs_pre_shared_secret", "isSet": false},
            {"envVarName": "fpjs_get_result_path", "isSet": true}, {"envVarName": "no more"}]}"#;
        let variables = variables(body).unwrap_or_default();
        let page = Page { words: "fpjs_get_result_path is not defined".to_owned(), variables };
        for (variable, state) in [
            (Variable::PreSharedSecret, Some(State::Missing)),
            (Variable::GetResultPath, Some(State::Missing)),
            (Variable::AgentDownloadPath, None),
        ] {
            assert_eq!(page.state(variable), state, "{variable}");
        }
        let page = Page { words: String::new(), ..page };
        assert_eq!(page.state(Variable::GetResultPath), Some(State::Set));
    }

    /// R10.1: a page that has only some of the words is another one.
    #[test]
    fn status_pages_are_told_by_their_words() {
        for (status, words, expected) in [
            (200, "integration status", true),
            (200, "the variables of your integration", true),
            (200, "integration of schools", false),
            (200, "two variables", false),
            (404, "integration status", false),
        ] {
            let mut response = Response::new(Bytes::new());
            *response.status_mut() = StatusCode::from_u16(status).unwrap();
            assert_eq!(is_page(&response, words), expected, "{status} {words}");
        }
    }
}
