use hardtack::Reason;

/// What a reason means, and where to look.
pub(super) fn explanation(reason: Reason) -> &'static str {
    match reason {
        Reason::TooLong => "it is longer than any token",
        Reason::Incomplete => {
            "it says that it came in several cookies, and one of them is missing, or their number is wrong"
        }
        Reason::Encoding => "it is no base64url: cut off, changed, or of another program",
        Reason::TooShort => "it is shorter than any token",
        Reason::UnknownFormat => "it is no token of this version, or none at all",
        Reason::WrongMode => {
            "it is signed where the ring encrypts, or encrypted where the ring signs"
        }
        Reason::UnknownKey => {
            "its key is not in the ring: it was removed, or is of a newer file, or of another ring"
        }
        Reason::RetiredKey => "its key is past its accept_until",
        Reason::Auth => {
            "it was changed or forged, or sealed for another name, application, type or context, or another carrier; \
             compare --name, --application, --type and --context with the application"
        }
        Reason::Malformed => {
            "its tag fits, and its content breaks the format: a bug, or another program with the key"
        }
        Reason::NotYetValid => "it is from the future by more than the skew: a clock is wrong",
        Reason::Expired => "it is past the absolute timeout, or its own",
        Reason::Idle => "it is past the idle timeout",
        Reason::Revoked => "it was issued before not_before",
        Reason::Payload => "its dictionary is none, or of an unknown form",
        Reason::Duplicate => {
            "several cookies of the name open and are not one session, so none is preferred: an earlier path \
             or domain, or a sibling host"
        }
        _ => "see SPEC.md",
    }
}
