//! The language server, as an editor meets it: a running program, asked over its pipes.
//!
//! In: workspaces in temporary folders, and the shipped specs. Out: a failure where a mistake is not told at its place, or not taken
//! back; where a name is not explained, found or offered; or where bad input ends the server.

mod client;
mod shipped;

use serde_json::{Value, json};

use super::workspace::Workspace;
use client::{Client, address, mark, place};

const LIMITS: &str = "dictum: 1\nfacts:\n  limits: {night: 8, day: 24}\n  teams: [desk, field]\n";

const SPEC: &str = "\
dictum: 1
dataset: helpdesk
size: 100
use: [desk.yaml]
context:
  channel: [mail, phone, chat]
  hours_open: {int: 0..96}
  team: {pick: teams}
scenarios:
  calm: {weight: 1}
  storm: {context: {hours_open: {int: 50..96}}}
functions:
  late_by: {args: {hours: int}, give: \"{{ max([hours - limits.day, 0]) }}\"}
say:
  request: [\"{{ channel }} waits\", \"waiting: {{ channel }}\"]
derive:
  late: \"{{ hours_open > limits.day }}\"
  steps: {each: \"['a', 'b']\", as: step, give: \"{{ step | upper }}{{ hours_open }}\"}
  decision:
    first:
      - {when: late and channel == 'phone', give: call}
      - {when: late, give: escalate}
      - {give: answer}
  note: {file: note.j2}
record:
  input: {context: \"{{ context }}\", request: \"{{ say.request }}\"}
  target_output: {decision: \"{{ decision }}\", late_by: \"{{ late_by(hours_open) }}\", steps: \"{{ steps }}\", note: \"{{ note }}\"}
";

const NOTE: &str = "{% for step in steps %}{{ step }} {% endfor %}in {{ hours_open }} h";

fn workspace() -> Workspace {
    let workspace = Workspace::new().file("scenarios/desk.yaml", LIMITS).file("scenarios/helpdesk.yaml", SPEC);
    workspace.file("templates/note.j2", NOTE)
}

/// A server with the spec open and compiled without a mistake.
fn opened(workspace: &Workspace) -> (Client, String) {
    let mut client = Client::start(&workspace.path(""));
    let uri = address(&workspace.path("scenarios/helpdesk.yaml"));
    client.open(&uri, SPEC);
    (client, uri)
}

fn codes(list: &[Value]) -> Vec<&str> {
    list.iter().map(|one| one["code"].as_str().unwrap()).collect()
}

fn has(labels: &[String], wanted: &[&str], unwanted: &[&str]) {
    let there = |name: &str| labels.iter().any(|label| label == name);
    assert!(wanted.iter().all(|name| there(name)) && !unwanted.iter().any(|name| there(name)), "{labels:?}");
}

#[test]
fn mistakes_are_told_while_typing_and_taken_back() {
    let workspace = workspace();
    let (mut client, uri) = opened(&workspace);
    // As it is typed, by ranges, behind a character that UTF-16 counts twice.
    client.edit(
        &uri,
        &json!([
            {"range": {"start": {"line": 4, "character": 8}, "end": {"line": 4, "character": 8}}, "text": " # 😀"},
            {"range": {"start": place(SPEC, "late and", 0), "end": place(SPEC, "late and", 4)}, "text": "lat"},
        ]),
    );
    let told = client.until(&uri, |list| !list.is_empty());
    assert_eq!(codes(&told), ["undefined-name"]);
    let message = told[0]["message"].as_str().unwrap();
    assert!(message.starts_with("`lat` is not defined") && message.contains("did you mean `late`?"), "{message}");
    assert_eq!(told[0]["range"]["start"], place(SPEC, "late and", 0));
    assert_eq!((&told[0]["severity"], &told[0]["source"]), (&json!(1), &json!("dictum")));
    client.change(&uri, SPEC);
    client.until(&uri, <[Value]>::is_empty);
    client.stop();
}

#[test]
fn ten_mistakes_are_ten_diagnostics() {
    let workspace = workspace();
    let (mut client, uri) = opened(&workspace);
    let wrong = SPEC
        .replace("size: 100", "size: many")
        .replace("weight: 1", "weigth: 1")
        .replace("{int: 0..96}", "{int: 96..0}")
        .replace("hours - limits.day", "hours - limits.dya")
        .replace("waiting: {{ channel }}", "waiting: {{ chanel }}")
        .replace("late: \"{{ hours_open >", "late: \"{{ hours_opne >")
        .replace("step | upper", "step | uper")
        .replace("== 'phone'", "== 'fone'")
        .replace("late_by(hours_open)", "late_by(hour_open)")
        .replace("note.j2", "nota.j2");
    client.change(&uri, &wrong);
    let told = client.until(&uri, |list| list.len() >= 10);
    let lines: std::collections::BTreeSet<i64> = told.iter().map(|one| one["range"]["start"]["line"].as_i64().unwrap()).collect();
    assert!(lines.len() >= 10, "{told:#?}");
    // All of them, and nothing else, as `check` tells them.
    workspace.write("scenarios/helpdesk.yaml", &wrong);
    let check = workspace.run(&["check", "--message-format", "short"]).ends(1);
    let lines =
        check.stdout.lines().chain(check.stderr.lines()).filter(|line| line.starts_with("scenarios/helpdesk.yaml:")).count();
    assert_eq!(lines, told.len(), "{}{}\n{told:#?}", check.stdout, check.stderr);
    client.stop();
}

#[test]
fn an_unsaved_change_of_a_used_file_shows_where_it_is_used() {
    let workspace = workspace();
    let (mut client, uri) = opened(&workspace);
    let limits = address(&workspace.path("scenarios/desk.yaml"));
    client.open(&limits, LIMITS);
    client.change(&limits, &LIMITS.replace("day:", "days:"));
    let told = client.until(&uri, |list| list.len() == 2);
    assert_eq!(codes(&told), ["undefined-attribute", "undefined-attribute"]);
    // A mistake of the module is told in the module.
    client.change(&limits, &LIMITS.replace("facts", "fcats"));
    client.until(&limits, |list| codes(list) == ["unknown-key"]);
    client.change(&limits, LIMITS);
    client.until(&limits, <[Value]>::is_empty);
    client.until(&uri, <[Value]>::is_empty);
    // What is not saved is gone when it is closed.
    client.change(&limits, &LIMITS.replace("day:", "days:"));
    client.until(&uri, |list| list.len() == 2);
    client.notify("textDocument/didClose", &json!({"textDocument": {"uri": limits}}));
    client.until(&uri, <[Value]>::is_empty);
    client.stop();
}

#[test]
fn files_on_the_disk_count_where_none_is_open() {
    let workspace = workspace();
    let (mut client, uri) = opened(&workspace);
    assert!(client.hover(&uri, &place(SPEC, "late and", 1)).contains("`late`"));
    let template = workspace.path("templates/note.j2");
    workspace.write("templates/note.j2", "{{ nothing }}");
    let watched = json!({"changes": [{"uri": address(&template), "type": 2}]});
    client.notify("workspace/didChangeWatchedFiles", &watched);
    client.until(&address(&template), |list| codes(list) == ["undefined-name"]);
    std::fs::remove_file(&template).unwrap();
    client.notify("workspace/didChangeWatchedFiles", &watched);
    let told = client.until(&uri, |list| !list.is_empty());
    assert_eq!((codes(&told), &told[0]["range"]["start"]), (vec!["file-missing"], &place(SPEC, "note.j2", 0)));
    client.until(&address(&template), <[Value]>::is_empty);
    client.stop();
}

#[test]
fn names_are_explained_with_a_value() {
    let workspace = workspace();
    let (mut client, uri) = opened(&workspace);
    let mut told = |piece: &str, more: usize| client.hover(&uri, &place(SPEC, piece, more));
    let channel = told("channel == 'phone'", 2);
    assert!(channel.contains("**`channel`** (context)") && channel.contains("'chat' or 'mail' or 'phone'"), "{channel}");
    assert!(channel.contains("In record 0 (`") && channel.contains("```json\n\""), "{channel}");
    assert!(told("hours_open: {int", 2).contains("an integer from 0 to 96"), "where it is given, too");
    let limit = told("limits.day, 0", 8);
    assert!(limit.contains("**`limits.day`** (field)") && limit.contains("\n24\n"), "{limit}");
    assert!(told("say.request }}", 5).contains("**`say.request`** (wording)"));
    assert!(told("{{ context }}", 4).contains("The map of all entries of `context`"));
    let function = told("late_by(hours_open)", 2);
    assert!(function.contains("late_by(hours)") && function.contains("`hours`: an integer"), "{function}");
    let upper = told("upper }}", 2);
    assert!(upper.contains("text | upper") && upper.contains("gives"), "{upper}");
    assert!(told("step | upper", 1).contains("**`step`** (local name)\n\n'a' or 'b'"));
    assert!(told("as: step", 5).contains("**`step`** (local name)"));
    let first = told("first:", 2);
    assert!(first.contains("**`first`**") && first.contains("```yaml"), "{first}");
    assert!(told("size: 100", 1).contains("How many records"));
    assert_eq!(told("waits", 2), "");
    client.stop();
}

#[test]
fn definitions_are_found_across_files() {
    let workspace = workspace();
    let (mut client, uri) = opened(&workspace);
    let mut found = |piece: &str, more: usize| client.definitions(&uri, &place(SPEC, piece, more));
    assert_eq!(found("channel == 'phone'", 2), ["helpdesk.yaml:5:2"]);
    assert_eq!(
        found("hours_open > limits", 2),
        ["helpdesk.yaml:6:2", "helpdesk.yaml:10:20"],
        "and where a scenario gives it anew"
    );
    assert_eq!(found("limits.day, 0", 2), ["desk.yaml:2:2"]);
    assert_eq!(found("limits.day, 0", 8), ["desk.yaml:2:21"]);
    assert_eq!(found("pick: teams", 8), ["desk.yaml:3:2"]);
    assert_eq!(found("late_by(hours_open)", 2), ["helpdesk.yaml:12:2"]);
    assert_eq!(found("say.request }}", 5), ["helpdesk.yaml:14:2"]);
    assert_eq!(found("step | upper", 1), ["helpdesk.yaml:17:34"]);
    assert_eq!(found("hours - limits", 1), ["helpdesk.yaml:12:19"]);
    assert_eq!(found("desk.yaml", 3), ["desk.yaml:0:0"]);
    assert_eq!(found("note.j2", 3), ["note.j2:0:0"]);
    assert_eq!(found("{hours_open: {int: 50", 3), ["helpdesk.yaml:6:2"]);
    assert_eq!(found("upper }}", 2), [] as [&str; 0], "the library stands in no file");
    client.stop();
}

#[test]
fn what_may_follow_is_offered_while_the_text_does_not_compile() {
    let workspace = workspace();
    let (mut client, uri) = opened(&workspace);
    client.hover(&uri, &place(SPEC, "late and", 1));
    let mut offered = |old: &str, new: &str| {
        let (text, position) = mark(&SPEC.replace(old, new));
        client.change(&uri, &text);
        client.labels(&uri, &position)
    };
    let names = offered("{when: late, give", "{when: ^, give");
    has(&names, &["channel", "late", "limits", "teams", "late_by", "context", "max"], &["say.request", "upper ", "step", "mail"]);
    has(&offered("{when: late, give", "{when: limits.^"), &["night", "day"], &["channel"]);
    has(&offered("== 'phone'", "== '^"), &["mail", "phone", "chat"], &["channel"]);
    has(&offered("channel == 'phone'", "channel in ['mail', '^"), &["chat"], &["channel"]);
    has(&offered("step | upper }}", "step | ^"), &["upper", "late_by"], &["defined", "channel"]);
    has(&offered("{when: late, give", "{when: late is ^"), &["defined", "even", "late_by"], &["==", "truncate", "channel"]);
    has(&offered("{{ step | upper }}", "{{ st^"), &["step"], &[]);
    has(&offered("{{ say.request }}", "{{ say.^"), &["request"], &["channel"]);
    has(&offered("{{ max([hours - limits.day, 0]) }}", "{{ ^ }}"), &["hours", "limits"], &["channel"]);
    has(&offered("{when: late, give: escalate}", "{when: late, ^}"), &["give", "text"], &["when", "channel"]);
    has(&offered("derive:\n", "^\nderive:\n"), &["facts", "checks"], &["context"]);
    has(&offered("waits", "wa^its"), &[], &["channel", "facts"]);
    client.stop();
}

#[test]
fn what_is_offered_replaces_what_is_written() {
    let workspace = workspace();
    let (mut client, uri) = opened(&workspace);
    client.hover(&uri, &place(SPEC, "late and", 1));
    let mut written = |old: &str, new: &str, label: &str| {
        let (text, position) = mark(&SPEC.replace(old, new));
        client.change(&uri, &text);
        let items = client.request("textDocument/completion", &json!({"textDocument": {"uri": uri}, "position": position}));
        let item = items.as_array().unwrap().iter().find(|item| item["label"] == label).unwrap();
        let (edit, from) = (&item["textEdit"], item["textEdit"]["range"]["start"]["character"].as_u64().unwrap());
        assert_eq!(edit["range"]["end"], position);
        (position["character"].as_u64().unwrap() - from, edit["newText"].as_str().unwrap().to_owned())
    };
    assert_eq!(written("== 'phone'", "== 'ph^", "phone"), (2, "phone".to_owned()));
    assert_eq!(written("{when: late, give", "{when: la^, give", "late"), (2, "late".to_owned()));
    assert_eq!(written("steps: \"{{ steps }}\"", "steps: {$ea^}", "$each"), (3, "$each: ".to_owned()));
    assert_eq!(written("size: 100", "si^ze: 100", "title"), (2, "title".to_owned()), "there is a colon already");
    client.stop();
    // A client with another server for keys.
    let mut client = Client::spawn(&workspace.path(""));
    client.request("initialize", &json!({"capabilities": {}, "initializationOptions": {"keys": false}}));
    let (text, position) = mark(&SPEC.replace("derive:\n", "^\nderive:\n"));
    client.open(&uri, &text);
    assert_eq!(client.labels(&uri, &position), [] as [&str; 0]);
    client.stop();
}

#[test]
fn a_broken_spec_keeps_its_modules_and_new_files_count_unsaved() {
    let workspace = workspace();
    let (mut client, uri) = opened(&workspace);
    let desk = address(&workspace.path("scenarios/desk.yaml"));
    client.open(&desk, LIMITS);
    client.hover(&uri, &place(SPEC, "late and", 1));
    client.change(&uri, &SPEC.replace("size: 100", "size: [100"));
    client.until(&uri, |list| codes(list) == ["yaml-syntax"]);
    assert!(client.hover(&desk, &place(LIMITS, "limits:", 2)).contains("**`limits`** (fact)"));
    // A file that nobody uses is told, once it is known that nobody does.
    let stray = address(&workspace.path("scenarios/stray.yaml"));
    client.open(&stray, "dictum: 1\nfacts: {a: 1}\n");
    client.change(&uri, SPEC);
    client.until(&stray, |list| codes(list) == ["unused"]);
    assert_eq!(client.told.get(&desk).map_or(0, Vec::len), 0, "{:?}", client.told);
    client.change(&stray, SPEC);
    let told = client.until(&stray, |list| codes(list) == ["dataset-duplicate"]);
    assert!(told[0]["message"].as_str().unwrap().contains("`helpdesk.yaml`"));
    client.notify("textDocument/didClose", &json!({"textDocument": {"uri": stray}}));
    client.until(&stray, <[Value]>::is_empty);
    client.stop();
}

#[test]
fn no_edit_ends_the_server() {
    let workspace = workspace();
    let (mut client, uri) = opened(&workspace);
    let pieces =
        ["{{", "}}", "'", "\"", ":", ": ", "\n", "  ", "{", "[", "|", "é😀", "{%", "- ", "&a", "*a", "#", ".", "\t", "$"];
    for (round, piece) in pieces.iter().cycle().take(120).enumerate() {
        let at = SPEC.floor_char_boundary(round * 7_919 % SPEC.len());
        let end = SPEC.len().min(at + round % 5);
        let text = format!("{}^{}", &SPEC[..at], if round % 3 == 0 { &SPEC[at..] } else { &SPEC[end..] });
        let (text, position) = mark(&text.replacen('^', &format!("{piece}^"), 1));
        client.change(&uri, &text);
        client.labels(&uri, &position);
        client.definitions(&uri, &position);
        client.hover(&uri, &position);
    }
    client.change(&uri, SPEC);
    client.until(&uri, <[Value]>::is_empty);
    client.stop();
}

#[test]
fn templates_know_the_names_of_the_dataset_that_uses_them() {
    let workspace = workspace();
    let mut client = Client::start(&workspace.path(""));
    let uri = address(&workspace.path("templates/note.j2"));
    client.open(&uri, NOTE);
    assert!(client.hover(&uri, &place(NOTE, "hours_open", 2)).contains("an integer from 0 to 96"));
    assert_eq!(client.definitions(&uri, &place(NOTE, "steps", 2)), ["helpdesk.yaml:17:2"]);
    assert_eq!(client.definitions(&uri, &place(NOTE, "step }}", 2)), ["note.j2:0:7"]);
    let (text, position) = mark(&NOTE.replace("{{ hours_open }}", "{{ ^"));
    client.change(&uri, &text);
    has(&client.labels(&uri, &position), &["hours_open", "steps"], &["facts"]);
    let (text, position) = mark(&NOTE.replace("{{ step }}", "{{ ^"));
    client.change(&uri, &text);
    has(&client.labels(&uri, &position), &["step", "steps"], &[]);
    client.until(&uri, |list| codes(list) == ["expression-syntax"]);
    client.stop();
}

#[test]
fn half_a_text_and_strange_bytes_are_told_and_outlived() {
    let workspace = workspace();
    let (mut client, uri) = opened(&workspace);
    for (text, code) in [
        (SPEC[..SPEC.find("say:").unwrap()].to_owned() + "say:\n  request: [\"{{ chan", "yaml-syntax"),
        (String::new(), "yaml-empty"),
        ("\u{feff}".to_owned() + SPEC, "byte-order-mark"),
        ("- a\n".to_owned(), "wrong-type"),
    ] {
        client.change(&uri, &text);
        client.until(&uri, |list| codes(list).contains(&code));
        client.hover(&uri, &json!({"line": 99, "character": 99}));
    }
    client.change(&uri, &SPEC.replace('\n', "\r\n"));
    client.until(&uri, <[Value]>::is_empty);
    assert!(client.hover(&uri, &place(SPEC, "late and", 1)).contains("`late`"), "lines may end with two characters");
    // A file that is not open is read as it is.
    std::fs::write(workspace.path("scenarios/desk.yaml"), b"dictum: 1\nfacts: {limits: \xff}\n").unwrap();
    let limits = address(&workspace.path("scenarios/desk.yaml"));
    client.notify("textDocument/didSave", &json!({"textDocument": {"uri": limits}}));
    client.until(&limits, |list| codes(list) == ["not-utf8"]);
    client.stop();
}

#[test]
fn files_outside_of_a_workspace_have_nothing_to_tell() {
    let workspace = Workspace::new().file("notes/a.yaml", "a: [");
    let mut client = Client::start(&workspace.path(""));
    let outside = address(&workspace.path("notes/a.yaml"));
    for uri in [outside.as_str(), "untitled:Untitled-1"] {
        client.open(uri, "a: [");
        let start = json!({"line": 0, "character": 1});
        assert_eq!(client.hover(uri, &start), "");
        assert_eq!((client.labels(uri, &start), client.definitions(uri, &start)), (Vec::new(), Vec::new()));
        client.change(uri, "b: [");
        client.notify("textDocument/didClose", &json!({"textDocument": {"uri": uri}}));
    }
    assert!(client.told.is_empty(), "{:?}", client.told);
    client.stop();
}

#[test]
fn what_is_no_question_of_the_protocol_is_refused() {
    let workspace = workspace();
    let mut client = Client::spawn(&workspace.path(""));
    let at = json!({"textDocument": {"uri": "file:///x"}, "position": {"line": 0, "character": 0}});
    assert_eq!(client.ask("textDocument/hover", &at)["error"]["code"], -32002, "not initialized");
    let general = json!({"general": {"positionEncodings": ["utf-16", "utf-8"]}});
    let answer = client.request("initialize", &json!({"capabilities": general}));
    assert_eq!(answer["capabilities"]["positionEncoding"], "utf-8");
    assert_eq!(client.ask("initialize", &json!({"capabilities": {}}))["error"]["code"], -32600);
    assert_eq!(client.ask("textDocument/rename", &at)["error"]["code"], -32601);
    assert_eq!(client.ask("textDocument/hover", &json!({"position": 3}))["error"]["code"], -32602);
    client.notify("$/cancelRequest", &json!({"id": 1}));
    client.notify("textDocument/didChange", &json!([]));
    client.notify("nonsense", &Value::Null);
    // Bytes, as agreed: `é` is two of them.
    let uri = address(&workspace.path("scenarios/helpdesk.yaml"));
    client.open(
        &uri,
        &SPEC.replace("derive:\n", "derive: # é\n").replace("size: 100\n", "size: 100\ntitle: \"é\" # é\nextra: 1\n"),
    );
    let told = client.until(&uri, |list| !list.is_empty());
    assert_eq!(told[0]["range"]["start"], json!({"line": 4, "character": 0}));
    assert_eq!(client.request("shutdown", &Value::Null), Value::Null);
    assert_eq!(client.ask("textDocument/hover", &at)["error"]["code"], -32600, "after shutdown");
    client.notify("exit", &Value::Null);
    assert_eq!(client.ended(), Some(0));
}

#[test]
fn it_ends_with_its_editor() {
    let workspace = workspace();
    assert_eq!(Client::spawn(&workspace.path("")).leave(), Some(1));
    assert_eq!(opened(&workspace).0.leave(), Some(1));
    let (mut client, _) = opened(&workspace);
    client.notify("exit", &Value::Null);
    assert_eq!(client.ended(), Some(1));
    let mut client = Client::spawn(&workspace.path(""));
    client.write(b"no message\r\n\r\n");
    assert_eq!(client.ended(), Some(2));
}
