//! Random small specs: forms over the names before them, scenarios that add and replace.
//!
//! Every choice is a number of the test engine, so that a failing spec shrinks to a short one.

use proptest::prelude::*;

use super::spec::{Body, Entry, Gives, Scenario, Spec};

/// What one entry is made from: which form, and two numbers that fill it in.
pub(super) type Choice = (u8, u8, u8);

/// How many kinds of draws and of derivations there are.
const DRAWS: u8 = 41;
const DERIVATIONS: u8 = 11;

/// Random specs.
pub(super) fn specs() -> impl Strategy<Value = Spec> {
    let choice = || (any::<u8>(), any::<u8>(), any::<u8>());
    let scenario = (0..3_u8, prop::collection::vec(choice(), 0..3));
    let parts =
        (prop::collection::vec(choice(), 3..9), prop::collection::vec(choice(), 0..5), prop::collection::vec(scenario, 0..4));
    (parts, 0..3_usize).prop_map(|((draws, derivations, scenarios), plan)| {
        let spec = spec(&draws, &derivations, &scenarios);
        Spec { plan: plan.checked_sub(1), ..spec }
    })
}

fn spec(draws: &[Choice], derivations: &[Choice], scenarios: &[(u8, Vec<Choice>)]) -> Spec {
    let mut entries: Vec<Entry> = Vec::new();
    for (at, choice) in draws.iter().enumerate() {
        let section = if at == 0 || choice.2 % 3 == 0 { "context" } else { "draw" };
        entries.push(drawn(section, format!("n{at}"), *choice, &entries));
    }
    for (at, choice) in derivations.iter().enumerate() {
        let (yaml, gives, reads) = derivation(choice.0 % DERIVATIONS, choice.1, choice.2, &entries);
        let body = Body { yaml, reads };
        entries.push(Entry { section: "derive", name: format!("m{at}"), gives, body, optional: false, in_module: false });
    }
    let reads = vec![entries[0].name.clone()];
    let saying =
        if matches!(entries[0].gives, Gives::Int | Gives::Bool | Gives::Word) { "{{ n0 }}" } else { "{{ n0 | length }}" };
    // Wording counts what it cannot print, where it can be counted.
    let saying = if entries[0].gives == Gives::Other { "it" } else { saying };
    let yaml = format!("[\"one {saying}\", {{text: \"two {saying}\", weight: 2}}, three]");
    let body = Body { yaml, reads };
    entries.push(Entry { section: "say", name: "line".to_owned(), gives: Gives::Other, body, optional: false, in_module: false });
    let scenarios = scenarios.iter().enumerate().map(|(at, (weight, choices))| scenario(at, *weight, choices, &entries));
    Spec { dataset: "small".to_owned(), stream: None, scenarios: scenarios.collect(), entries, reversed: false, plan: None }
}

fn scenario(at: usize, weight: u8, choices: &[Choice], base: &[Entry]) -> Scenario {
    let mut entries: Vec<Entry> = Vec::new();
    for (number, choice) in choices.iter().enumerate() {
        let replaced = &base[usize::from(choice.1) % base.len()];
        // The first scenario replaces nothing, so that every base entry still occurs.
        let replaces = at > 0 && choice.2 % 2 == 0 && ["context", "draw"].contains(&replaced.section);
        let taken = entries.iter().any(|one| one.name == replaced.name);
        match other(replaced).filter(|_| replaces && !taken && !replaced.optional) {
            Some(yaml) => entries.push(Entry { body: Body { yaml, reads: Vec::new() }, ..replaced.clone() }),
            None => {
                let name = format!("s{at}x{number}");
                let section = if choice.2 % 3 == 0 { "draw" } else { "context" };
                entries.push(Entry { optional: true, ..drawn(section, name, *choice, base) });
            }
        }
    }
    Scenario { name: format!("s{at}"), weight: weight + 1, entries }
}

/// Another form that gives the same kind of value.
pub(super) fn other(entry: &Entry) -> Option<String> {
    match entry.gives {
        Gives::Int => Some("{int: 0..77}".to_owned()),
        Gives::Bool => Some("{bool: 0.25}".to_owned()),
        Gives::Word => Some("{pick: {green: 2, blue: 1}}".to_owned()),
        Gives::Words => Some("{sample: colours, count: 2}".to_owned()),
        Gives::Other => None,
    }
}

/// A drawn entry.
pub(super) fn drawn(section: &'static str, name: String, choice: Choice, earlier: &[Entry]) -> Entry {
    let kind = choice.0 % DRAWS;
    let (yaml, gives, reads) = draw(kind, choice.1, choice.2, earlier);
    let optional = yaml.contains("when: \"maybe");
    let yaml = yaml.replace("\"maybe ", "\"");
    Entry { section, name, gives, body: Body { yaml, reads }, optional, in_module: false }
}

