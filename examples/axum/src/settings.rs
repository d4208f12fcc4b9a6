//! The gateway out of a settings document and the environment, read again when the document changes.

use std::error::Error;
use std::time::{Duration, SystemTime};

use firstparty::advice::advise;
use firstparty::config::{Builder, Source};
use firstparty::{Config, Gateway, Platform};
use firstparty_tower::Gateways;

/// A variable of the program's own.
pub(crate) fn text(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

type BoxError = Box<dyn Error>;

/// No error repeats a value. The environment comes before the document.
pub(crate) fn gateway() -> Result<Gateway, BoxError> {
    let builder: Builder = match text("FIRSTPARTY_CONFIG") {
        Some(path) => serde_json::from_str(&std::fs::read_to_string(path)?)?,
        None => Config::builder(),
    };
    let pairs = std::env::vars_os()
        .filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?)));
    let environment = Source::from_environment("environment", Platform::Generic, pairs);
    let config = builder.source(environment).build()?;
    if config.route_prefix().is_none() {
        return Err("fpjs_route_prefix is missing: beside a site the path has to be exact".into());
    }
    for advice in advise(&config, Platform::Generic) {
        eprintln!("advice: {advice}");
    }
    Ok(Gateway::new(config, Platform::Generic))
}

/// R16.6: a changed document is used from the next request on; while it is bad, the last good one stays.
pub(crate) async fn refresh(gateways: Gateways) {
    let mut seen = stamp();
    while text("FIRSTPARTY_CONFIG").is_some() {
        tokio::time::sleep(Duration::from_secs(2)).await;
        renew(&gateways, &mut seen, stamp(), gateway);
    }
}

/// When the document was changed, and its length.
type Stamp = Option<(SystemTime, u64)>;

/// Reads settings that are not those which were seen.
fn renew(
    gateways: &Gateways,
    seen: &mut Stamp,
    now: Stamp,
    read: fn() -> Result<Gateway, BoxError>,
) {
    if now == *seen {
        return;
    }
    match read() {
        Ok(gateway) => {
            gateways.set(gateway);
            *seen = now;
        }
        // Read again in any case: the reading itself may have failed.
        Err(error) => eprintln!("settings: {error}"),
    }
}

fn stamp() -> Stamp {
    let metadata = std::fs::metadata(text("FIRSTPARTY_CONFIG")?).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use firstparty::{Config, Gateway, Platform};
    use firstparty_tower::Gateways;

    use super::renew;

    /// R16.6: settings that could not be read are read again, and no others.
    #[test]
    fn settings_are_read_until_they_are_good() {
        let gateways = Gateways::new(Gateway::new(Config::default(), Platform::Generic));
        let (mut seen, now) = (None, Some((SystemTime::UNIX_EPOCH, 1)));
        renew(&gateways, &mut seen, now, || Err("no such file".into()));
        assert_eq!(gateways.get().platform(), Platform::Generic);
        renew(&gateways, &mut seen, now, || Ok(Gateway::new(Config::default(), Platform::Azure)));
        assert_eq!(gateways.get().platform(), Platform::Azure);
        renew(&gateways, &mut seen, now, || unreachable!("nothing has changed"));
    }
}
