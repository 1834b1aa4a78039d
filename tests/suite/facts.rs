//! Facts that are tables: what is read from CSV files, what typed columns make of rows, and what `cases` takes from them.

use dictum::data::Type;
use dictum::pipeline::check::Checked;

use super::workbench::{compile, names, world};

/// A spec with these facts and derivations, and the files beside it.
fn checked(facts: &str, rest: &str, files: &[(&str, &str)]) -> Result<Checked, String> {
    let head = "dictum: 1\ndataset: facts\nsize: 10\nuse: [shelf.yaml]\n";
    let spec = format!("{head}{rest}record: {{input: {{context: \"{{{{ context }}}}\"}}}}\n");
    let module = format!("dictum: 1\nfacts:\n{facts}");
    let own = [("scenarios/facts.yaml", spec.as_str()), ("scenarios/shelf.yaml", module.as_str())];
    compile(&world(own.into_iter().chain(files.iter().copied()).map(|(path, text)| (path, text.as_bytes()))), "facts.yaml")
}

/// One derived value of the first record, as canonical JSON.
fn derived(facts: &str, expression: &str, files: &[(&str, &str)]) -> String {
    let rest = format!("context: {{n: {{int: 0..9}}}}\nderive: {{value: \"{{{{ {expression} }}}}\"}}\n");
    let checked = checked(facts, &rest, files).unwrap_or_else(|wrong| panic!("{wrong}"));
    names(&checked, 0, &[0]).remove(0).remove("value").unwrap()
}

fn csv(text: &str) -> String {
    derived("  table: {csv: tables/one.csv}\n", "table", &[("scenarios/tables/one.csv", text)])
}

