//! Targets are derived again from what was written, given only the spec and the file.

use dictum::data::Value;
use dictum::diag::codes;
use dictum::json;
use dictum::pipeline::check::Checked;
use dictum::pipeline::verify::rederive::Rederiver;

use super::workbench::{SHIPPED, compile, files, request, stream, world};

/// The records of a JSONL text whose targets differ from what their inputs give: index and path of each.
fn differing(checked: &Checked, text: &str) -> Vec<(u64, String)> {
    let rederiver = Rederiver::new(checked, 0);
    let mut found = Vec::new();
    for (index, line) in (0..).zip(text.lines()) {
        let record: Value = json::read(line).unwrap();
        for one in rederiver.record(index, &record) {
            assert_eq!(one.code, codes::NOT_REDERIVED, "{}", one.message);
            assert!(one.primary.is_some(), "{}", one.message);
            let place = one.record.unwrap();
            assert_eq!(place.dataset, checked.spec.name.as_str());
            found.push((place.index, place.path));
        }
    }
    found
}

fn written(at: usize, size: u64) -> (Checked, String) {
    let (folder, dataset, spec) = SHIPPED[at];
    let world = world(files(folder));
    let checked = compile(&world, spec).unwrap_or_else(|wrong| panic!("{wrong}"));
    let text = stream(&world, dataset, dictum::build::Request { size: Some(size), ..request() });
    (checked, text)
}

#[test]
fn twenty_thousand_records_give_their_own_targets() {
    let (checked, text) = written(0, 20_000);
    assert_eq!(text.lines().count(), 20_000);
    assert!(checked.rederivation.targets.len() >= 8);
    assert_eq!(differing(&checked, &text), []);
}

#[test]
fn one_byte_of_a_target_is_found_by_record_and_field() {
    for at in 0..SHIPPED.len() {
        let (checked, text) = written(at, 60);
        assert_eq!(differing(&checked, &text), []);
        let lines: Vec<&str> = text.lines().collect();
        let mut flipped = 0;
        for (index, line) in lines.iter().enumerate() {
            let targets = line.find("\"target_output\":{").unwrap();
            // Letters and digits of values, one of each line, at ever other places.
            let end = line.find(",\"metadata\":").unwrap_or(line.len());
            let inside: Vec<usize> = (targets..end).filter(|at| line.as_bytes()[*at].is_ascii_alphanumeric()).collect();
            let place = inside[(index * 37 + 11) % inside.len()];
            let byte = line.as_bytes()[place];
            let other = if byte == b'9' || byte == b'z' || byte == b'Z' { byte - 1 } else { byte + 1 };
            let mut bytes = line.as_bytes().to_vec();
            bytes[place] = other;
            let changed = String::from_utf8(bytes).unwrap();
            // A number or word that became no JSON at all is found by whoever reads the file.
            let (Ok(before), Ok(after)) = (json::read(line), json::read(&changed)) else { continue };
            if before == after {
                continue;
            }
            let mut damaged = lines.clone();
            damaged[index] = &changed;
            let found = differing(&checked, &damaged.join("\n"));
            assert!(!found.is_empty(), "record {index}, byte {place} of {changed}");
            assert!(found.iter().all(|(at, path)| *at == index as u64 && path.starts_with("target_output.")), "{found:?}");
            flipped += 1;
        }
        assert!(flipped > 40, "{flipped}");
    }
}

#[test]
fn a_fact_changed_in_the_input_breaks_the_label() {
    let (checked, text) = written(1, 40);
    let line = text.lines().find(|line| line.contains("\"contained\":true")).unwrap();
    let index = text.lines().position(|one| one == line).unwrap();
    let changed = text
        .lines()
        .map(|one| if one == line { one.replace("\"contained\":true", "\"contained\":false") } else { one.to_owned() });
    let found = differing(&checked, &changed.collect::<Vec<_>>().join("\n"));
    assert!(found.iter().any(|(at, path)| *at == index as u64 && path == "target_output.decision"), "{found:?}");
}
