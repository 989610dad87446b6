use hardtack::session::Reason;

/// Returns the meaning of a reason, and where to look.
pub(super) fn explanation(reason: Reason) -> &'static str {
    match reason {
        Reason::TooLong => "it is longer than any token",
        Reason::Incomplete => {
            "it is one of several cookies, and one of them is missing, or their number is wrong"
        }
        Reason::Encoding => "it is not base64url: cut off, changed, or made by another program",
        Reason::TooShort => "it is shorter than any token",
        Reason::UnknownFormat => "it is not a token, or one of another version",
        Reason::WrongMode => {
            "it is signed and the ring encrypts, or it is encrypted and the ring signs"
        }
        Reason::UnknownKey => {
            "its key is not in the ring: it was removed, or belongs to a newer file or another ring"
        }
        Reason::RetiredKey => "its key is past its accept_until",
        Reason::Auth => {
            "it was changed or forged, or sealed for another name, application, type, context or carrier; \
             compare --name, --application, --type and --context with the application"
        }
        Reason::Malformed => {
            "its tag is valid but its content breaks the format: a bug, or another program with the key"
        }
        Reason::NotYetValid => {
            "it is from the future by more than the clock skew: a clock is wrong"
        }
        Reason::Expired => "it is past the absolute timeout, or its own limit",
        Reason::Idle => "it is past the idle timeout",
        Reason::Revoked => "it was issued before not_before",
        Reason::Payload => "its content is not a dictionary, or of an unknown form",
        Reason::Duplicate => {
            "several cookies of the name open and are not one session, so none is preferred: an earlier path \
             or domain, or a sibling host"
        }
        Reason::Unvalidated => {
            "the application has to be asked whether it is still valid, and was not, or could not answer"
        }
        _ => "see SPEC.md",
    }
}
