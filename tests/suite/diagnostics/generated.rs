//! Faults that are made rather than kept: bytes that are not text, depth and length without end, links on a real disk.

use std::path::Path;

use dictum::world::{MemoryWorld, SystemWorld};

use super::run::{Found, run};

/// Codes that only these tests give.
pub(super) const CODES: &[&str] = &["not-utf8", "byte-order-mark", "too-deep"];

/// A dataset that is sound, for the parts that are not.
const HEAD: &str = "dictum: 1\ndataset: x\nsize: 5\ncontext:\n  colour: [red, green]\n  number: {int: 1..9}\n";
const RECORD: &str = "record:\n  input: \"{{ context }}\"\n";

/// What is found in a workspace of these files.
fn found<B: Into<Vec<u8>>>(files: impl IntoIterator<Item = (String, B)>) -> Found {
    let mut world = MemoryWorld::default();
    for (path, bytes) in files {
        world = world.with(Path::new("/workspace").join(path), bytes);
    }
    let before = world.files();
    let found = run(&world, "/workspace", "/out");
    assert_eq!(found.bad_manners(), Vec::<String>::new());
    assert!(found.diagnostics.has_errors() != found.built);
    assert!(found.built || world.files() == before, "something was written");
    found
}

/// What is found in a dataset with this text behind its head.
fn dataset(text: &str) -> Found {
    found([("scenarios/x.yaml".to_owned(), format!("{HEAD}{text}{RECORD}"))])
}

fn lines(found: &Found) -> Vec<String> {
    found.diagnostics.iter().map(|one| found.short(one)).collect()
}

/// Exactly one diagnostic, which begins so.
fn only(found: &Found, start: &str) {
    let lines = lines(found);
    assert!(lines.len() == 1 && lines[0].starts_with(start), "expected only {start}, found {lines:#?}");
}

#[test]
fn bytes_that_are_not_utf8() {
    let head = || HEAD.as_bytes().to_vec();
    let spec = [head(), b"derive: {a: \"caf\xe9\"}\n".to_vec(), RECORD.as_bytes().to_vec()].concat();
    only(&found([("scenarios/x.yaml".to_owned(), spec)]), "scenarios/x.yaml:7:17: error[not-utf8]: not UTF-8 text: byte ");
    let user = [HEAD, "use: [m.yaml]\nderive: {a: {file: t.j2}}\n", RECORD].concat().into_bytes();
    let files = [
        ("scenarios/x.yaml".to_owned(), user),
        ("scenarios/m.yaml".to_owned(), b"dictum: 1\nfacts: {b: \xff}\n".to_vec()),
        ("templates/t.j2".to_owned(), b"\xfe\xff\x00a".to_vec()),
    ];
    let lines = lines(&found(files));
    assert_eq!(lines.len(), 2, "{lines:#?}");
    assert!(lines[0].starts_with("scenarios/m.yaml:2:12: error[not-utf8]"), "{lines:#?}");
    assert!(lines[1].starts_with("templates/t.j2:1:1: error[not-utf8]"), "{lines:#?}");
}

#[test]
fn byte_order_marks() {
    let files = [
        (
            "scenarios/x.yaml",
            format!("\u{feff}{HEAD}schema: s.json\nderive: {{a: {{file: t.j2}}}}\nchecks: [{{id: a, that: a != ''}}]\n{RECORD}"),
        ),
        ("templates/t.j2", "\u{feff}Hello".to_owned()),
        ("schemas/s.json", "\u{feff}{\"type\": \"object\"}".to_owned()),
    ];
    let lines = lines(&found(files.map(|(path, text)| (path.to_owned(), text))));
    let starts = ["scenarios/x.yaml:1:1", "schemas/s.json:1:1", "templates/t.j2:1:1"];
    assert_eq!(lines.len(), starts.len(), "{lines:#?}");
    for (line, start) in lines.iter().zip(starts) {
        assert!(line.starts_with(&format!("{start}: error[byte-order-mark]")), "{lines:#?}");
    }
}

const DEEP: usize = 20_000;

