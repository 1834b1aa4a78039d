//! Exit codes: the one list of what they are and what they mean.

use std::process::ExitCode;

use crate::build::Failure;
use crate::pipeline::emit::EmitError;

/// How the program ends. `clap` ends with the code of [`Exit::Refused`], too, for arguments that do not parse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// What was asked for is done; also when the reader of standard output went away.
    Done,
    /// The author has something to mend.
    Mistakes,
    /// What was asked for cannot be done, or the machine refused.
    Refused,
    /// `--locked` found a difference.
    Drift,
    /// A signal stopped it.
    Interrupted,
}

impl Exit {
    /// Every way to end, by code.
    pub const ALL: [Self; 5] = [Self::Done, Self::Mistakes, Self::Refused, Self::Drift, Self::Interrupted];

    /// The code that the calling process sees. Codes are never renumbered.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Mistakes => 1,
            Self::Refused => 2,
            Self::Drift => 3,
            Self::Interrupted => 130,
        }
    }

    /// What it means, as help texts say it.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Mistakes => "a spec has errors, or a record or dataset broke its rules, or data does not comply",
            Self::Refused => "wrong usage, or the machine refused (a file, a disk, a thread)",
            Self::Drift => "the build differs from the lock",
            Self::Interrupted => "interrupted; the output folder is as it was",
        }
    }
}

impl From<&Failure> for Exit {
    fn from(failure: &Failure) -> Self {
        match failure {
            // A value without a form in a format is a fault of the record, not of the disk.
            Failure::Mistakes | Failure::Invalid(_) | Failure::Emit(EmitError::Value { .. }) => Self::Mistakes,
            Failure::World(error) if error.is_interrupted() => Self::Interrupted,
            Failure::Usage(_) | Failure::World(_) | Failure::Emit(_) | Failure::Unreadable { .. } | Failure::Other { .. } => {
                Self::Refused
            }
            Failure::Drift(_) => Self::Drift,
            Failure::Interrupted => Self::Interrupted,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_ascending_and_failures_have_theirs() {
        assert!(Exit::ALL.map(Exit::code).is_sorted());
        let value = EmitError::Value { record: 3, path: "a".into(), expected: "text", found: "3".into() };
        let chunk = EmitError::Chunk { format: "csv" };
        let cases = [
            (Failure::Mistakes, Exit::Mistakes),
            (Failure::Invalid(String::new()), Exit::Mistakes),
            (Failure::Emit(value), Exit::Mistakes),
            (Failure::Emit(chunk), Exit::Refused),
            (Failure::Usage(String::new()), Exit::Refused),
            (Failure::Drift(Vec::new()), Exit::Drift),
            (Failure::Interrupted, Exit::Interrupted),
        ];
        for (failure, exit) in cases {
            assert_eq!(Exit::from(&failure), exit, "{failure}");
        }
    }
}
