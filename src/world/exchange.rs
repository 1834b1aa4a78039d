//! The one step in which a new folder takes the place of the old, and what can be known beforehand about whether it will work.

use std::path::Path;

use rustix::fs::{Access, CWD, RenameFlags};
use rustix::io::Errno;

use super::WorldError;

/// Swaps two folders: each name then leads to what the other led to, and no moment lies between. Nothing of `one` is shown in
/// errors, which speak of `out`.
///
/// # Errors
/// [`WorldError::MountPoint`] or [`WorldError::NoExchange`] where the system cannot do it, else what it said.
pub(super) fn swap(one: &Path, out: &Path) -> Result<(), WorldError> {
    rename(one, out, RenameFlags::EXCHANGE)
}

/// Moves a folder to a name that must be free.
///
/// # Errors
/// As [`swap`]; also when the name is taken.
pub(super) fn put(one: &Path, out: &Path) -> Result<(), WorldError> {
    rename(one, out, RenameFlags::NOREPLACE)
}

fn rename(one: &Path, out: &Path, flags: RenameFlags) -> Result<(), WorldError> {
    rustix::fs::renameat_with(CWD, one, CWD, out, flags).map_err(|errno| match errno {
        // EXDEV also comes from layered file systems, for folders of a lower layer; a folder inside helps there too.
        Errno::BUSY | Errno::XDEV => WorldError::MountPoint(out.to_path_buf()),
        Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP => WorldError::NoExchange(out.to_path_buf()),
        other => WorldError::io("replace", out, other),
    })
}

/// Whether something is mounted on this folder. `false` where the system cannot tell; the exchange then fails in its own time.
pub(super) fn is_mount_point(folder: &Path) -> bool {
    #[cfg(target_os = "linux")]
    let found = {
        use rustix::fs::{AtFlags, StatxAttributes, StatxFlags, statx};
        statx(CWD, folder, AtFlags::SYMLINK_NOFOLLOW, StatxFlags::empty())
            .is_ok_and(|status| status.stx_attributes.contains(StatxAttributes::MOUNT_ROOT))
    };
    #[cfg(not(target_os = "linux"))]
    let found = false;
    found
}

/// Refuses a folder that this user may not change, before any work is put into its new content.
///
/// # Errors
/// What the system says about writing into it, with `shown` as the path.
pub(super) fn check_writable(folder: &Path, shown: &Path) -> Result<(), WorldError> {
    rustix::fs::access(folder, Access::WRITE_OK | Access::EXEC_OK).map_err(|errno| WorldError::io("write into", shown, errno))
}
