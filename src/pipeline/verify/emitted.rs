//! The content of a record that comes from a file, judged by nothing but its spec and itself.
//!
//! In: a record as it was read, and what is known of how it was made. Out: the targets that its input does not give, the checks
//! that it breaks, the modules that do not answer their own test cases as stated; and whatever of this could not be judged,
//! because the record does not hold what it takes.

use super::policies;
use super::rederive::Rederiver;
pub use super::rederive::{Judged, Reading};
use crate::data::Value;

/// Judges the content of one record.
#[must_use]
pub fn judge(rederiver: &Rederiver<'_>, index: u64, record: &Value, reading: Reading) -> Judged {
    let mut judged = rederiver.judge(index, record, reading);
    policies::emitted(rederiver.checked(), record, &|path| rederiver.place(index, path), &mut judged);
    judged
}
