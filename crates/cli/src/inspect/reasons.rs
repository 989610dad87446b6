// Written by .ci/facts from src/format/base/reasons.toml: change that.

use hardtack::session::Reason;

/// Returns the meaning of a reason, and where to look.
#[rustfmt::skip]
pub(super) fn explanation(reason: Reason) -> &'static str {
    match reason {
        Reason::UnknownKey => "the ring lacks its key: the key was removed, or belongs to a newer file or to another ring",
        Reason::RetiredKey => "its key is past its accept_until",
        Reason::Idle => "it is past the idle timeout",
        Reason::Expired => "it is past the absolute timeout, or its own limit",
        Reason::Revoked => "it was issued before the not_before of the ring",
        Reason::NotYetValid => "it is from the future by more than the clock skew: a clock is wrong",
        Reason::Unvalidated => "the application must confirm that it is still valid, and was not asked or could not answer",
        Reason::UnknownFormat => "it is not a token, or one of another version",
        Reason::Encoding => "it is not base64url: cut off, changed, or made by another program",
        Reason::TooShort => "it is shorter than any token",
        Reason::TooLong => "it is longer than any token",
        Reason::WrongMode => "it is signed and the ring encrypts, or it is encrypted and the ring signs",
        Reason::Auth => "it was changed or forged, or sealed for another name, application, type, context or carrier; compare --name, --application, --type and --context with the application",
        Reason::Duplicate => "several cookies of the name open and are not one session, so none is preferred: an earlier path or domain, or a sibling host",
        Reason::Malformed => "its tag is valid but its content breaks the format: a session bound to a device, which this program does not open, a bug, or another program with the key",
        Reason::Incomplete => "it is one of several cookies, and one of them is missing, or their number is wrong; or the value has a dot, as a JWT or an Express cookie has",
        Reason::Payload => "its content is not a dictionary, or of an unknown form",
        _ => "see SPEC.md",
    }
}
