//! The same bytes from the same specs: on any number of threads, in any folder, in parts or as a whole, by either evaluator.
//!
//! In: the shipped specs and the example workspace. Out: a failure that names the file, or the first line, that differs.

use std::path::PathBuf;

use dictum::build::{Out, Request};
use dictum::pipeline::manifest::Manifest;

use super::workbench::{OUT, SHIPPED, build_at, built, compile, files, formats, names, output, request, stream, world, world_at};

/// Several shards, the last one short.
const SEVERAL_SHARDS: u64 = 3_500;

/// Which files differ, by path.
fn assert_same(
    what: &str,
    one: &std::collections::BTreeMap<String, Vec<u8>>,
    other: &std::collections::BTreeMap<String, Vec<u8>>,
) {
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
        let digest = |path: &str, files: &std::collections::BTreeMap<String, Vec<u8>>| {
            Manifest::parse(&files[path]).unwrap().datasets[name].record_digest
        };
        assert_eq!(digest("dictum-manifest.json", &alone), digest("json/dictum-manifest.json", &all));
    }
}
