//! CloudFront: one distribution, its entity tag, its invalidations, and another person who edits it.

use std::collections::BTreeMap;
use std::time::Duration;

use firstparty_management::InvalidationBatch;
use serde_json::{Value, json};

use super::cache::Caches;
use super::{ARN, DISTRIBUTION, ErrorName, Lambda};

#[derive(Clone, Debug)]
pub(crate) struct CloudFront {
    pub(crate) config: Value,
    /// The configuration as it would be if only others had ever edited it.
    pub(crate) without_us: Value,
    etag: u32,
    /// Paths by reference.
    pub(crate) invalidations: BTreeMap<String, Vec<String>>,
    pub(crate) caches: Caches,
    /// Versions that the distribution was associated with when it was last read or written.
    pub(crate) last_seen: Vec<String>,
    edits: u32,
}

/// What another person does to the distribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ForeignEdit {
    /// Writes a comment.
    Comment,
    /// Adds a behaviour with a function of their own.
    OtherFunction,
    /// Adds a behaviour with an old version of the function.
    OldVersion,
    /// Points our associations back to an old version.
    Repointed,
    /// Removes the first of our associations.
    Removed,
    /// Writes the configuration back as it is: only the tag changes.
    Nothing,
}

impl ForeignEdit {
    pub(crate) const ALL: [Self; 6] = [
        Self::Comment,
        Self::OtherFunction,
        Self::OldVersion,
        Self::Repointed,
        Self::Removed,
        Self::Nothing,
    ];
}

impl CloudFront {
    pub(crate) fn new(config: &Value) -> Self {
        Self {
            config: config.clone(),
            without_us: config.clone(),
            etag: 1,
            invalidations: BTreeMap::new(),
            caches: Caches::default(),
            last_seen: Vec::new(),
            edits: 0,
        }
    }

    pub(super) fn knows(id: &str) -> Result<(), ErrorName> {
        if id == DISTRIBUTION { Ok(()) } else { Err("NoSuchDistribution") }
    }

    pub(super) fn distribution(&self) -> Value {
        json!({"ETag": self.etag(), "Distribution": {
            "Id": DISTRIBUTION, "Status": "InProgress", "LastModifiedTime": "2026-01-01T00:00:00Z",
            "InProgressInvalidationBatches": self.invalidations.len(),
            "DistributionConfig": self.config,
        }})
    }

    pub(super) fn read(&mut self) -> Value {
        self.last_seen = self.versions();
        json!({"ETag": self.etag(), "DistributionConfig": self.config})
    }

    pub(super) fn write(
        &mut self,
        if_match: &str,
        config: &Value,
        lambda: &Lambda,
        now: Duration,
    ) -> Result<Value, ErrorName> {
        if if_match != self.etag() {
            return Err("PreconditionFailed");
        }
        check(config)?;
        let mut arns = associations(config).into_iter().map(|(_, _, arn)| arn);
        if !arns.all(|arn| lambda.is_usable(&arn, now)) {
            return Err("InvalidLambdaFunctionAssociation");
        }
        self.caches.config_changed(&self.config, config);
        self.config = config.clone();
        self.etag += 1;
        self.last_seen = self.versions();
        Ok(json!({"ETag": self.etag(), "Distribution": {"Id": DISTRIBUTION}}))
    }

    pub(crate) fn invalidate(&mut self, batch: &InvalidationBatch<'_>) -> Result<Value, ErrorName> {
        let paths = batch.paths.items;
        if batch.paths.quantity != paths.len() {
            return Err("InconsistentQuantities");
        }
        let is_valid = |path: &String| {
            let tail = path.strip_prefix('/').map(|rest| rest.strip_suffix('*').unwrap_or(rest));
            tail.is_some_and(|tail| tail.bytes().all(is_safe))
        };
        let repeated = paths.iter().enumerate().any(|(at, path)| paths[..at].contains(path));
        if paths.is_empty() || repeated || !paths.iter().all(is_valid) {
            return Err("InvalidArgument");
        }
        if paths.iter().filter(|path| path.ends_with('*')).count() > 15 {
            return Err("TooManyInvalidationsInProgress");
        }
        match self.invalidations.get(batch.caller_reference) {
            Some(known) if known != paths => return Err("InvalidationBatchAlreadyExists"),
            // The batch that exists: it invalidates nothing again.
            Some(_) => {}
            None => {
                self.invalidations.insert(batch.caller_reference.to_owned(), paths.to_vec());
                self.caches.invalidated(paths);
            }
        }
        Ok(json!({"Invalidation": {"Status": "InProgress"}}))
    }