#[test]
fn cells_of_a_csv_file_read_like_yaml_scalars() {
    let text = "whole,decimal,truth,word,code,quoted\r\n1,2,true,no,017,\"5\"\r\n-3,0.5,FALSE,\"a \"\"b\"\"\n\",1.2.3,\"\"\r\n";
    let (first, second) = (
        r#"{"code":"017","decimal":2.0,"quoted":"5","truth":true,"whole":1,"word":"no"}"#,
        r#"{"code":"1.2.3","decimal":0.5,"quoted":"","truth":false,"whole":-3,"word":"a \"b\"\n"}"#,
    );
    assert_eq!(csv(text), format!("[{first},{second}]"));
    assert_eq!(csv("a,b\n,x\n0x1F,\n\n~,null\n"), r#"[{"a":null,"b":"x"},{"a":31,"b":null},{"a":null,"b":null}]"#);
}

#[test]
fn declared_columns_of_a_csv_file_decide_what_its_cells_are() {
    let file = [("scenarios/a.csv", "name,size,kind\n1984,\"12\",river\nnull,,lake\n\"\",3,2\n")];
    let facts = "  table: {csv: a.csv, columns: {name: text, size: {type: int, optional: true}, kind: [river, lake, pond, 2]}}\n";
    let rows = [
        r#"{"kind":"river","name":"1984","size":12}"#,
        r#"{"kind":"lake","name":"null","size":null}"#,
        r#"{"kind":2,"name":"","size":3}"#,
    ];
    assert_eq!(derived(facts, "table", &file), format!("[{}]", rows.join(",")));
    assert_eq!(derived(facts, "count(table, kind='pond')", &file), "0");
}

#[test]
fn a_csv_file_is_a_part_of_the_spec() {
    let file = [("scenarios/a.csv", "a\n1\n")];
    let checked =
        checked("  table: {csv: a.csv}\n", "context: {n: {int: 0..9}}\n", &file).unwrap_or_else(|wrong| panic!("{wrong}"));
    assert_eq!(checked.spec.closure.len(), 3);
}

const RULES: &str = "  rules:
    columns: {severity: [critical, high, medium], hours: int, line: template, sample: draw, note: {type: text, optional: true}}
    rows:
      breach: {severity: critical, hours: 72, line: \"{{ r.hours }} h for {{ id }}\", sample: {near: [72]}, note: late}
      notice: {severity: high, hours: 24, line: \"{{ n + 1 }}\", sample: 5}
";

#[test]
fn the_value_of_a_table_is_its_data() {
    let rows = r#"{"breach":{"hours":72,"note":"late","severity":"critical"},"notice":{"hours":24,"severity":"high"}}"#;
    assert_eq!(derived(RULES, "rules", &[]), rows);
    assert_eq!(derived(RULES, "shelf.rules", &[]), rows);
    assert_eq!(derived(RULES, "row(rules, hours=24).key", &[]), "\"notice\"");
    assert_eq!(derived(RULES, "rows(rules, severity='medium')", &[]), "[]");
    assert_eq!(derived(RULES, "count(rules, severity='high') + count(rules)", &[]), "3");
}

#[test]
fn cells_are_taken_where_they_are_used() {
    let rest = "context: {n: {int: 0..0}, drawn: {each: rules, as: id, given: id, cases: shelf.rules, column: sample}}
derive:
  lines: {each: rules, as: [id, r], given: id, cases: rules, column: line}
  notes: {each: rules, as: id, given: id, cases: rules, column: note, else: none}
  severities: {each: rules, as: id, given: id, cases: rules, column: severity}
";
    let checked = checked(RULES, rest, &[]).unwrap_or_else(|wrong| panic!("{wrong}"));
    for record in names(&checked, 3, &[0, 1, 2, 7, 1_000]) {
        assert_eq!(record["lines"], "[\"72 h for breach\",1]");
        assert_eq!(record["notes"], "[\"late\",\"none\"]");
        assert_eq!(record["severities"], "[\"critical\",\"high\"]");
        assert!(["[71,5]", "[72,5]", "[73,5]"].contains(&record["drawn"].as_str()), "{}", record["drawn"]);
    }
}

#[test]
fn tables_of_modules_are_read_by_whatever_name_the_module_has() {
    let spec = |cases: &str| {
        format!(
            "dictum: 1\ndataset: facts\nsize: 10\nuse: [{{one: shelf.yaml, two: shelf.yaml}}, shelf.yaml]\n\
             context: {{n: {{int: 0..9}}, id: [breach, notice]}}\n\
             derive: {{value: {{given: id, cases: {cases}, column: severity}}}}\nrecord: {{input: {{context: \"{{{{ context }}}}\"}}}}\n"
        )
    };
    let module = format!("dictum: 1\nfacts:\n{RULES}");
    let compiled = |cases: &str| {
        let files = [("scenarios/facts.yaml", spec(cases)), ("scenarios/shelf.yaml", module.clone())];
        compile(&world(files), "facts.yaml").map(|checked| names(&checked, 0, &[0, 1, 2]))
    };
    let bare = compiled("rules").unwrap();
    for cases in ["one.rules", "two.rules", "shelf.rules"] {
        assert_eq!(compiled(cases).as_ref(), Ok(&bare), "{cases}");
    }
    let wrong = compiled("two.ruels").unwrap_err();
    assert!(wrong.contains("there is no table `two.ruels`") && wrong.contains("did you mean `two.rules`?"), "{wrong}");
}

#[test]
fn what_is_known_of_a_table_comes_from_its_columns() {
    let checked = checked(RULES, "context: {n: {int: 0..9}}\n", &[]).unwrap_or_else(|wrong| panic!("{wrong}"));
    let ty = &checked.spec.facts["rules"].ty;
    let notice = ty.field("notice").unwrap().ty;
    assert_eq!(notice.field("severity").unwrap().ty, Type::words(["critical", "high", "medium"]));
    assert_eq!(notice.field("hours").unwrap().ty, Type::int_range(24, 72));
    assert!(notice.field("note").is_none() && ty.values().field("note").unwrap().optional);
}
