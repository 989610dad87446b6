//! Sessions as SPEC.md and docs/spec/writer.md have them, without tokens: times in place of durations, texts in place of
//! bytes.

mod finish;
mod record;
mod settings;
mod validation;
mod visit;

pub use finish::{Change, Response};
pub use record::{Form, Record};
pub use settings::{Carrier, Refresh, Revalidation, Settings, Size};
pub use validation::Answer;
pub use visit::{Arrival, Refused, Visit};
