//! Mistakes in the setup of an application.

use hardtack::web::Failure;

/// Returns the body of a response; of one to a mistake in the setup, the sentence for the log, unless the application
/// has replaced the body. The visitor gets no advice for developers.
#[track_caller]
pub(crate) fn words(body: String, failure: Option<&Failure>) -> String {
    match failure {
        Some(Failure::Setup(sentence)) if body == "server error" => sentence.clone(),
        Some(Failure::Setup(sentence)) => {
            assert_ne!(body, *sentence);
            body
        }
        _ => body,
    }
}
