//! The door to the notifications of the system.
//!
//! In: what compiles looked at. Out: a call of `wake` for each event that concerns it, and the files that were written to. What
//! must hold: the reader need not believe a word of it. A disk that notifies of nothing (some network and shared folders), a
//! refused watch or an event that was dropped only means that changes are seen when they are looked for.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::interest::{Interest, folders};
use crate::world::{Looks, Stamp, World};

/// Notifications of what concerns a set of paths.
pub struct Notices {
    shared: Arc<Shared>,
    watcher: Option<RecommendedWatcher>,
    /// The folders that are watched, and how each looked when its watch began.
    folders: BTreeMap<PathBuf, Stamp>,
    refused: Option<String>,
}

struct Shared {
    interest: Mutex<Interest>,
    touched: Mutex<BTreeSet<PathBuf>>,
    pending: AtomicBool,
    wake: Box<dyn Fn() + Send + Sync>,
}

impl Notices {
    /// Begins to listen; `wake` is called from another thread for every event that concerns what is watched. Without
    /// `notified`, and where the system refuses, nothing is heard, and changes must be looked for.
    pub fn open(notified: bool, wake: impl Fn() + Send + Sync + 'static) -> Self {
        let shared = Shared {
            interest: Mutex::default(),
            touched: Mutex::default(),
            pending: AtomicBool::new(false),
            wake: Box::new(wake),
        };
        let shared = Arc::new(shared);
        let mut notices = Self { shared: Arc::clone(&shared), watcher: None, folders: BTreeMap::new(), refused: None };
        if notified {
            match notify::recommended_watcher(move |heard| shared.hear(heard)) {
                Ok(watcher) => notices.watcher = Some(watcher),
                Err(error) => notices.refused = Some(error.to_string()),
            }
        }
        notices
    }

    /// Watches what compiles looked at from now on, in the place of what was watched before. Where the system refuses a folder,
    /// it is not listened to any more at all.
    pub fn watch(&mut self, looks: &Looks, root: &Path, world: &dyn World) {
        *lock(&self.shared.interest) = Interest::of(looks);
        let Some(watcher) = &mut self.watcher else { return };
        let wanted: BTreeMap<PathBuf, Stamp> =
            folders(looks, root, world).into_iter().map(|folder| (folder.clone(), world.stamp(&folder))).collect();
        // A folder that went and came back under its name is another one, of which the old watch hears nothing.
        let stays = |folder: &PathBuf, since: &Stamp| wanted.get(folder).is_some_and(|now| now.is_same_node(*since));
        self.folders.retain(|folder, since| {
            let stays = stays(folder, since);
            if !stays {
                // It is gone already where the folder is.
                let _ = watcher.unwatch(folder);
            }
            stays
        });
        for (folder, stamp) in wanted {
            if self.folders.contains_key(&folder) {
                continue;
            }
            match watcher.watch(&folder, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    self.folders.insert(folder, stamp);
                }
                // Gone since we looked; whatever took it away is an event of the folder above.
                Err(_) if world.stamp(&folder).is_missing() => {}
                Err(error) => {
                    self.refused = Some(error.to_string());
                    self.watcher = None;
                    self.folders.clear();
                    return;
                }
            }
        }
    }

    /// Whether the system tells of changes, as far as it knows.
    #[must_use]
    pub fn is_notified(&self) -> bool {
        self.watcher.is_some()
    }

    /// Why the system does not, once.
    pub fn take_refusal(&mut self) -> Option<String> {
        self.refused.take()
    }

    /// Tells whether an event came since the last [`take`](Self::take).
    pub fn pending(&self) -> impl Fn() -> bool + Send + Sync + use<> {
        let shared = Arc::clone(&self.shared);
        move || shared.pending.load(Ordering::Relaxed)
    }

    /// The paths that were written to, made, moved or removed since the last call.
    #[must_use]
    pub fn take(&self) -> BTreeSet<PathBuf> {
        self.shared.pending.store(false, Ordering::Relaxed);
        std::mem::take(&mut *lock(&self.shared.touched))
    }
}