#[test]
fn twenty_thousand_levels_of_yaml() {
    let flow = format!("facts:\n  a: {}{}\n", "[".repeat(DEEP), "]".repeat(DEEP));
    only(&dataset(&flow), "scenarios/x.yaml:8:134: error[yaml-too-large]");
    let block: String = (1..DEEP).map(|depth| format!("{}a:\n", " ".repeat(depth))).take(2_000).collect();
    only(&dataset(&format!("facts:\n{block}")), "scenarios/x.yaml:");
    let dashes = format!("facts:\n  a:\n    {}x\n", "- ".repeat(DEEP));
    only(&dataset(&dashes), "scenarios/x.yaml:9:");
}

#[test]
fn twenty_thousand_levels_of_an_expression() {
    let deep = |open: &str, middle: &str, close: &str| format!("{}{middle}{}", open.repeat(DEEP), close.repeat(DEEP));
    let expressions = [
        deep("(", "1", ")"),
        deep("[", "1", "]"),
        deep("not ", "true", ""),
        deep("-", "number", ""),
        deep("", "number", " + 1"),
        deep("", "number", " ~ 1"),
        deep("number + (", "1", ")"),
        deep("", "colour", " | upper"),
        deep("", "colour", ".a"),
        deep("", "colour", "[0]"),
        deep("", "number", " if number else 1"),
        deep("", "number == 1", " or number == 2"),
        deep("", "number", " < 1"),
        deep("upper(", "colour", ")"),
    ];
    for expression in expressions {
        let shown: String = expression.chars().take(30).collect();
        for text in [
            format!("checks:\n  - {{id: a, that: \"{expression}\"}}\n"),
            format!("derive:\n  a: \"{{{{ {expression} }}}}\"\nchecks:\n  - {{id: a, that: a == a}}\n"),
            format!("derive:\n  a: \"x {{% if {expression} %}}a{{% endif %}}\"\nchecks:\n  - {{id: a, that: a == a}}\n"),
        ] {
            let lines = lines(&dataset(&text));
            assert!(lines.len() == 1 && lines[0].contains("error[too-deep]"), "{shown}: {lines:#?}");
        }
    }
}

#[test]
fn twenty_thousand_levels_of_a_template() {
    for (open, close) in [
        ("{% if number > 1 %}", "{% endif %}"),
        ("{% for i in [1] %}", "{% endfor %}"),
        ("{% if number > 1 %}{% elif number < 1 %}", ""),
    ] {
        let text = format!("{}x{}", open.repeat(DEEP), close.repeat(DEEP));
        let files = [
            (
                "scenarios/x.yaml".to_owned(),
                format!("{HEAD}derive: {{b: {{file: t.j2}}}}\nchecks: [{{id: a, that: b != ''}}]\n{RECORD}"),
            ),
            ("templates/t.j2".to_owned(), text),
        ];
        let lines = lines(&found(files));
        assert!(lines.len() == 1 && lines[0].starts_with("templates/t.j2:1:"), "{open}: {lines:#?}");
    }
}

#[test]
fn names_in_a_chain_of_twenty_thousand() {
    let chain = |of: fn(usize) -> String| (0..DEEP).map(of).collect::<String>();
    let texts = [
        format!(
            "derive:\n{}  d{DEEP}: 1\nchecks: [{{id: a, that: d0 == 1}}]\n",
            chain(|at| format!("  d{at}: \"{{{{ d{} }}}}\"\n", at + 1))
        ),
        format!(
            "derive:\n  d0: 1\n{}checks: [{{id: a, that: d{DEEP} == 1}}]\n",
            chain(|at| format!("  d{}: \"{{{{ d{at} }}}}\"\n", at + 1))
        ),
        format!(
            "draw:\n{}  d{DEEP}: [1, 2]\nchecks: [{{id: a, that: d0 == 1}}]\n",
            chain(|at| format!("  d{at}: {{int: {{min: 0, max: \"{{{{ d{} }}}}\"}}}}\n", at + 1))
        ),
        format!(
            "functions:\n{}  f{DEEP}: {{args: [x], give: 1}}\nchecks: [{{id: a, that: f0(1) == 1}}]\n",
            chain(|at| format!("  f{at}: {{args: [x], give: \"{{{{ f{}(x) }}}}\"}}\n", at + 1))
        ),
        format!(
            "derive:\n  b:\n    let:\n{}      d{DEEP}: 1\n    give: \"{{{{ d0 }}}}\"\nchecks: [{{id: a, that: b == 1}}]\n",
            chain(|at| format!("      d{at}: \"{{{{ d{} }}}}\"\n", at + 1))
        ),
        format!(
            "say:\n{}  d{DEEP}: [a]\nchecks: [{{id: a, that: say.d0 != ''}}]\n",
            chain(|at| format!("  d{at}: [\"{{{{ say.d{} }}}}\"]\n", at + 1))
        ),
    ];
    for text in texts {
        let lines = lines(&dataset(&text));
        assert!(
            lines.len() == 1 && lines[0].contains("error[too-deep]"),
            "{}: {} {:#?}",
            &text[..40],
            lines.len(),
            lines.first()
        );
    }
}

