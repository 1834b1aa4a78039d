//! Paths as specs and manifests write them: relative, with forward slashes, and never out of their root.

use std::path::{Path, PathBuf};

/// Why a path is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// Nothing, or nothing but dots.
    #[error("expected a path, found `{0}`")]
    Empty(String),
    /// A path from the root of the disk.
    #[error("expected a relative path, found `{0}`")]
    Absolute(String),
    /// `..` leads out.
    #[error("path `{0}` leaves its folder")]
    Leaves(String),
    /// A separator of one system only.
    #[error("expected forward slashes, found a backslash in `{0}`")]
    Backslash(String),
    /// A character that no file name should hold.
    #[error("path `{}` holds a control character", .0.escape_debug())]
    Control(String),
    /// A symbolic link leads out.
    #[error("path `{path}` leaves its folder through a symbolic link to `{}`", target.display())]
    Link {
        /// The path as written.
        path: String,
        /// Where it really leads.
        target: PathBuf,
    },
}

/// The plain form of a relative path: no `.`, no `..`, no doubled slash.
///
/// # Errors
/// When the path is empty, absolute, leads out by `..`, or holds a backslash or a control character.
pub fn normal(relative: &str) -> Result<String, PathError> {
    let refused = |why: fn(String) -> PathError| Err(why(relative.to_owned()));
    if relative.starts_with('/') {
        return refused(PathError::Absolute);
    }
    if relative.contains('\\') {
        return refused(PathError::Backslash);
    }
    if relative.chars().any(char::is_control) {
        return refused(PathError::Control);
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if parts.pop().is_none() {
                    return refused(PathError::Leaves);
                }
            }
            name => parts.push(name),
        }
    }
    if parts.is_empty() { refused(PathError::Empty) } else { Ok(parts.join("/")) }
}

/// `root` joined with `relative`, after a look at the disk for links that lead out. The result is not resolved, so that
/// messages show the path as the author knows it.
///
/// # Errors
/// As [`normal`], and [`PathError::Link`].
pub(super) fn inside(root: &Path, relative: &str) -> Result<PathBuf, PathError> {
    let path = root.join(normal(relative)?);
    let anchor = if root.as_os_str().is_empty() { Path::new(".") } else { root };
    let Ok(anchor) = anchor.canonicalize() else { return Ok(path) };
    // A path that does not exist yet is judged by the nearest folder above it that does.
    match path.ancestors().find_map(|part| part.canonicalize().ok()) {
        Some(target) if !target.starts_with(&anchor) => Err(PathError::Link { path: relative.to_owned(), target }),
        _ => Ok(path),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn plain_paths_pass_and_others_say_why() {
        assert_eq!(normal("a/./b//c").as_deref(), Ok("a/b/c"));
        assert_eq!(normal("a/../b").as_deref(), Ok("b"));
        assert_eq!(normal("../b"), Err(PathError::Leaves("../b".into())));
        assert_eq!(normal("a/../../b"), Err(PathError::Leaves("a/../../b".into())));
        assert_eq!(normal("/etc"), Err(PathError::Absolute("/etc".into())));
        assert_eq!(normal("a\\b"), Err(PathError::Backslash("a\\b".into())));
        assert_eq!(normal("."), Err(PathError::Empty(".".into())));
        assert_eq!(normal("a\nb").unwrap_err().to_string(), "path `a\\nb` holds a control character");
    }

    #[test]
    fn links_may_not_lead_out_of_the_root() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("workspace");
        std::fs::create_dir_all(root.join("in")).unwrap();
        symlink("in", root.join("good")).unwrap();
        symlink("..", root.join("bad")).unwrap();
        assert_eq!(inside(&root, "good/new.yaml"), Ok(root.join("good/new.yaml")));
        assert_eq!(inside(&root, "none/new.yaml"), Ok(root.join("none/new.yaml")));
        assert!(matches!(inside(&root, "bad/x"), Err(PathError::Link { .. })));
        assert!(matches!(inside(&root, "bad"), Err(PathError::Link { .. })));
    }
}
