//! The same bytes from the same specs: on any number of threads, in any folder, in parts or as a whole, by either evaluator.
//!
//! In: the shipped specs and the example workspace. Out: a failure that names the file, or the first line, that differs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use dictum::build::{Out, Request};
use dictum::pipeline::manifest::Manifest;

use super::workbench::{OUT, SHIPPED, build_at, built, compile, files, formats, names, output, request, stream, world, world_at};

/// Several shards, the last one short.
const SEVERAL_SHARDS: u64 = 3_500;

/// Which files differ, by path.
fn assert_same(what: &str, one: &BTreeMap<String, Vec<u8>>, other: &BTreeMap<String, Vec<u8>>) {
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>(), "{what}");
    let differ: Vec<&String> = one.iter().filter(|(path, content)| other[*path] != **content).map(|(path, _)| path).collect();
    assert!(differ.is_empty(), "{what}: {differ:?} differ");
}

/// The first line that differs.
fn assert_lines(what: &str, one: &str, other: &str) {
    for (at, (a, b)) in one.lines().zip(other.lines()).enumerate() {
        assert_eq!(a, b, "{what}: line {at}");
    }
    assert_eq!(one.len(), other.len(), "{what}");
}

#[test]
fn threads_do_not_reach_the_bytes() {
    for (folder, name, _) in SHIPPED {
        let built = [1, 2, 7].map(|threads| {
            built(&world(files(folder)), Request { threads: Some(threads), size: Some(SEVERAL_SHARDS), ..request() })
        });
        assert!(built[0].len() >= 8, "four formats, each with a manifest: {:?}", built[0].keys());
        assert_same(name, &built[0], &built[1]);
        assert_same(name, &built[0], &built[2]);
    }
}

#[test]
fn the_folder_does_not_reach_the_bytes() {
    for (folder, name, _) in SHIPPED {
        let here = built(&world(files(folder)), request());
        let there = world_at("/somewhere/else entirely", files(folder));
        build_at(&there, "/somewhere/else entirely", request()).unwrap();
        assert_same(name, &here, &output(&there));
    }
}

#[test]
fn twice_is_once() {
    for (folder, name, _) in SHIPPED {
        let world = world(files(folder));
        let once = built(&world, request());
        let before = world.files();
        assert_same(name, &once, &built(&world, request()));
        assert_eq!(before, world.files(), "{name}: nothing stands beside the output");
    }
}

#[test]
fn parts_concatenate_to_the_whole() {
    for (folder, name, _) in SHIPPED {
        let world = world(files(folder));
        let part = |from, count| stream(&world, name, Request { from, count: Some(count), ..request() });
        let whole = stream(&world, name, Request { size: Some(1_000), ..request() });
        assert_eq!(whole.lines().count(), 1_000);
        assert_lines(name, &whole, &(part(0, 500) + &part(500, 500)));
        assert_lines(name, &whole, &(part(0, 1) + &part(1, 998) + &part(999, 1)));
    }
}

#[test]
fn growing_keeps_every_earlier_record() {
    for (folder, name, _) in SHIPPED {
        let world = world(files(folder));
        let [small, large] = [1_000, 2_000].map(|size| stream(&world, name, Request { size: Some(size), ..request() }));
        assert_lines(name, &small, &large[..small.len()]);
    }
}

#[test]
fn far_records_are_made_alone() {
    let far = 999_999_999_999;
    for (folder, name, spec) in SHIPPED {
        let world = world(files(folder));
        let line = stream(&world, name, Request { from: far, count: Some(1), ..request() });
        let around = stream(&world, name, Request { from: far - 2, count: Some(5), ..request() });
        assert_eq!(around.lines().nth(2), line.lines().next(), "{name}");
        let alone = &names(&compile(&world, spec).unwrap(), 0, &[far])[0];
        let record: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(record, serde_json::from_str::<serde_json::Value>(&alone["record"]).unwrap(), "{name}");
        assert_eq!(record["id"], format!("{name}_{far}"));
    }
}

#[test]
fn the_last_index_of_all_is_made() {
    for (folder, name, _) in SHIPPED {
        let last = stream(&world(files(folder)), name, Request { from: u64::MAX - 1, count: Some(1), ..request() });
        assert_eq!(last.lines().count(), 1);
    }
}

#[test]
fn seeds_differ_and_reach_every_record() {
    for (folder, name, _) in SHIPPED {
        let world = world(files(folder));
        let [one, other] = [1, 2].map(|seed| stream(&world, name, Request { seed, size: Some(1_000), ..request() }));
        let same = one.lines().zip(other.lines()).filter(|(one, other)| one == other).count();
        assert_eq!(same, 0, "{name}");
    }
}

#[test]
fn the_template_engine_itself_gives_the_same_bytes() {
    for (folder, name, _) in SHIPPED {
        let world = world(files(folder));
        let [lowered, plain] = [false, true].map(|plain| stream(&world, name, Request { plain, size: Some(1_000), ..request() }));
        assert_lines(name, &lowered, &plain);
    }
}

/// The files that the program writes for a dataset, run in some folder with some environment.
fn by_program(dataset: &str, workspace: &Path, current: &Path, environment: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
    let out = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_dictum"));
    command.args(["build", dataset, "--quiet", "--workspace"]).arg(workspace).arg("--out").arg(out.path().join("out"));
    let ended = command.current_dir(current).envs(environment.iter().copied()).output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let mut open = vec![out.path().join("out")];
    let mut found = BTreeMap::new();
    while let Some(folder) = open.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(out.path().join("out")).unwrap().to_str().unwrap().to_owned();
                found.insert(name, std::fs::read(path).unwrap());
            }
        }
    }
    found
}

#[test]
fn the_environment_does_not_reach_the_bytes() {
    for (folder, name, _) in SHIPPED {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).canonicalize().unwrap();
        let plain = by_program(name, &here, &here, &[]);
        assert_same(name, &built(&world(files(folder)), request()), &plain);
        let copy = tempfile::tempdir().unwrap();
        for (path, content) in files(folder) {
            let path = copy.path().join("copied here").join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        let copied = copy.path().join("copied here");
        for environment in [
            [("TZ", "Pacific/Kiritimati"), ("LANG", "de_DE.UTF-8"), ("LC_ALL", "de_DE.UTF-8")],
            [("TZ", "America/Los_Angeles"), ("LANG", "tr_TR.UTF-8"), ("LC_ALL", "C")],
        ] {
            assert_same(name, &plain, &by_program(name, &copied, copy.path(), &environment));
        }
    }
}

#[test]
fn one_format_alone_has_the_bytes_that_it_has_among_others() {
    let (folder, name, _) = SHIPPED[1];
    let all = built(&world(files(folder)), request());
    for format in ["json", "jsonl", "csv", "parquet"] {
        let alone =
            built(&world(files(folder)), Request { formats: formats(format), out: Out::Folder(PathBuf::from(OUT)), ..request() });
        for (path, content) in &alone {
            assert!(all[&format!("{format}/{path}")] == *content, "{name}: {format}/{path}");
        }
        let digest =
            |path: &str, files: &BTreeMap<String, Vec<u8>>| Manifest::parse(&files[path]).unwrap().datasets[name].record_digest;
        assert_eq!(digest("dictum-manifest.json", &alone), digest("json/dictum-manifest.json", &all));
    }
}
