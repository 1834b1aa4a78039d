//! Watching: which datasets a change touches, what they compile to now, and how their records moved.
//!
//! In: a workspace, and word that something changed on the disk. Out: the datasets to compile again, their programs or
//! diagnostics, a few of their records, and how these differ from those of the last good compile. Nothing here compiles in a
//! way of its own: it calls what `check` and `build` call. What must hold: what is compiled again is decided by how the paths
//! that the last compile looked at look now; a notification only says when to look, so none that is lost, late or of another file
//! leads astray. This folder is the only door to `notify`.

mod settle;
mod interest;
mod notices;
mod session;
mod diff;
mod sample;
mod compare;

pub use compare::{Change, Comparison, FieldShares, Kind, MovedShare, compare};
pub use diff::{Moved, moved};
pub use notices::Notices;
pub use sample::{Halt, Made, Records, records};
pub use session::{Compiled, Found, Session, Stale};
pub use settle::Settle;
