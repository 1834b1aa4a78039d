//! The language server on the shipped specs: nothing is wrong, everything is known.

use std::path::Path;

use super::client::{Client, address, place};

#[test]
fn the_shipped_specs_have_no_mistakes_and_their_names_are_known() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspace = root.join("tests/workspaces/incident");
    let spec = std::fs::read_to_string(workspace.join("scenarios/incident_response.yaml")).unwrap();
    let uri = address(&workspace.join("scenarios/incident_response.yaml"));
    let mut client = Client::start(root);
    client.open(&uri, &spec);
    let told = client.hover(&uri, &place(&spec, "people > 5000", 2));
    assert!(told.contains("**`people`** (context)") && told.contains("In record 0"), "{told}");
    let outline = client.request("textDocument/documentSymbol", &serde_json::json!({"textDocument": {"uri": uri}}));
    let names: Vec<&str> = outline.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"derive") && names.contains(&"scenarios"), "{names:?}");
    assert!(client.told.values().all(Vec::is_empty), "{:#?}", client.told);
    client.stop();
}

#[test]
fn names_of_a_used_dataset_lead_into_its_files() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("scenarios/constitutional_ai_pairs.yaml");
    let spec = std::fs::read_to_string(&path).unwrap();
    let mut client = Client::start(root);
    let uri = address(&path);
    client.open(&uri, &spec);
    let at = place(&spec, "constitutional_ai.decision", "constitutional_ai.dec".len());
    let told = client.hover(&uri, &at);
    assert!(told.contains("**`constitutional_ai.decision`** (field)") && told.contains("In record 0"), "{told}");
    let found = client.definitions(&uri, &at);
    assert!(found.len() == 1 && found[0].starts_with("procedure.yaml:"), "{found:?}");
    let at = place(&spec, "constitutional_ai.decision", 2);
    assert_eq!(client.definitions(&uri, &at), ["constitutional_ai.yaml:0:0"]);
    client.stop();
}
