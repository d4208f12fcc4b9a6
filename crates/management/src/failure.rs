//! Failures of calls.

/// How a call failed ([R14.6], [R14.8], [R14.10]).
///
/// It has no text of the cloud's error, so no such text can get into a response.
///
/// ```
/// use firstparty_management::CallFailure;
///
/// assert_eq!(CallFailure::from_name("NoSuchDistribution"), CallFailure::NotFound);
/// assert_eq!(CallFailure::from_name("TimeoutError"), CallFailure::Other);
/// ```
///
/// [R14.6]: https://docs.rs/firstparty/latest/firstparty/contract/index.html#R14.6
/// [R14.8]: https://docs.rs/firstparty/latest/firstparty/contract/index.html#R14.8
/// [R14.10]: https://docs.rs/firstparty/latest/firstparty/contract/index.html#R14.10
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum CallFailure {
    /// The management function is not allowed to make this call.
    #[error("access is denied")]
    AccessDenied,
    /// There is an invalidation with this reference already.
    #[error("the invalidation exists already")]
    AlreadyExists,
    /// Another update of the function is, or was, in progress. The update begins again.
    #[error("another update is or was in progress")]
    Conflict,
    /// The secret, the function or the distribution does not exist.
    #[error("the resource does not exist")]
    NotFound,
    /// CloudFront does not accept the version yet.
    #[error("the version cannot be used yet")]
    NotYetUsable,
    /// The entity tag is stale.
    #[error("the entity tag is stale")]
    Stale,
    /// There were too many calls, or too many invalidations are in progress. The same call is made
    /// again after a wait, five times at most.
    #[error("there were too many calls")]
    Throttled,
    /// Any other failure: the call timed out, or its reply was lost or malformed.
    #[error("the call failed for another reason")]
    Other,
}

/// The API's names of errors. Two of them are alike: `PreconditionFailed` is CloudFront's, about the
/// entity tag of a configuration. `PreconditionFailedException` is Lambda's, about the revision of a
/// function: another update of it came in between, and has ended.
const NAMES: [(&str, CallFailure); 16] = [
    ("AccessDenied", CallFailure::AccessDenied),
    ("AccessDeniedException", CallFailure::AccessDenied),
    ("InvalidationBatchAlreadyExists", CallFailure::AlreadyExists),
    ("PreconditionFailedException", CallFailure::Conflict),
    ("ResourceConflictException", CallFailure::Conflict),
    ("NoSuchDistribution", CallFailure::NotFound),
    ("NoSuchResource", CallFailure::NotFound),
    ("ResourceNotFoundException", CallFailure::NotFound),
    ("InvalidLambdaFunctionAssociation", CallFailure::NotYetUsable),
    ("InvalidIfMatchVersion", CallFailure::Stale),
    ("PreconditionFailed", CallFailure::Stale),
    ("RequestLimitExceeded", CallFailure::Throttled),
    ("Throttling", CallFailure::Throttled),
    ("ThrottlingException", CallFailure::Throttled),
    ("TooManyInvalidationsInProgress", CallFailure::Throttled),
    ("TooManyRequestsException", CallFailure::Throttled),
];

impl CallFailure {
    /// Translates the name that an AWS SDK gives an error (`name` in JavaScript, `code` in Rust).
    ///
    /// ```
    /// # use firstparty_management::CallFailure;
    /// assert_eq!(CallFailure::from_name("AccessDenied"), CallFailure::AccessDenied);
    /// ```
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        NAMES.iter().find(|(known, _)| *known == name).map_or(Self::Other, |(_, failure)| *failure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R14.6, R14.8, R14.10: every name, spelt out once more, and names beside them.
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
            ("PreconditionFailedException", CallFailure::Conflict),
            ("RequestLimitExceeded", CallFailure::Throttled),
            ("ResourceConflictException", CallFailure::Conflict),
            ("ResourceNotFoundException", CallFailure::NotFound),
            ("Throttling", CallFailure::Throttled),
            ("ThrottlingException", CallFailure::Throttled),
            ("TooManyInvalidationsInProgress", CallFailure::Throttled),
            ("TooManyRequestsException", CallFailure::Throttled),
        ];
        assert_eq!(names.len(), NAMES.len());
        for (name, failure) in names {
            assert_eq!(CallFailure::from_name(name), failure);
            assert_eq!(CallFailure::from_name(&format!("{name}X")), CallFailure::Other);
            assert_eq!(CallFailure::from_name(&name.to_lowercase()), CallFailure::Other);
        }
        assert_eq!(CallFailure::from_name(""), CallFailure::Other);
    }
}
