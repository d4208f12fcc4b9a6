//! Lambda: one function, its versions, their way from pending to active.

use std::time::Duration;

use serde_json::{Value, json};

use super::{ARN, ErrorName, FUNCTION};

#[derive(Clone, Debug)]
pub(crate) struct Lambda {
    /// The code that lies in the bucket.
    pub(crate) package: String,
    /// The function's own code.
    code: String,
    revision: u32,
    versions: Vec<Version>,
    /// How long a new version is pending.
    pub(crate) activation: Duration,
    /// How much longer CloudFront refuses it.
    pub(crate) distribution_lag: Duration,
    /// Versions on one page of a list: 50 on AWS's.
    pub(crate) page: usize,
    /// How long an update of the function is in progress.
    pub(crate) update_time: Duration,
    /// When the latest update of it ends.
    pub(crate) busy_until: Duration,
    /// When its creation ends.
    pub(crate) pending_until: Duration,
    /// Whether the reply to `UpdateFunctionCode` describes the version or `$LATEST`.
    pub(crate) names_version: bool,
}

#[derive(Clone, Debug)]
struct Version {
    code: String,
    active_at: Duration,
}

impl Lambda {
    /// A function whose versions have these codes; its own is the last of them.
    pub(crate) fn new<'a>(codes: impl IntoIterator<Item = &'a str>) -> Self {
        let versions: Vec<_> = codes
            .into_iter()
            .map(|code| Version { code: code.to_owned(), active_at: Duration::ZERO })
            .collect();
        let code = versions.last().map(|version| version.code.clone()).unwrap_or_default();
        Self {
            package: code.clone(),
            code,
            revision: 1,
            versions,
            activation: Duration::ZERO,
            distribution_lag: Duration::ZERO,
            update_time: Duration::ZERO,
            busy_until: Duration::ZERO,
            pending_until: Duration::ZERO,
            page: 50,
            names_version: true,
        }
    }

    /// Publishes more versions, as if by earlier releases.
    pub(crate) fn extend(&mut self, code: impl Fn(usize) -> String, count: usize) {
        let published = |number| Version { code: code(number), active_at: Duration::ZERO };
        self.versions.extend((0..count).map(published));
    }

    pub(super) fn knows(name: &str) -> Result<(), ErrorName> {
        if name == FUNCTION { Ok(()) } else { Err("ResourceNotFoundException") }
    }

    /// The number of the newest version.
    pub(crate) fn newest(&self) -> usize {
        self.versions.len()
    }

    /// Whether the newest version has the code in the bucket.
    pub(crate) fn is_up_to_date(&self) -> bool {
        self.versions.last().is_some_and(|version| version.code == self.package)
    }

    /// Another person changes the function's settings, which takes two seconds.
    pub(crate) fn update_begun_by_someone(&mut self, now: Duration) {
        self.updated_by_someone();
        self.busy_until = now + Duration::from_secs(2);
    }

    /// Another person has changed the function's settings.
    pub(crate) fn updated_by_someone(&mut self) {
        self.revision += 1;
    }

    pub(super) fn latest(&self, now: Duration) -> Value {
        let status = if self.busy_until <= now { "Successful" } else { "InProgress" };
        let state = if self.pending_until <= now { "Active" } else { "Pending" };
        json!({
            "FunctionName": FUNCTION, "FunctionArn": ARN, "Version": "$LATEST",
            "CodeSha256": self.code, "RevisionId": format!("latest-{}", self.revision),
            "Runtime": "nodejs24.x", "Handler": "index.handler", "State": state,
            "LastModified": "2026-01-01T00:00:00.000+0000", "LastUpdateStatus": status,
        })
    }

    /// Unchanged code does not publish a version. The reply is about the newest one. While another
    /// update is in progress, or the function's creation, there is no further one.
    pub(super) fn update_code(
        &mut self,
        revision: &str,
        now: Duration,
    ) -> Result<Value, ErrorName> {
        if now < self.busy_until || now < self.pending_until {
            return Err("ResourceConflictException");
        }
        if revision != format!("latest-{}", self.revision) {
            return Err("PreconditionFailedException");
        }
        self.revision += 1;
        self.busy_until = now + self.update_time;
        self.code.clone_from(&self.package);
        if !self.is_up_to_date() {
            let active_at = now + self.activation;
            self.versions.push(Version { code: self.code.clone(), active_at });
        }
        if self.names_version {
            self.configuration(&self.newest().to_string(), now)
        } else {
            Ok(self.latest(now))
        }
    }

    pub(super) fn configuration(&self, number: &str, now: Duration) -> Result<Value, ErrorName> {
        let version = self.version(number).ok_or("ResourceNotFoundException")?;
        let state = if version.active_at <= now { "Active" } else { "Pending" };
        Ok(json!({
            "FunctionName": FUNCTION, "FunctionArn": format!("{ARN}:{number}"), "Version": number,
            "CodeSha256": version.code, "RevisionId": format!("version-{number}"), "State": state,
        }))
    }

    pub(super) fn list(&self, marker: Option<&str>, now: Duration) -> Result<Value, ErrorName> {
        let start = match marker {
            None => 0,
            Some(marker) => marker.parse().map_err(|_| "InvalidParameterValueException")?,
        };
        // `$LATEST` comes first, at 0.
        let end = (self.newest() + 1).min(start + self.page);
        let describe = |number: usize| match number {
            0 => self.latest(now),
            _ => self.configuration(&number.to_string(), Duration::MAX).expect("it was published"),
        };
        let page: Vec<Value> = (start..end).map(describe).collect();
        let mut reply = json!({ "Versions": page });
        if end <= self.newest() {
            reply["NextMarker"] = json!(end.to_string());
        }
        Ok(reply)
    }

    /// Whether CloudFront accepts an association with this ARN.
    pub(super) fn is_usable(&self, arn: &str, now: Duration) -> bool {
        match arn.strip_prefix(ARN).and_then(|rest| rest.strip_prefix(':')) {
            // A function of someone else, taken for good.
            None => true,
            Some(number) => self.version(number).is_some_and(|version| {
                version.active_at == Duration::ZERO
                    || version.active_at + self.distribution_lag <= now
            }),
        }
    }

    fn version(&self, number: &str) -> Option<&Version> {
        number.parse::<usize>().ok()?.checked_sub(1).and_then(|index| self.versions.get(index))
    }
}
