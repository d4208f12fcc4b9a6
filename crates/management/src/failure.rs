//! How a call failed.

/// How a call failed, as far as it matters to the machine (R14.6, R14.8).
///
/// Messages of the cloud do not enter the machine, so they cannot leave it in a reply.
///
/// ```
/// use firstparty_management::CallFailure;
///
/// assert_eq!(CallFailure::from_name("NoSuchDistribution"), CallFailure::NotFound);
/// assert_eq!(CallFailure::from_name("TimeoutError"), CallFailure::Other);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CallFailure {
    /// The function may not perform this call.
    AccessDenied,
    /// An invalidation with this reference exists already.
    AlreadyExists,
    /// The function or the distribution does not exist.
    NotFound,
    /// CloudFront does not accept the version yet.
    NotYetUsable,
    /// The entity tag is not the current one.
    Stale,
    /// Anything else: throttled, timed out, reply lost or unreadable.
    Other,
}

/// Error names of the API. Lambda's `PreconditionFailedException`, about a revision, is not
/// CloudFront's `PreconditionFailed`, about an entity tag: only the latter can be answered by
/// reading the configuration again.
const NAMES: [(&str, CallFailure); 9] = [
    ("AccessDenied", CallFailure::AccessDenied),
    ("AccessDeniedException", CallFailure::AccessDenied),
    ("InvalidationBatchAlreadyExists", CallFailure::AlreadyExists),
    ("NoSuchDistribution", CallFailure::NotFound),
    ("NoSuchResource", CallFailure::NotFound),
    ("ResourceNotFoundException", CallFailure::NotFound),
    ("InvalidLambdaFunctionAssociation", CallFailure::NotYetUsable),
    ("InvalidIfMatchVersion", CallFailure::Stale),
    ("PreconditionFailed", CallFailure::Stale),
];

impl CallFailure {
    /// The failure behind the name that an AWS SDK gives an error (`name` in JavaScript, `code`
    /// in Rust).
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        NAMES.iter().find(|(known, _)| *known == name).map_or(Self::Other, |(_, failure)| *failure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R14.6, R14.8: every name, spelt out once more, and names beside them.
    #[test]
    fn names_are_matched_whole() {
        let names = [
            ("AccessDenied", CallFailure::AccessDenied),
            ("AccessDeniedException", CallFailure::AccessDenied),
            ("InvalidIfMatchVersion", CallFailure::Stale),
            ("InvalidLambdaFunctionAssociation", CallFailure::NotYetUsable),
            ("InvalidationBatchAlreadyExists", CallFailure::AlreadyExists),
            ("NoSuchDistribution", CallFailure::NotFound),
            ("NoSuchResource", CallFailure::NotFound),
            ("PreconditionFailed", CallFailure::Stale),
            ("ResourceNotFoundException", CallFailure::NotFound),
        ];
        assert_eq!(names.len(), NAMES.len());
        for (name, failure) in names {
            assert_eq!(CallFailure::from_name(name), failure);
            assert_eq!(CallFailure::from_name(&format!("{name}X")), CallFailure::Other);
            assert_eq!(CallFailure::from_name(&name.to_lowercase()), CallFailure::Other);
        }
        assert_eq!(CallFailure::from_name("PreconditionFailedException"), CallFailure::Other);
        assert_eq!(CallFailure::from_name(""), CallFailure::Other);
    }
}
