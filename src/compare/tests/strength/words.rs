//! What a check is called in a sentence.

use crate::facts::tests::{Check, CheckKind};

/// What a check is called in a sentence.
pub fn name(check: &Check) -> &'static str {
    if !check.positive {
        return match check.kind {
            CheckKind::Truth => "falseness",
            CheckKind::Throws => "no exception",
            CheckKind::Length if super::level::is_zero(check) => "not being empty",
            _ => "inequality",
        };
    }
    match check.kind {
        CheckKind::Identical | CheckKind::Equal => "equality",
        CheckKind::Loose => "converting equality",
        CheckKind::Normalised => "equality up to order or spelling",
        CheckKind::Approximate => "approximate equality",
        CheckKind::Partial => "a partial match",
        CheckKind::FullMatch => "a full pattern",
        CheckKind::Prefix => "a prefix",
        CheckKind::Suffix => "a suffix",
        CheckKind::Contains => "containment",
        CheckKind::Matches => "a pattern",
        CheckKind::OneOf => "one of several values",
        CheckKind::Between => "a range",
        CheckKind::Greater | CheckKind::AtLeast => "a lower bound",
        CheckKind::Less | CheckKind::AtMost => "an upper bound",
        CheckKind::Length => "a length",
        CheckKind::ExactType | CheckKind::Type => "a type",
        CheckKind::HasKey => "the presence of a key",
        CheckKind::Present => "mere presence",
        CheckKind::Truth => "truthiness",
        CheckKind::Throws => "an exception",
        CheckKind::Completes => "no exception",
        CheckKind::Called => "having been called",
        CheckKind::Expects => "an expected call",
        CheckKind::CalledTimes => "a number of calls",
        CheckKind::CalledWith => "a call's arguments",
        CheckKind::CalledOnceWith => "exactly one call with these arguments",
        CheckKind::Snapshot => "a snapshot",
        CheckKind::AnyOf => "any of several demands",
        CheckKind::Fail => "a failure",
        CheckKind::Opaque => "a helper",
        CheckKind::Count => "a number of checks",
    }
}
