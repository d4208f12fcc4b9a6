//! Whole pieces of JavaScript that start the agent (contract R1.7).

use crate::region::Region;
use crate::reply::json;

/// What stands for the site's public API key, as in Fingerprint's own documentation.
const KEY: &str = "PUBLIC_API_KEY";

/// A way to install the agent ([R1.7]).
///
/// ```
/// use firstparty::client_setup::{ClientSetup, Fallback, Snippet};
/// use firstparty::{Config, Region};
///
/// let setup = ClientSetup::new(&Config::default(), "https://www.example.com", "ore54guier")?;
/// let code = setup.snippet(Snippet::V4Npm, Fallback::Fingerprint, Region::Us);
/// assert!(code.unwrap().starts_with("import * as Fingerprint from \"@fingerprint/agent\";"));
/// # Ok::<(), firstparty::ConfigError>(())
/// ```
///
/// [R1.7]: crate::contract#R1.7
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Snippet {
    /// v3 from the NPM package `@fingerprintjs/fingerprintjs-pro`.
    V3Npm,
    /// v3, imported by the page as it would be from the CDN.
    V3Import,
    /// v4 from the NPM package `@fingerprint/agent`.
    V4Npm,
    /// v4, imported by the page as it would be from the CDN.
    V4Import,
}

/// What the agent does where the site's own integration does not answer ([R1.7]).
///
/// ```
/// use firstparty::client_setup::{ClientSetup, Fallback, Snippet};
/// use firstparty::{Config, Region};
///
/// let setup = ClientSetup::new(&Config::default(), "https://www.example.com", "ore54guier")?;
/// let code = setup.snippet(Snippet::V4Npm, Fallback::Off, Region::Us).unwrap();
/// assert!(code.contains(
///     "endpoints: Fingerprint.withoutDefault(\"https://www.example.com/ore54guier/?region=us\")",
/// ));
/// # Ok::<(), firstparty::ConfigError>(())
/// ```
///
/// [R1.7]: crate::contract#R1.7
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "there is a fallback, or there is not")]
pub enum Fallback {
    /// It turns to Fingerprint's own hosts.
    #[default]
    Fingerprint,
    /// It gives up, for sites whose pages must talk to nobody else.
    Off,
}

/// The URLs of a site, each as the inside of a string literal, where they exist.
pub(super) struct Urls {
    pub(super) script_url_pattern: Option<String>,
    pub(super) v3_import: Option<String>,
    pub(super) v3_endpoint: Option<String>,
    pub(super) v4_import: Option<String>,
    pub(super) v4_endpoint: Option<String>,
    pub(super) region: Region,
}

impl Urls {
    pub(super) fn snippet(&self, snippet: Snippet, fallback: Fallback) -> Option<String> {
        match snippet {
            Snippet::V3Npm => self.v3_npm(fallback),
            Snippet::V3Import => {
                let options = self.v3_options(fallback)?;
                Some(import(self.v3_import.as_deref()?, "FingerprintJS", "load", &options))
            }
            Snippet::V4Npm => self.v4_npm(fallback),
            Snippet::V4Import => {
                let options = self.v4_options(fallback)?;
                Some(import(self.v4_import.as_deref()?, "Fingerprint", "start", &options))
            }
        }
    }

    fn v3_npm(&self, fallback: Fallback) -> Option<String> {
        let pattern = quoted(self.script_url_pattern.as_deref()?);
        let pattern = match fallback {
            Fallback::Fingerprint => format!("[{pattern}, FingerprintJS.defaultScriptUrlPattern]"),
            Fallback::Off => pattern,
        };
        let mut options = vec![("apiKey", quoted(KEY)), ("scriptUrlPattern", pattern)];
        options.extend(self.v3_options(fallback)?);
        Some(format!(
            "import * as FingerprintJS from \"@fingerprintjs/fingerprintjs-pro\";\n\n\
             const agentPromise = FingerprintJS.load({});\n",
            object(&options, ""),
        ))
    }

    /// v3 has to be told the region of its default endpoint.
    fn v3_options(&self, fallback: Fallback) -> Option<Vec<Member>> {
        let endpoint = quoted(self.v3_endpoint.as_deref()?);
        Some(match fallback {
            Fallback::Fingerprint => vec![
                ("endpoint", format!("[{endpoint}, FingerprintJS.defaultEndpoint]")),
                ("region", quoted(self.region.as_str())),
            ],
            Fallback::Off => vec![("endpoint", endpoint)],
        })
    }

