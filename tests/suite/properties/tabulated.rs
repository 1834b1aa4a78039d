//! Rows and cases are called unreachable exactly where nothing reaches them.
//!
//! In: random conditions over finite draws, in rows, cases and rows inside cases. Out: a failure where a row that no combination
//! of the draws reaches is passed over, where one is reported that some combination reaches, or where a record does what the
//! combinations do not. What the draws can be is counted out here, apart from the program.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use proptest::prelude::*;

use crate::workbench::{compile, names, world};

/// What a record's draws are.
#[derive(Debug, Clone, Copy)]
struct Draws {
    second: bool,
    w: char,
    v: char,
    b: bool,
    n: u8,
    f: f64,
    m: u16,
    s: [bool; 2],
}

/// What can be asked of the draws: which draw, as an expression, and as a function.
type Atom = (usize, &'static str, fn(&Draws) -> bool);

const ATOMS: &[Atom] = &[
    (0, "w == 'a'", |draws| draws.w == 'a'),
    (0, "w != 'b'", |draws| draws.w != 'b'),
    (0, "w in ['b', 'c']", |draws| draws.w != 'a'),
    (1, "v == 'x'", |draws| draws.v == 'x'),
    (2, "b", |draws| draws.b),
    (3, "n > 1", |draws| draws.n > 1),
    (3, "n == 3", |draws| draws.n == 3),
    (3, "n % 2 == 0", |draws| draws.n.is_multiple_of(2)),
    (4, "f > 0.3", |draws| draws.f > 0.3),
    (4, "0.7 < f", |draws| draws.f > 0.7),
    (5, "m > 300", |draws| draws.m > 300),
    (5, "7 < m <= 600", |draws| (8..=600).contains(&draws.m)),
    (6, "'p' in s", |draws| draws.s[0]),
    (6, "not s", |draws| draws.s == [false, false]),
    (7, "scenario == 'two'", |draws| draws.second),
];

/// A condition over the atoms of some draws, and over the derived name `d`.
#[derive(Debug, Clone)]
enum Condition {
    Atom(usize),
    Derived,
    Not(Box<Self>),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
}

/// A spec: which draws its conditions ask about, and the conditions.
#[derive(Debug, Clone)]
struct Spec {
    asked: [usize; 3],
    d: Condition,
    first: Vec<Condition>,
    collect: Vec<Condition>,
    inner: Vec<Condition>,
    cases: [Condition; 2],
}

fn conditions(derived: bool) -> impl Strategy<Value = Condition> {
    let atom = (0..64_usize).prop_map(move |at| if derived && at % 6 == 0 { Condition::Derived } else { Condition::Atom(at) });
    atom.prop_recursive(2, 6, 2, |inner| {
        let boxed = || (inner.clone().prop_map(Box::new), inner.clone().prop_map(Box::new));
        prop_oneof![
            inner.clone().prop_map(|one| Condition::Not(Box::new(one))),
            boxed().prop_map(|(a, b)| Condition::And(a, b)),
            boxed().prop_map(|(a, b)| Condition::Or(a, b)),
        ]
    })
}

fn specs() -> impl Strategy<Value = Spec> {
    let rows = |most: usize| prop::collection::vec(conditions(true), 1..most);
    let draw = || 0..7_usize;
    ((draw(), draw(), draw()), conditions(false), rows(5), rows(3), rows(3), (conditions(true), conditions(true))).prop_map(
        |(asked, d, first, collect, inner, cases)| Spec { asked: asked.into(), d, first, collect, inner, cases: cases.into() },
    )
}

impl Spec {
    fn atom(&self, at: usize) -> &'static Atom {
        let own: Vec<&Atom> = ATOMS.iter().filter(|(draw, ..)| *draw == 7 || self.asked.contains(draw)).collect();
        own[at % own.len()]
    }

    fn text(&self, condition: &Condition) -> String {
        match condition {
            Condition::Atom(at) => self.atom(*at).1.to_owned(),
            Condition::Derived => "d".to_owned(),
            Condition::Not(inner) => format!("not ({})", self.text(inner)),
            Condition::And(a, b) => format!("(({}) and ({}))", self.text(a), self.text(b)),
            Condition::Or(a, b) => format!("(({}) or ({}))", self.text(a), self.text(b)),
        }
    }

    fn holds(&self, condition: &Condition, draws: &Draws) -> bool {
        match condition {
            Condition::Atom(at) => self.atom(*at).2(draws),
            Condition::Derived => self.holds(&self.d, draws),
            Condition::Not(inner) => !self.holds(inner, draws),
            Condition::And(a, b) => self.holds(a, draws) && self.holds(b, draws),
            Condition::Or(a, b) => self.holds(a, draws) || self.holds(b, draws),
        }
    }

    /// The rows and cases, each with the line that it stands on and with what reaches it, given the conditions' truths.
    fn written(&self) -> (String, Vec<Row>) {
        let mut text = format!("{HEAD}derive:\n  d: \"{{{{ {} }}}}\"\n", self.text(&self.d));
        let mut rows = Vec::new();
        let mut number = 0;
        let mut list = |text: &mut String, indent: &str, conditions: &[Condition], before: &[usize], turn: bool| {
            let mut earlier = Vec::new();
            for condition in conditions {
                writeln!(text, "{indent}- {{when: \"{}\", give: 1}}", self.text(condition)).unwrap();
                let but = if turn { earlier.clone() } else { Vec::new() };
                rows.push(Row { line: text.lines().count(), around: before.to_vec(), holds: vec![number], but });
                earlier.push(number);
                number += 1;
            }
            if turn {
                writeln!(text, "{indent}- {{give: 0}}").unwrap();
                rows.push(Row { line: text.lines().count(), around: before.to_vec(), holds: vec![], but: earlier });
            }
        };
        text += "  one:\n    first:\n";
        list(&mut text, "      ", &self.first, &[], true);
        text += "  all:\n    collect:\n";
        list(&mut text, "      ", &self.collect, &[], false);
        text += "  chosen:\n";
        let [yes, no] = self.cases.each_ref().map(|condition| self.text(condition));
        writeln!(
            text,
            "    given: \"'yes' if {yes} else ('no' if {no} else 'other')\"\n    cases:\n      'yes':\n        first:"
        )
        .unwrap();
        let line = text.lines().count() - 1;
        let yes = self.first.len() + self.collect.len() + self.inner.len();
        list(&mut text, "          ", &self.inner, &[yes], true);
        writeln!(text, "      'no': 1\n    else: 2").unwrap();
        rows.push(Row { line, around: vec![], holds: vec![yes], but: vec![] });
        rows.push(Row { line: text.lines().count() - 1, around: vec![], holds: vec![yes + 1], but: vec![yes] });
        text += "record: {input: \"{{ context }}\", of: [\"{{ one }}\", \"{{ all }}\", \"{{ chosen }}\"]}\n";
        (text, rows)
    }

    /// Every condition, in the order in which [`Row`]s number them.
    fn conditions(&self) -> Vec<&Condition> {
        self.first.iter().chain(&self.collect).chain(&self.inner).chain(&self.cases).collect()
    }
}