#[test]
fn what_is_not_too_deep_is_built() {
    let chain: Vec<String> = (0..110).map(|at| format!("  d{at}: \"{{{{ d{} + 1 }}}}\"\n", at + 1)).collect();
    let chain = chain.concat();
    let sum = "number + ".repeat(200);
    let sets = "{% set a = number %}{{ a }}".repeat(10_000);
    let text = format!(
        "derive:\n{chain}  d110: 1\n  wide: \"{{{{ {sum} 1 }}}}\"\n  long: \"{sets}\"\nchecks: [{{id: a, that: d0 == 111 and wide > 1 and long != ''}}]\n"
    );
    let found = dataset(&text);
    assert!(found.built, "{:#?}", lines(&found));
}

#[test]
fn modules_in_a_chain_of_two_thousand() {
    let module = |at: usize| (format!("scenarios/m{at}.yaml"), format!("dictum: 1\nuse: [m{}.yaml]\n", at + 1));
    let last = ("scenarios/m2000.yaml".to_owned(), "dictum: 1\n".to_owned());
    let spec = ("scenarios/x.yaml".to_owned(), format!("{HEAD}use: [m0.yaml]\n{RECORD}"));
    let found = found((0..2000).map(module).chain([last, spec]));
    let lines = lines(&found);
    assert!(lines.len() == 1 && lines[0].contains("error[too-deep]"), "{lines:#?}");
}

#[test]
fn twenty_thousand_levels_of_a_schema() {
    let deep = format!("{}true{}", "{\"not\": ".repeat(DEEP), "}".repeat(DEEP));
    let files = [("scenarios/x.yaml".to_owned(), format!("{HEAD}schema: s.json\n{RECORD}")), ("schemas/s.json".to_owned(), deep)];
    only(&found(files), "schemas/s.json:1:");
}

#[test]
fn a_link_out_of_the_workspace() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("workspace");
    for name in ["scenarios", "templates", "schemas"] {
        std::fs::create_dir_all(root.join(name)).unwrap();
    }
    std::fs::write(folder.path().join("secret.yaml"), "dictum: 1\nfacts: {a: 1}\n").unwrap();
    let text = format!("{HEAD}use: [m.yaml]\nschema: s.json\nderive: {{b: {{file: t/x.j2}}}}\n{RECORD}");
    std::fs::write(root.join("scenarios/x.yaml"), text).unwrap();
    std::os::unix::fs::symlink("../../secret.yaml", root.join("scenarios/m.yaml")).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", root.join("schemas/s.json")).unwrap();
    std::os::unix::fs::symlink("/etc", root.join("templates/t")).unwrap();
    let out = folder.path().join("out");
    let found = run(&SystemWorld::default(), root.to_str().unwrap(), out.to_str().unwrap());
    let lines = lines(&found);
    assert_eq!(lines.len(), 3, "{lines:#?}");
    for (line, place) in lines.iter().zip(["7:7", "8:9", "9:20"]) {
        assert!(line.starts_with(&format!("scenarios/x.yaml:{place}: error[file-outside]")), "{lines:#?}");
        assert!(line.contains("through a symbolic link"), "{line}");
    }
    assert!(!out.exists(), "something was written");
}