/// An entry that another may read, by what it gives.
fn readable(earlier: &[Entry], gives: Gives, at: u8) -> Option<String> {
    let fitting: Vec<&Entry> = earlier.iter().filter(|one| one.gives == gives && !one.optional && one.section != "say").collect();
    (!fitting.is_empty()).then(|| fitting[usize::from(at) % fitting.len()].name.clone())
}

type Made = (String, Gives, Vec<String>);

fn alone(yaml: impl Into<String>, gives: Gives) -> Made {
    (yaml.into(), gives, Vec::new())
}

fn draw(kind: u8, a: u8, b: u8, earlier: &[Entry]) -> Made {
    let top = 60 + u16::from(a);
    match kind {
        0 => alone("[red, green, blue]", Gives::Word),
        1 => alone(format!("{{pick: {{red: {}, green: 1, black: 0.5}}}}", a % 5 + 1), Gives::Word),
        2 => alone("{pick: [{give: green, weight: 2}, {give: blue}]}", Gives::Word),
        3 => alone(format!("{{sample: colours, count: {}..3}}", a % 3), Gives::Words),
        4 => alone("{sample: colours, share: 0.4}", Gives::Words),
        5 => alone(format!("{{int: 0..{top}}}"), Gives::Int),
        6 => alone(format!("{{int: 1..{top}000, scale: log}}"), Gives::Int),
        7 => alone(format!("{{int: 0..{top}, step: {}}}", a % 4 + 2), Gives::Int),
        8 => alone("{float: 0.5..3, step: 0.25}", Gives::Other),
        9 => alone("{float: 0.001..10, scale: log}", Gives::Other),
        10 => alone(format!("{{bool: 0.{}}}", a % 8 + 1), Gives::Bool),
        11 => alone("{near: [24, 72], within: 2, share: 0.4, else: {int: 0..120}}", Gives::Int),
        12 => alone("{shuffle: sizes}", Gives::Other),
        13 => alone("{object: {x: {int: 0..9}, y: [red, green], z: {int: {min: \"{{ x }}\", max: 99}}}}", Gives::Other),
        14 => alone("{each: colours, as: e, int: 0..999999}", Gives::Other),
        15 => alone("{each: colours, as: e, give: {each: sizes, as: f, int: 0..999999}}", Gives::Other),
        16 => alone("{each: sizes, as: e, key: \"{{ e }}\", object: {p: {int: 0..9999}, q: {bool: 0.5}}}", Gives::Other),
        17 => alone("{let: {base: {int: 0..40}}, give: \"{{ base * 2 }}\"}", Gives::Int),
        18..=28 => named(kind, a, b),
        29..=38 | 40 => dependent(kind, b, earlier).unwrap_or_else(|| alone(format!("{{int: 0..{top}}}"), Gives::Int)),
        39 => alone("{each: sizes, as: e, give: {int: 0..9999, stream: kept}}", Gives::Other),
        _ => unreachable!("there are {DRAWS} kinds"),
    }
}

/// Draws from named distributions, walks, rows, and choices that are forms.
fn named(kind: u8, a: u8, b: u8) -> Made {
    let sd = u16::from(a) + 1;
    match kind {
        18 => alone(format!("{{normal: 40, sd: {sd}.5, min: -10, digits: {}}}", b % 4), Gives::Other),
        19 => alone(format!("{{lognormal: {sd}, sigma: 0.{}, step: 0.25}}", b % 9 + 1), Gives::Other),
        20 => alone(format!("{{exponential: {sd}.25, max: 1000}}"), Gives::Other),
        21 => alone(format!("{{poisson: {}, max: 60}}", b % 40), Gives::Int),
        22 => alone(format!("{{zipf: {}, s: 1.{}}}", 60 + sd, b % 10), Gives::Int),
        23 => alone("{zipf: colours}", Gives::Word),
        24 => alone(format!("{{permutation: 0..{}}}", 60 + u32::from(a) * 100), Gives::Int),
        25 => alone("{permutation: colours}", Gives::Word),
        26 => alone("{permutation: {c: colours, s: sizes, n: 1..5}}", Gives::Other),
        27 => alone("{row: towns, weight: people}", Gives::Other),
        28 => alone("{each: sizes, as: e, permutation: [red, green, blue]}", Gives::Other),
        _ => unreachable!("there are {DRAWS} kinds"),
    }
}

