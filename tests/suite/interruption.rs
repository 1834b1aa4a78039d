//! Builds that are killed, raced or refused leave the output folder whole: the old content or the new, byte for byte.
//!
//! In: the real program on the shipped dataset, killed at seeded moments of its run; two programs at one folder; a disk that is
//! full after so many writes. Out: a failure that says what the folder holds instead.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use dictum::build::Request;
use dictum::digest::Digest;
use dictum::random::{Address, Key};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::workbench::{self, ROOT, build_at, built, request, world};

const MOMENTS: u32 = 50;
const SIZE: &str = "1500";
const DATASET: &str = "constitutional_ai";

/// A folder to build into, with nothing else in it.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn out(&self) -> PathBuf {
        self.0.path().join("out")
    }

    /// The program, building the shipped dataset with a seed.
    fn build(&self, seed: u64, size: &str) -> Command {
        build(&self.out(), seed, size)
    }

    fn start(&self, seed: u64, size: &str) -> Child {
        self.build(seed, size).spawn().unwrap()
    }

    /// Builds to the end.
    fn finish(&self, seed: u64) -> BTreeMap<PathBuf, Digest> {
        let output = self.build(seed, SIZE).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        self.digests()
    }

    /// The digest of every file of the output folder.
    fn digests(&self) -> BTreeMap<PathBuf, Digest> {
        let mut found = BTreeMap::new();
        let mut open = vec![self.out()];
        while let Some(folder) = open.pop() {
            for path in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() {
                    open.push(path);
                } else {
                    let name = path.strip_prefix(self.out()).unwrap().to_path_buf();
                    found.insert(name, Digest::of(&fs::read(&path).unwrap()));
                }
            }
        }
        found
    }

    /// What stands beside the output folder.
    fn beside(&self) -> Vec<String> {
        let names = fs::read_dir(self.0.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name != "out").collect()
    }
}

/// The program, building the shipped dataset with a seed.
fn build(out: &Path, seed: u64, size: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dictum"));
    command.args(["build", DATASET, "--format", "jsonl", "--size", size, "--seed", &seed.to_string(), "--workspace"]);
    command.arg(env!("CARGO_MANIFEST_DIR")).arg("--out").arg(out);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// Exit code and standard error of a program that ends by itself.
fn end(mut child: Child) -> (Option<i32>, String) {
    let mut text = String::new();
    child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
    (child.wait().unwrap().code(), text)
}

#[test]
fn a_killed_build_leaves_the_old_folder_or_the_new_one() {
    let place = Place::new();
    let began = Instant::now();
    let contents = [place.finish(0), place.finish(1)];
    assert_ne!(contents[0], contents[1]);
    // Where builds end, as far as kills have shown: it moves towards the moment of the exchange, wherever that is today.
    let mut end = began.elapsed() / 2;
    let mut moments = Key::new(0, ["interruption"]).stream(Address::record(0));
    let (mut old, mut through) = (1, 0);
    for _ in 0..MOMENTS {
        let new = 1 - old;
        let delay = end.mul_f64(moments.unit() * 1.2);
        let mut child = place.start(new as u64, SIZE);
        thread::sleep(delay);
        child.kill().unwrap();
        child.wait().unwrap();
        let found = place.digests();
        assert!(contents.contains(&found), "killed after {delay:?}, the folder holds neither the old content nor the new");
        if found == contents[new] {
            (old, through) = (new, through + 1);
            end = end.mul_f64(0.9);
        } else {
            end = end.mul_f64(1.05);
        }
    }
    eprintln!("{through} of {MOMENTS} builds came through before they were killed");
    // The next build succeeds, and sweeps what killed ones left.
    let next = 1 - old;
    assert_eq!(place.finish(next as u64), contents[next]);
    assert_eq!(place.beside(), Vec::<String>::new());
}

#[test]
fn an_interrupted_build_ends_with_130_and_leaves_nothing_behind() {
    let place = Place::new();
    let before = place.finish(0);
    for part in [0.2, 0.5] {
        let child = place.start(1, "1000000");
        thread::sleep(Duration::from_secs(1).mul_f64(part));
        kill_process(Pid::from_child(&child), Signal::INT).unwrap();
        let (status, said) = end(child);
        assert_eq!(status, Some(130), "{said}");
        assert_eq!(place.digests(), before);
        assert_eq!(place.beside(), Vec::<String>::new());
    }
}

#[test]
fn of_two_builds_into_one_folder_one_wins_and_the_other_says_why() {
    let place = Place::new();
    let before = place.finish(0);
    let mut first = place.start(1, "1000000");
    // The first one holds the folder as soon as something stands beside it.
    let began = Instant::now();
    while place.beside().is_empty() {
        assert!(
            began.elapsed() < Duration::from_secs(30) && first.try_wait().unwrap().is_none(),
            "the first build does not stage"
        );
        thread::sleep(Duration::from_millis(2));
    }
    let (status, said) = end(place.start(1, SIZE));
    assert_eq!(status, Some(2), "{said}");
    assert!(said.contains("another build") && said.contains(place.out().to_str().unwrap()), "{said}");
    assert_eq!(place.digests(), before);
    first.kill().unwrap();
    first.wait().unwrap();
    assert_eq!(place.digests(), before);
    assert_ne!(place.finish(1), before);
}

#[test]
fn two_builds_at_the_same_moment_leave_one_of_both() {
    let place = Place::new();
    let contents = [place.finish(0), place.finish(1)];
    for _ in 0..5 {
        let both = [0, 1].map(|seed| place.start(seed, SIZE));
        let ends = both.map(end);
        let won = ends.iter().filter(|(status, _)| *status == Some(0)).count();
        let refused = ends.iter().filter(|(status, _)| *status == Some(2)).count();
        assert!(won >= 1 && won + refused == 2, "{ends:?}");
        assert!(contents.contains(&place.digests()));
        assert_eq!(place.beside(), Vec::<String>::new());
    }
}

#[test]
fn an_output_folder_that_cannot_be_made_is_refused() {
    let place = Place::new();
    fs::write(place.0.path().join("file"), "kept").unwrap();
    for out in ["file", "file/out"] {
        let (status, said) = end(build(&place.0.path().join(out), 0, "5").spawn().unwrap());
        assert_eq!(status, Some(2), "{said}");
        assert!(said.contains("file"), "{said}");
        assert_eq!(fs::read_to_string(place.0.path().join("file")).unwrap(), "kept");
    }
}

#[test]
fn a_full_disk_replaces_nothing() {
    let (folder, ..) = workbench::SHIPPED[1];
    let request = || Request { size: Some(2_000), ..request() };
    let files = workbench::files(folder);
    let old = built(&world(files.clone()), Request { seed: 1, ..request() });
    let mut refused = 0;
    for writes in (0..40).chain([60, 100, 1_000]) {
        let world = world(files.clone());
        built(&world, Request { seed: 1, ..request() });
        world.full_after(writes);
        match build_at(&world, ROOT, request()) {
            Ok(_) => assert_ne!(workbench::output(&world), old, "after {writes} writes"),
            Err(said) => {
                refused += 1;
                assert!(said.contains("no storage space"), "after {writes} writes: {said}");
                assert!(workbench::output(&world) == old, "after {writes} writes the output changed");
            }
        }
        let strangers = world.files().into_keys().filter(|path| !path.starts_with(workbench::OUT) && !path.starts_with(ROOT));
        assert_eq!(strangers.collect::<Vec<_>>(), Vec::<PathBuf>::new());
    }
    assert!(refused > 5, "{refused} builds were refused");
}
