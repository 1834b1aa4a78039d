//! The recipes of the language reference: they build, they give what they say, and a slip in any attribute is found.
//!
//! In: the spec under "Recipes" in `docs/language.md`, whose example is worked by hand. Out: a failure where it does not check,
//! or where it still checks with one attribute misspelt.

use std::fs;
use std::path::Path;

use dictum::pipeline::check::Checked;

use super::workbench::{compile, names, world};

/// The attributes that the recipes name in texts.
const ATTRIBUTES: [&str; 2] = ["option", "weight"];

fn recipes() -> String {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/language.md")).unwrap();
    let (_, section) = text.split_once("\n## Recipes\n").unwrap();
    let (_, spec) = section.split_once("\n```yaml\n").unwrap();
    spec.split_once("```\n").unwrap().0.to_owned()
}

fn checked(spec: &str) -> Result<Checked, String> {
    compile(&world([("scenarios/recipes.yaml", spec)]), "recipes.yaml")
}

#[test]
fn they_build_and_their_example_holds() {
    let spec = recipes();
    let checked = checked(&spec).unwrap_or_else(|wrong| panic!("{wrong}"));
    let indices: Vec<u64> = (0..60).collect();
    assert_eq!(names(&checked, 0, &indices).len(), 60);
}

#[test]
fn a_wrong_worked_value_is_refused() {
    let wrong = recipes().replace("unvoted: [cancel]", "unvoted: [ship]");
    assert!(checked(&wrong).err().unwrap().contains("`unvoted`"));
}

#[test]
fn a_misspelt_attribute_is_found_with_the_right_one() {
    let spec = recipes();
    let mut sites = 0;
    for attribute in ATTRIBUTES {
        let quoted = format!("'{attribute}'");
        for (at, _) in spec.match_indices(&quoted) {
            let (before, after) = (&spec[..at], &spec[at + quoted.len()..]);
            let message = checked(&format!("{before}'{attribute}s'{after}")).err().unwrap_or_default();
            assert!(message.contains(&format!("did you mean `{attribute}`?")), "byte {at}: {message}");
            sites += 1;
        }
    }
    assert!(sites >= 8, "{sites} sites");
}