impl Shared {
    fn hear(&self, heard: notify::Result<Event>) {
        let concerned = match heard {
            Ok(event) if !event.need_rescan() => self.concerned(event),
            // Events were lost: whoever looks will see.
            _ => true,
        };
        if concerned {
            self.pending.store(true, Ordering::Relaxed);
            (self.wake)();
        }
    }

    fn concerned(&self, event: Event) -> bool {
        let names = match event.kind {
            EventKind::Access(AccessKind::Close(AccessMode::Write))
            | EventKind::Modify(ModifyKind::Data(_) | ModifyKind::Metadata(_)) => false,
            // That somebody reads, we among them, changes nothing.
            EventKind::Access(_) => return false,
            _ => true,
        };
        let closed = matches!(event.kind, EventKind::Access(_));
        let interest = lock(&self.interest);
        let paths: Vec<PathBuf> = event.paths.into_iter().filter(|path| interest.concerns(path, names)).collect();
        let concerned = !paths.is_empty();
        if !closed {
            lock(&self.touched).extend(paths);
        }
        concerned
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the test changes files as an editor does")]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use notify::event::{CreateKind, DataChange};

    use super::*;
    use crate::world::{RecordingWorld, SystemWorld};

    #[test]
    fn reading_is_no_event_and_a_lost_event_is_one() {
        let (sender, receiver) = mpsc::channel();
        let notices = Notices::open(false, move || sender.send(()).unwrap());
        *lock(&notices.shared.interest) =
            Interest::of(&Looks::from([(PathBuf::from("/w/a"), crate::world::Look { stamp: Stamp::MISSING, listed: true })]));
        let hear = |kind, path: &str| {
            notices.shared.hear(Ok(Event::new(kind).add_path(path.into())));
            receiver.try_recv().is_ok()
        };
        let pending = notices.pending();
        let written = EventKind::Modify(ModifyKind::Data(DataChange::Any));
        assert!(!hear(EventKind::Access(AccessKind::Open(AccessMode::Any)), "/w/a"));
        assert!(!hear(written, "/w/b") && !hear(written, "/w/a/inside") && !pending());
        assert!(hear(EventKind::Access(AccessKind::Close(AccessMode::Write)), "/w/a") && notices.take().is_empty());
        assert!(hear(EventKind::Create(CreateKind::File), "/w/a/inside"));
        assert!(hear(written, "/w/a") && pending());
        assert_eq!(notices.take(), BTreeSet::from(["/w/a", "/w/a/inside"].map(PathBuf::from)));
        assert!(!pending());
        notices.shared.hear(Err(notify::Error::generic("overflow")));
        assert!(receiver.try_recv().is_ok() && pending());
    }

    #[test]
    fn the_disk_is_heard_also_after_a_folder_was_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let file = root.join("scenarios/a.yaml");
        std::fs::create_dir(root.join("scenarios")).unwrap();
        std::fs::write(&file, "one").unwrap();
        let disk = SystemWorld::default();
        let (sender, receiver) = mpsc::channel();
        let mut notices = Notices::open(true, move || {
            let _ = sender.send(());
        });
        let mut watch = || {
            let world = RecordingWorld::new(&disk);
            let _ = world.read(&file);
            notices.watch(&world.into_looks(), &root, &disk);
            assert!(notices.is_notified(), "{:?}", notices.take_refusal());
            while receiver.recv_timeout(Duration::from_millis(100)).is_ok() {}
        };
        let heard = || receiver.recv_timeout(Duration::from_secs(30)).is_ok();
        watch();
        std::fs::write(&file, "two").unwrap();
        assert!(heard());
        std::fs::rename(root.join("scenarios"), root.join("old")).unwrap();
        assert!(heard());
        watch();
        std::fs::create_dir(root.join("scenarios")).unwrap();
        assert!(heard());
        watch();
        std::fs::write(&file, "three").unwrap();
        assert!(heard());
    }
}