    pub(crate) fn edited_by_someone(&mut self, edit: ForeignEdit) {
        self.edits += 1;
        self.etag += 1;
        let before = self.config.clone();
        for config in [&mut self.config, &mut self.without_us] {
            let number = self.edits;
            match edit {
                ForeignEdit::Nothing => {}
                ForeignEdit::Repointed => {
                    let repoint = |item: &mut Value| {
                        item["LambdaFunctionARN"] = json!(format!("{ARN}:1"));
                        true
                    };
                    retain_ours(config, repoint);
                }
                ForeignEdit::Removed => {
                    let mut count = 0;
                    retain_ours(config, |_| std::mem::replace(&mut count, 1) > 0);
                }
                ForeignEdit::Comment => config["Comment"] = json!(format!("edit {number}")),
                ForeignEdit::OtherFunction => {
                    let arn = format!("{ARN}-of-someone:{number}");
                    add_behaviour(config, &format!("/someone/{number}"), &arn);
                }
                ForeignEdit::OldVersion => {
                    add_behaviour(config, &format!("/old/{number}/*"), &format!("{ARN}:1"));
                }
            }
        }
        self.caches.config_changed(&before, &self.config);
    }

    /// The function's versions in the associations that R14.4 is about.
    pub(crate) fn versions(&self) -> Vec<String> {
        versions(&self.config)
    }

    /// Those versions as only others would have left them.
    pub(crate) fn versions_without_us(&self) -> Vec<String> {
        versions(&self.without_us)
    }

    /// Whether the configuration is one that CloudFront accepts.
    pub(crate) fn is_valid(&self) -> bool {
        check(&self.config).is_ok()
    }

    fn etag(&self) -> String {
        format!("ETAG{}", self.etag)
    }
}

/// The characters of a path that need no encoding. CloudFront documents `*` as one of them; in the
/// middle of a path it would be no wildcard.
fn is_safe(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_./$'@:+&,;=!".contains(&byte)
}

fn versions(config: &Value) -> Vec<String> {
    let ours = associations(config).into_iter().filter(is_ours);
    ours.filter_map(|(_, _, arn)| arn.rsplit(':').next().map(str::to_owned)).collect()
}

/// Every association as target origin, event type and ARN.
fn associations(config: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let ordered = config["CacheBehaviors"]["Items"].as_array().into_iter().flatten();
    let mut found = Vec::new();
    for behaviour in std::iter::once(&config["DefaultCacheBehavior"]).chain(ordered) {
        let items = behaviour["LambdaFunctionAssociations"]["Items"].as_array();
        for item in items.into_iter().flatten() {
            let origin = text(&behaviour["TargetOriginId"]);
            found.push((origin, text(&item["EventType"]), text(&item["LambdaFunctionARN"])));
        }
    }
    found
}

/// R14.4 and R14.7 once more, in a naive way: the origins of every world are called so.
pub(super) fn is_ours((origin, event, arn): &(String, String, String)) -> bool {
    let origin = origin == "cdn" || origin == "api";
    origin && event == "origin-request" && arn.starts_with(&format!("{ARN}:"))
}

/// The configuration with the versions of our associations blanked out: all that an update may
/// change.
pub(crate) fn blanked(config: &Value) -> Value {
    let mut config = config.clone();
    retain_ours(&mut config, |item| {
        item["LambdaFunctionARN"] = json!("blank");
        true
    });
    config
}

/// Visits each of our associations in order, and keeps those of which `keep` says so.
fn retain_ours(config: &mut Value, mut keep: impl FnMut(&mut Value) -> bool) {
    let mut visit = |behaviour: &mut Value| {
        let origin = behaviour["TargetOriginId"].as_str().unwrap_or_default().to_owned();
        let Some(list) = behaviour.get_mut("LambdaFunctionAssociations") else {
            return;
        };
        if let Some(items) = list["Items"].as_array_mut() {
            items.retain_mut(|item| {
                let text = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
                let association = (origin.clone(), text("EventType"), text("LambdaFunctionARN"));
                !is_ours(&association) || keep(item)
            });
            list["Quantity"] = json!(items.len());
        }
    };
    visit(&mut config["DefaultCacheBehavior"]);
    config["CacheBehaviors"]["Items"].as_array_mut().into_iter().flatten().for_each(visit);
}

/// What CloudFront checks of a configuration, as far as an update could break it.
fn check(config: &Value) -> Result<(), ErrorName> {
    let lists = |value: &Value| match (value["Quantity"].as_u64(), value["Items"].as_array()) {
        (Some(quantity), items) => quantity == items.map_or(0, Vec::len) as u64,
        (None, _) => false,
    };
    let ordered = config["CacheBehaviors"]["Items"].as_array().into_iter().flatten();
    let mut behaviours = std::iter::once(&config["DefaultCacheBehavior"]).chain(ordered);
    let whole = lists(&config["Origins"])
        && lists(&config["CacheBehaviors"])
        && behaviours.all(|behaviour| lists(&behaviour["LambdaFunctionAssociations"]));
    if !whole {
        return Err("InconsistentQuantities");
    }
    let versioned = |(_, _, arn): (String, String, String)| {
        arn.rsplit(':').next().is_some_and(|version| version.parse::<u32>().is_ok())
    };
    if !associations(config).into_iter().all(versioned) {
        return Err("InvalidLambdaFunctionAssociation");
    }
    Ok(())
}

fn add_behaviour(config: &mut Value, pattern: &str, arn: &str) {
    let list = config["CacheBehaviors"]["Items"].as_array_mut().expect("every world has a list");
    list.push(super::super::world::behaviour(pattern, "cdn", &[("origin-request", arn)]));
    config["CacheBehaviors"]["Quantity"] = json!(list.len());
}