/// Draws that read an earlier name; `None` where none fits.
fn dependent(kind: u8, at: u8, earlier: &[Entry]) -> Option<Made> {
    let (read, yaml, gives) = match kind {
        29 => {
            let read = readable(earlier, Gives::Word, at)?;
            let yaml = format!("{{given: {read}, cases: {{green: {{int: 0..9}}}}, else: {{int: 0..200}}}}");
            (read, yaml, Gives::Int)
        }
        30 => {
            let read = readable(earlier, Gives::Bool, at)?;
            let yaml = format!("{{first: [{{when: {read}, int: 0..9}}, {{int: 0..99}}]}}");
            (read, yaml, Gives::Int)
        }
        31 => {
            let read = readable(earlier, Gives::Int, at)?;
            let yaml = format!("{{first: [{{when: {read} > 30, pick: [red, blue]}}, {{pick: [green, black]}}]}}");
            (read, yaml, Gives::Word)
        }
        32 => {
            let read = readable(earlier, Gives::Int, at)?;
            let yaml = format!("{{int: {{min: 0, max: \"{{{{ {read} + 60 }}}}\"}}}}");
            (read, yaml, Gives::Int)
        }
        33 => {
            let read = readable(earlier, Gives::Words, at)?;
            let yaml = format!("{{each: {read}, as: e, int: 0..99999}}");
            (read, yaml, Gives::Other)
        }
        37 => {
            let read = readable(earlier, Gives::Int, at)?;
            let rows = format!("{{when: {read} < 20, int: 0..9}}, {{when: {read} > 40, int: 0..999}}, {{int: 0..99}}");
            (read, format!("{{only: [{rows}]}}"), Gives::Other)
        }
        34 => {
            let read = readable(earlier, Gives::Int, at)?;
            let give = format!(
                "{{pick: [{{give: {{int: 0..9}}, weight: \"{{{{ {read} + 1 }}}}\"}}, {{give: {{int: 20..80}}, weight: 40}}]}}"
            );
            (read, give, Gives::Int)
        }
        35 => {
            let read = readable(earlier, Gives::Word, at)?;
            let yaml = format!("{{pick: [{{give: \"{{{{ {read} }}}}\", weight: 0.5}}, {{give: black}}]}}");
            (read, yaml, Gives::Word)
        }
        36 => {
            let read = readable(earlier, Gives::Int, at)?;
            let yaml = format!("{{normal: \"{{{{ {read} }}}}\", sd: 3, min: \"{{{{ {read} - 1 }}}}\"}}");
            (read, yaml, Gives::Other)
        }
        40 => {
            let read = readable(earlier, Gives::Word, at)?;
            (read.clone(), format!("{{given: {read}, cases: shades, column: how}}"), Gives::Int)
        }
        _ => {
            let read = readable(earlier, Gives::Bool, at)?;
            let yaml = format!("{{int: 0..9, when: \"maybe {read}\"}}");
            (read, yaml, Gives::Other)
        }
    };
    Some((yaml, gives, vec![read]))
}

fn derivation(kind: u8, a: u8, b: u8, earlier: &[Entry]) -> Made {
    let always: Vec<&Entry> = earlier.iter().filter(|one| !one.optional).collect();
    let echoed = &always[usize::from(a) % always.len()].name;
    let int = readable(earlier, Gives::Int, b);
    let word = readable(earlier, Gives::Word, a);
    let words = readable(earlier, Gives::Words, b);
    match (kind, int, word, words) {
        (1, Some(int), ..) => (format!("\"{{{{ {int} * 2 }}}}\""), Gives::Int, vec![int]),
        (2, Some(int), Some(word), _) => (format!("\"{{{{ {word} }}}}-{{{{ {int} }}}}\""), Gives::Other, vec![int, word]),
        (3, Some(int), ..) => (format!("{{first: [{{when: {int} > 20, give: high}}, {{give: low}}]}}"), Gives::Other, vec![int]),
        (4, Some(int), ..) => {
            (format!("{{collect: [{{when: {int} > 10, give: a}}, {{when: {int} > 40, give: b}}]}}"), Gives::Other, vec![int])
        }
        (5, _, Some(word), _) => (format!("{{given: {word}, cases: {{green: 1}}, else: 2}}"), Gives::Other, vec![word]),
        (7, .., Some(words)) => {
            let yaml = format!(
                "{{fold: {words}, as: e, into: all, start: \"\", let: {{f: \"{{{{ e }}}}.\"}}, give: \"{{{{ all }}}}{{{{ f }}}}\"}}"
            );
            (yaml, Gives::Other, vec![words])
        }
        (8, Some(int), ..) => {
            (format!("{{only: [{{when: {int} > 20, give: high}}, {{when: {int} <= 20, give: low}}]}}"), Gives::Other, vec![int])
        }
        (9, _, Some(word), _) => (format!("{{given: {word}, cases: part.shades, column: line}}"), Gives::Other, vec![word]),
        (10, Some(int), ..) => (format!("{{with: {{{int}: 7}}, give: \"{{{{ {int} * 2 }}}}\"}}"), Gives::Other, vec![int]),
        (6, .., Some(words)) => (format!("{{each: {words}, as: e, give: \"{{{{ e }}}}!\"}}"), Gives::Other, vec![words]),
        _ => (format!("\"{{{{ {echoed} }}}}\""), Gives::Other, vec![echoed.clone()]),
    }
}
