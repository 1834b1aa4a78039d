//! How a path looked at one moment, to be compared with how it looks later.
//!
//! Two stamps of a path are equal when nobody changed what stands there: for a file its content, for a folder its list of
//! names. A file that another one was renamed over is another file, even where all else agrees.

use std::path::Path;

use crate::digest::Digest;

/// How a path looked. Only equality has a meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp(Option<Found>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Found {
    folder: bool,
    /// What the disk numbers it as: device and node.
    node: (u64, u64),
    /// Length of a file; a folder's says nothing.
    length: u64,
    /// Seconds and nanoseconds of its last change.
    changed: (i64, i64),
}

impl Stamp {
    /// Nothing stands there.
    pub const MISSING: Self = Self(None);

    /// Whether anything stood there.
    #[must_use]
    pub fn is_missing(self) -> bool {
        self == Self::MISSING
    }

    /// Whether a folder stood there.
    #[must_use]
    pub fn is_folder(self) -> bool {
        self.0.is_some_and(|found| found.folder)
    }

    /// Whether it is the same file or folder, changed or not.
    #[must_use]
    pub fn is_same_node(self, other: Self) -> bool {
        matches!((self.0, other.0), (Some(one), Some(other)) if one.node == other.node)
    }

    /// How a path of the disk looks now; links are followed.
    pub(super) fn of_disk(path: &Path) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        let found = |of: std::fs::Metadata| Found {
            folder: of.is_dir(),
            node: (of.dev(), of.ino()),
            length: if of.is_dir() { 0 } else { of.len() },
            changed: (of.mtime(), of.mtime_nsec()),
        };
        Self(path.metadata().ok().map(found))
    }

    /// A stamp that stands for the content of a file that is on no disk.
    #[must_use]
    pub fn of_file(content: &[u8]) -> Self {
        Self(Some(Found {
            folder: false,
            node: fingerprint(&Digest::of(content)),
            length: content.len() as u64,
            changed: (0, 0),
        }))
    }

    /// A stamp that stands for the names in a folder that is on no disk.
    pub(super) fn of_folder<'n>(names: impl Iterator<Item = &'n [u8]>) -> Self {
        Self(Some(Found { folder: true, node: fingerprint(&Digest::of_parts(names)), length: 0, changed: (0, 0) }))
    }
}

/// The first bytes of a digest as numbers.
fn fingerprint(digest: &Digest) -> (u64, u64) {
    let number = |bytes: &[u8]| bytes.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte));
    let (first, rest) = digest.bytes().split_at(8);
    (number(first), number(rest.split_at(8).0))
}
