//! The errors of an update and their codes (R14.8).

use crate::failure::CallFailure;

/// Why an update failed ([R14.8]).
///
/// The caller gets only the [code](UpdateError::code). The sentence is for the host's log. Neither
/// has any text of a reply.
///
/// ```
/// use firstparty_management::UpdateError;
///
/// let error = UpdateError::VersionNotActive;
/// assert_eq!(error.code(), "E8100");
/// assert_eq!(error.to_string(), "the published version did not become active");
/// ```
///
/// [R14.8]: https://docs.rs/firstparty/latest/firstparty/contract/index.html#R14.8
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum UpdateError {
    /// The management function is not allowed to make a call.
    #[error("access to {0} is denied")]
    AccessDenied(&'static str),
    /// No cache behaviour with Fingerprint's origin is associated with the function.
    #[error("no cache behaviour for fingerprint's origin is associated with the function")]
    AssociationMissing,
    /// No cache behaviour has a target origin with one of Fingerprint's domain names.
    #[error("no cache behaviour uses fingerprint's origin")]
    BehaviourMissing,
    /// A call failed for a reason that has no code of its own.
    #[error("{0} failed")]
    CallFailed(&'static str),
    /// The code could not be updated.
    #[error("the function's code could not be updated")]
    CodeUpdateFailed,
    /// The distribution's configuration or its entity tag is missing from the reply.
    #[error("the distribution's configuration is missing")]
    DistributionConfigMissing,
    /// The function's configuration is missing from the reply.
    #[error("the function's configuration is missing")]
    FunctionMissing,
    /// The version's ARN is missing, or belongs to another function.
    #[error("the published version has no usable ARN")]
    FunctionArnMissing,
    /// The creation of the function, or another update of it, did not end in time.
    #[error("the creation or another update of the function did not end")]
    FunctionBusy,
    /// None of the affected behaviours has a path pattern.
    #[error("no affected cache behaviour has a path pattern")]
    PathMissing,
    /// The function or the distribution does not exist.
    #[error("{0} did not find the resource")]
    ResourceNotFound(&'static str),
    /// The revision is missing from the reply to `UpdateFunctionCode`.
    #[error("the revision after the update is missing")]
    RevisionAfterMissing,
    /// The revision is missing from the reply to `GetFunction`.
    #[error("the revision before the update is missing")]
    RevisionBeforeMissing,
    /// The list of versions does not show which one was published.
    #[error("the published version was not found, or is ambiguous")]
    VersionAmbiguous,
    /// The published version failed, or did not become active in time.
    #[error("the published version did not become active")]
    VersionNotActive,
}

impl UpdateError {
    /// The code in the body of the response.
    ///
    /// ```
    /// # use firstparty_management::UpdateError;
    /// assert_eq!(UpdateError::AccessDenied("GetFunction").code(), "E2200");
    /// ```
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::CallFailed(_) => "E1000",
            Self::ResourceNotFound(_) => "E2100",
            Self::AccessDenied(_) => "E2200",
            Self::FunctionMissing => "E3100",
            Self::DistributionConfigMissing => "E4100",
            Self::BehaviourMissing => "E5100",
            Self::PathMissing => "E5200",
            Self::CodeUpdateFailed => "E6000",
            Self::AssociationMissing => "E6100",
            Self::FunctionArnMissing => "E7100",
            Self::VersionAmbiguous => "E8000",
            Self::FunctionBusy | Self::VersionNotActive => "E8100",
            Self::RevisionBeforeMissing => "E8200",
            Self::RevisionAfterMissing => "E8300",
        }
    }

    /// The error for a failure of `operation` that ends the update.
    pub(super) fn of_call(operation: &'static str, failure: CallFailure) -> Self {
        match failure {
            CallFailure::AccessDenied => Self::AccessDenied(operation),
            CallFailure::NotFound => Self::ResourceNotFound(operation),
            CallFailure::AlreadyExists
            | CallFailure::Conflict
            | CallFailure::NotYetUsable
            | CallFailure::Stale
            | CallFailure::Throttled
            | CallFailure::Other => Self::CallFailed(operation),
        }
    }

    /// Like [`UpdateError::of_call`], for the one call whose unspecified failures have their own code.
    pub(super) fn of_code_update(failure: CallFailure) -> Self {
        match Self::of_call("UpdateFunctionCode", failure) {
            Self::CallFailed(_) => Self::CodeUpdateFailed,
            specific => specific,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R14.8: access and existence come before the code of the operation.
    #[test]
    fn failures_of_calls_have_codes() {
        let codes = [
            (CallFailure::AccessDenied, "E2200", "E2200"),
            (CallFailure::NotFound, "E2100", "E2100"),
            (CallFailure::Stale, "E1000", "E6000"),
            (CallFailure::NotYetUsable, "E1000", "E6000"),
            (CallFailure::AlreadyExists, "E1000", "E6000"),
            (CallFailure::Conflict, "E1000", "E6000"),
            (CallFailure::Throttled, "E1000", "E6000"),
            (CallFailure::Other, "E1000", "E6000"),
        ];
        for (failure, of_call, of_code_update) in codes {
            assert_eq!(UpdateError::of_call("GetFunction", failure).code(), of_call);
            assert_eq!(UpdateError::of_code_update(failure).code(), of_code_update);
        }
    }

    /// R14.8, R14.10: a function that stays busy has the code of a version that stays pending.
    #[test]
    fn busy_functions_have_the_code_of_pending_versions() {
        assert_eq!(UpdateError::FunctionBusy.code(), "E8100");
        assert_eq!(
            UpdateError::FunctionBusy.to_string(),
            "the creation or another update of the function did not end"
        );
    }
}
