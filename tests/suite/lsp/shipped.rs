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