    fn v4_npm(&self, fallback: Fallback) -> Option<String> {
        let mut options = vec![("apiKey", quoted(KEY))];
        options.extend(self.v4_options(fallback)?);
        Some(format!(
            "import * as Fingerprint from \"@fingerprint/agent\";\n\n\
             const agent = Fingerprint.start({});\n",
            object(&options, ""),
        ))
    }

    fn v4_options(&self, fallback: Fallback) -> Option<Vec<Member>> {
        let endpoint = quoted(self.v4_endpoint.as_deref()?);
        let endpoints = match fallback {
            Fallback::Fingerprint => endpoint,
            Fallback::Off => format!("Fingerprint.withoutDefault({endpoint})"),
        };
        Some(vec![("endpoints", endpoints), ("region", quoted(self.region.as_str()))])
    }
}

/// A member of an object: its name, and its value as JavaScript.
type Member = (&'static str, String);

fn import(url: &str, module: &str, function: &str, options: &[Member]) -> String {
    let url = quoted(&url.replace("<apiKey>", KEY));
    let options = object(options, "  ");
    format!(
        "const agentPromise = import({url})\n  .then(({module}) => {module}.{function}({options}));\n"
    )
}

/// An object, one member a line.
fn object(members: &[Member], indent: &str) -> String {
    let lines = members.iter().map(|(name, value)| format!("{indent}  {name}: {value},\n"));
    format!("{{\n{}{indent}}}", lines.collect::<String>())
}

/// A string literal of text that needs no escape.
fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

/// The inside of a string literal.
pub(super) fn escaped(text: &str) -> String {
    let mut literal = String::new();
    json::push_string(&mut literal, text);
    literal.trim_matches('"').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client_setup::ClientSetup;
    use crate::config::{Builder, Config};

    fn setup(builder: Builder, site: &str, path: &str) -> ClientSetup {
        ClientSetup::new(&builder.build().unwrap(), site, path).unwrap()
    }

    fn usual() -> ClientSetup {
        let routes = Config::builder().agent_download_path("a1").get_result_path("r1");
        setup(routes, "https://www.example.com", "p1")
    }

    /// R1.7: v3 from NPM.
    #[test]
    fn v3_is_loaded_from_the_package() {
        let code = usual().snippet(Snippet::V3Npm, Fallback::Fingerprint, Region::Eu).unwrap();
        let expected = r#"import * as FingerprintJS from "@fingerprintjs/fingerprintjs-pro";

const agentPromise = FingerprintJS.load({
  apiKey: "PUBLIC_API_KEY",
  scriptUrlPattern: ["https://www.example.com/p1/a1?apiKey=<apiKey>&version=<version>&loaderVersion=<loaderVersion>", FingerprintJS.defaultScriptUrlPattern],
  endpoint: ["https://www.example.com/p1/r1?region=eu", FingerprintJS.defaultEndpoint],
  region: "eu",
});
"#;
        assert_eq!(code, expected);
        let code = usual().snippet(Snippet::V3Npm, Fallback::Off, Region::Us).unwrap();
        let expected = r#"import * as FingerprintJS from "@fingerprintjs/fingerprintjs-pro";

const agentPromise = FingerprintJS.load({
  apiKey: "PUBLIC_API_KEY",
  scriptUrlPattern: "https://www.example.com/p1/a1?apiKey=<apiKey>&version=<version>&loaderVersion=<loaderVersion>",
  endpoint: "https://www.example.com/p1/r1?region=us",
});
"#;
        assert_eq!(code, expected);
    }

    /// R1.7: v3 as from the CDN.
    #[test]
    fn v3_is_imported() {
        let code = usual().snippet(Snippet::V3Import, Fallback::Fingerprint, Region::Ap).unwrap();
        let expected = r#"const agentPromise = import("https://www.example.com/p1/a1?apiKey=PUBLIC_API_KEY")
  .then((FingerprintJS) => FingerprintJS.load({
    endpoint: ["https://www.example.com/p1/r1?region=ap", FingerprintJS.defaultEndpoint],
    region: "ap",
  }));
"#;
        assert_eq!(code, expected);
        let code = usual().snippet(Snippet::V3Import, Fallback::Off, Region::Ap).unwrap();
        let expected = r#"const agentPromise = import("https://www.example.com/p1/a1?apiKey=PUBLIC_API_KEY")
  .then((FingerprintJS) => FingerprintJS.load({
    endpoint: "https://www.example.com/p1/r1?region=ap",
  }));
"#;
        assert_eq!(code, expected);
    }

    /// R1.7: v4 from NPM.
    #[test]
    fn v4_is_started_from_the_package() {
        let code = usual().snippet(Snippet::V4Npm, Fallback::Fingerprint, Region::Eu).unwrap();
        let expected = r#"import * as Fingerprint from "@fingerprint/agent";

const agent = Fingerprint.start({
  apiKey: "PUBLIC_API_KEY",
  endpoints: "https://www.example.com/p1/?region=eu",
  region: "eu",
});
"#;
        assert_eq!(code, expected);
        let code = usual().snippet(Snippet::V4Npm, Fallback::Off, Region::Us).unwrap();
        let expected = r#"import * as Fingerprint from "@fingerprint/agent";

const agent = Fingerprint.start({
  apiKey: "PUBLIC_API_KEY",
  endpoints: Fingerprint.withoutDefault("https://www.example.com/p1/?region=us"),
  region: "us",
});
"#;
        assert_eq!(code, expected);
    }

    /// R1.7: v4 as from the CDN; with depth 0 under the site itself.
    #[test]
    fn v4_is_imported() {
        let root = setup(Config::builder().integration_path_depth(0), "https://a.example:8443", "");
        let code = root.snippet(Snippet::V4Import, Fallback::Fingerprint, Region::Us).unwrap();
        let expected = r#"const agentPromise = import("https://a.example:8443/web/v4/PUBLIC_API_KEY")
  .then((Fingerprint) => Fingerprint.start({
    endpoints: "https://a.example:8443/?region=us",
    region: "us",
  }));
"#;
        assert_eq!(code, expected);
        let code = usual().snippet(Snippet::V4Import, Fallback::Off, Region::Us).unwrap();
        let expected = r#"const agentPromise = import("https://www.example.com/p1/web/v4/PUBLIC_API_KEY")
  .then((Fingerprint) => Fingerprint.start({
    endpoints: Fingerprint.withoutDefault("https://www.example.com/p1/?region=us"),
    region: "us",
  }));
"#;
        assert_eq!(code, expected);
    }

    const ALL: [Snippet; 4] =
        [Snippet::V3Npm, Snippet::V3Import, Snippet::V4Npm, Snippet::V4Import];

    /// R1.7: without one of its routes an agent would talk past the integration.
    #[test]
    fn what_is_off_has_no_snippet() {
        fn are_there(builder: Builder) -> [bool; 4] {
            let setup = setup(builder, "https://a.example", "p1");
            ALL.map(|one| setup.snippet(one, Fallback::Off, Region::Us).is_some())
        }
        let agent = Config::builder().agent_download_path("a1");
        let result = Config::builder().get_result_path("r1");
        assert_eq!(are_there(agent.clone()), [false, false, true, true]);
        assert_eq!(are_there(result), [false, false, true, true]);
        assert_eq!(are_there(agent.get_result_path("r1").v4(false)), [true, true, false, false]);
    }

    /// R1.7, R3.6: a fixed region is the only one that a snippet names.
    #[test]
    fn snippets_have_the_fixed_region() {
        let fixed = Config::builder().agent_download_path("a1").get_result_path("r1");
        let fixed = setup(fixed.region(Region::Eu), "https://a.example", "p1");
        for one in ALL {
            for fallback in [Fallback::Fingerprint, Fallback::Off] {
                let eu = fixed.snippet(one, fallback, Region::Eu);
                assert!(eu.as_ref().unwrap().contains("?region=eu"));
                assert_eq!(fixed.snippet(one, fallback, Region::Us), eu);
            }
        }
    }

    /// R1.7: nothing of an origin leaves its string, nor the script element around it.
    #[test]
    fn origins_stay_in_their_strings() {
        let odd = setup(Config::builder(), "https://a\"b&c.example", "p1");
        let code = odd.snippet(Snippet::V4Npm, Fallback::Fingerprint, Region::Us).unwrap();
        let endpoint =
            code.lines().find_map(|line| line.trim().strip_prefix("endpoints: ")).unwrap();
        assert_eq!(endpoint, r#""https://a\u0022b\u0026c.example/p1/?region=us","#);
        let read: String = serde_json::from_str(endpoint.trim_end_matches(',')).unwrap();
        assert_eq!(Some(read), odd.v4_endpoint(Region::Us));
    }
}