/// A row or case.
#[derive(Debug)]
struct Row {
    line: usize,
    /// Its place is reached where these conditions hold.
    around: Vec<usize>,
    /// It applies there where these hold, too.
    holds: Vec<usize>,
    /// And none of these.
    but: Vec<usize>,
}

impl Row {
    /// Whether nothing reaches it although something reaches its place: what is inside of such a row is not told again.
    fn unreachable(&self, truths: &BTreeSet<Vec<bool>>) -> bool {
        let mut there = truths.iter().filter(|one| self.around.iter().all(|at| one[*at])).peekable();
        let reached = |one: &Vec<bool>| self.holds.iter().all(|at| one[*at]) && !self.but.iter().any(|at| one[*at]);
        there.peek().is_some() && !there.any(reached)
    }
}

const HEAD: &str = "dictum: 1\ndataset: small\nsize: 10\ncontext:\n  w: [a, b, c]\n  v: [x, z]\n  b: {bool: 0.5}\n  n: {int: 0..4}\n  f: {pick: {0.1: 1, 0.5: 1, 0.9: 1}}\n  m: {int: 1..1000, scale: log}\n  s: {sample: [p, q], count: 0..2}\nscenarios:\n  one: {}\n  two: {context: {w: [a], n: {int: 2..3}}}\n";

/// Every combination of draws, as far as the atoms tell them apart.
fn combinations() -> Vec<Draws> {
    let mut all = Vec::new();
    for second in [false, true] {
        let (words, numbers) = if second { (vec!['a'], 2..=3) } else { (vec!['a', 'b', 'c'], 0..=4) };
        for (w, n) in words.iter().flat_map(|w| numbers.clone().map(move |n| (*w, n))) {
            for bits in 0..16_u8 {
                let bit = |at: u8| bits >> at & 1 == 1;
                let v = if bit(0) { 'x' } else { 'z' };
                for (f, m) in [0.1, 0.5, 0.9].into_iter().flat_map(|f| [1, 200, 450, 900].map(|m| (f, m))) {
                    all.push(Draws { second, w, v, b: bit(1), n, f, m, s: [bit(2), bit(3)] });
                }
            }
        }
    }
    all
}

/// The lines that are reported as unreachable; `None` where something else is wrong.
fn reported(text: &str) -> Option<BTreeSet<usize>> {
    let Err(wrong) = compile(&world([("scenarios/small.yaml", text)]), "small.yaml") else { return Some(BTreeSet::new()) };
    let mut lines = BTreeSet::new();
    for error in wrong.split("error[").skip(1) {
        let place = error.strip_prefix("unreachable]")?.split("small.yaml:").nth(1)?;
        lines.insert(place.split(':').next()?.parse().ok()?);
    }
    Some(lines)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn what_is_called_unreachable_is_just_what_nothing_reaches(spec in specs()) {
        let (text, rows) = spec.written();
        let conditions = spec.conditions();
        let truths: BTreeSet<Vec<bool>> =
            combinations().iter().map(|draws| conditions.iter().map(|one| spec.holds(one, draws)).collect()).collect();
        let wanted = rows.iter().filter(|row| row.unreachable(&truths)).map(|row| row.line).collect();
        prop_assert_eq!(reported(&text), Some(wanted), "{}", text);

        let mut text = format!("{HEAD}derive:\n  d: \"{{{{ {} }}}}\"\n", spec.text(&spec.d));
        for (at, one) in conditions.iter().enumerate() {
            writeln!(text, "  c{at}: \"{{{{ {} }}}}\"", spec.text(one)).unwrap();
        }
        text += "record: {input: \"{{ context }}\"}\n";
        let checked = compile(&world([("scenarios/small.yaml", text)]), "small.yaml").unwrap();
        for record in names(&checked, 3, &(0..200).collect::<Vec<_>>()) {
            let seen: Vec<bool> = (0..conditions.len()).map(|at| record[&format!("c{at}")] == "true").collect();
            prop_assert!(truths.contains(&seen), "{record:?}");
        }
    }
}
