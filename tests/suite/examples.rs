//! Every key of the language has an example in the reference that is compiled.
//!
//! In: the editor schema, which is generated from all tables of keys, and the specs of `docs/language.md`, which `reference`
//! compiles. Out: for each key where its first example stands, and a failure where one has none. A key is a pair of its owner (a
//! section's entry, a form, a place inside one; empty for the top of a file) and its name. What stands beside any form belongs to
//! the owner [`MODIFIER`].

mod schema;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use dictum::form::{FORMS, FormKind};

use super::editor::read;
use super::markdown::blocks;
use super::reference::form_spec;
use schema::{Key, Schema};

pub(super) use schema::MODIFIER;

/// The heading that stands for the example of a form in its own section.
const OWN: &str = "";
/// The title of the reference, for what stands above its first heading.
const TITLE: &str = "The language";

/// Where each key has its first example: the heading above it, or [`OWN`].
pub(super) struct Examples(BTreeMap<Key, String>);

impl Examples {
    /// Those of the committed reference.
    pub(super) fn read() -> Self {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/language.md")).unwrap();
        let schema = Schema::new();
        let mut found = BTreeMap::new();
        for kind in FORMS {
            // What stands around the example of a form is no example of its own.
            let of_form = schema.keys_of(&read(&form_spec(kind))).into_iter().filter(|(owner, _)| belongs(owner, kind));
            of_form.for_each(|key| drop(found.insert(key, OWN.to_owned())));
        }
        for block in blocks(&text) {
            if block.language == "yaml" && block.text.contains("dictum: 1\n") {
                for key in schema.keys_of(&read(block.text)) {
                    let heading = if block.heading.is_empty() { TITLE } else { block.heading };
                    found.entry(key).or_insert_with(|| heading.to_owned());
                }
            }
        }
        Self(found)
    }

    /// A link to the example of a key; nothing where it stands in the form's own section.
    pub(super) fn link(&self, owner: &str, name: &str) -> String {
        match self.0.get(&(owner.to_owned(), name.to_owned())).map(String::as_str) {
            None => panic!("`{name}` of `{owner}` has no example in docs/language.md"),
            Some(OWN) => String::new(),
            Some(heading) => format!("[example](#{})", anchor(heading)),
        }
    }
}

fn belongs(owner: &str, kind: &FormKind) -> bool {
    owner.split('.').next() == Some(kind.head)
}

/// The anchor that a heading has on the page.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

#[test]
fn every_key_has_an_example() {
    let keys = Schema::new().all_keys();
    assert!(keys.len() > 150, "{} keys", keys.len());
    let examples = Examples::read();
    let without: BTreeSet<&Key> = keys.iter().filter(|key| !examples.0.contains_key(*key)).collect();
    assert!(without.is_empty(), "keys without an example in docs/language.md, with their owners: {without:?}");
}

#[test]
fn an_example_shows_the_keys_that_it_has_and_no_others() {
    let spec = "dictum: 1\nderive:\n  a: {given: b, cases: {x: {const: {pick: 1}}}, else: {when: c, give: {$each: d, $as: e, $give: f}}}\n\
                context: {f: {pick: [{give: 1, weight: 2}]}}\n";
    let keys = Schema::new().keys_of(&read(spec));
    let expected = [
        ("", "context"),
        ("", "derive"),
        ("", "dictum"),
        ("const", "const"),
        ("given", "cases"),
        ("given", "else"),
        ("given", "given"),
        ("give", "give"),
        (MODIFIER, "as"),
        (MODIFIER, "each"),
        (MODIFIER, "when"),
        ("pick", "pick"),
        ("pick.pick", "give"),
        ("pick.pick", "weight"),
    ];
    let expected: BTreeSet<Key> = expected.map(|(owner, name)| (owner.to_owned(), name.to_owned())).into();
    assert_eq!(keys, expected);
}
