//! How a call failed.

/// How a call failed, as far as it matters to the machine (R14.6, R14.8).
///
/// Messages of the cloud do not enter the machine, so they cannot leave it in a reply.
///
/// ```
/// use firstparty_management::Failure;
///
/// assert_eq!(Failure::from_name("NoSuchDistribution"), Failure::NotFound);
/// assert_eq!(Failure::from_name("TimeoutError"), Failure::Other);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Failure {
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
const NAMES: [(&str, Failure); 9] = [
    ("AccessDenied", Failure::AccessDenied),
    ("AccessDeniedException", Failure::AccessDenied),
    ("InvalidationBatchAlreadyExists", Failure::AlreadyExists),
    ("NoSuchDistribution", Failure::NotFound),
    ("NoSuchResource", Failure::NotFound),
    ("ResourceNotFoundException", Failure::NotFound),
    ("InvalidLambdaFunctionAssociation", Failure::NotYetUsable),
    ("InvalidIfMatchVersion", Failure::Stale),
    ("PreconditionFailed", Failure::Stale),
];

impl Failure {
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
            ("AccessDenied", Failure::AccessDenied),
            ("AccessDeniedException", Failure::AccessDenied),
            ("InvalidIfMatchVersion", Failure::Stale),
            ("InvalidLambdaFunctionAssociation", Failure::NotYetUsable),
            ("InvalidationBatchAlreadyExists", Failure::AlreadyExists),
            ("NoSuchDistribution", Failure::NotFound),
            ("NoSuchResource", Failure::NotFound),
            ("PreconditionFailed", Failure::Stale),
            ("ResourceNotFoundException", Failure::NotFound),
        ];
        assert_eq!(names.len(), NAMES.len());
        for (name, failure) in names {
            assert_eq!(Failure::from_name(name), failure);
            assert_eq!(Failure::from_name(&format!("{name}X")), Failure::Other);
            assert_eq!(Failure::from_name(&name.to_lowercase()), Failure::Other);
        }
        assert_eq!(Failure::from_name("PreconditionFailedException"), Failure::Other);
        assert_eq!(Failure::from_name(""), Failure::Other);
    }
}
