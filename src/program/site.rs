//! Sites: the conditions and cases that decide what a record says.
//!
//! In: what forms report while they are lowered. Out: [`Sites`], every such place with the parts of its condition, lowered on
//! their own, so that they can be tried on each combination of what they read. What must hold: a part says no more than the
//! condition it is of, and a part that cannot stand alone (it reads a local name) is left out and missed nowhere.

use std::collections::{BTreeMap, BTreeSet};

use super::lower::{Lower, Purpose};
use super::reading::{Reading, Readings};
use super::{Code, ExprText, Lowered, Op, Section, guards};
use crate::data::{Text, Type, Value};
use crate::diag::{Diagnostic, codes};
use crate::engine::jinja::tree::{Expr, ExprKind, Logic};
use crate::source::Span;

/// More conditions around a site than these are not remembered.
const MOST_ASSUMED: usize = 64;

/// What an expression must come to.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Something true.
    Yes,
    /// Something false.
    No,
    /// This value.
    Equal(Value),
}

/// An expression and what it must come to.
#[derive(Clone)]
pub(super) struct Asked {
    expr: ExprText,
    answer: Answer,
}

/// What a site is.
pub enum Kind {
    /// A condition.
    Decides {
        /// The message where it is never true.
        never: &'static str,
        /// Whether one that is always true is worth a word.
        pointless: bool,
    },
    /// A case, as it is written, and the place of the expression that chooses.
    Case(Text, Span),
    /// Rows of which the first that applies is taken.
    InTurn,
}

/// A site as a form reports it.
pub(super) struct Reported {
    kind: Kind,
    live: Vec<bool>,
    assumed: Vec<Asked>,
    rows: Vec<(Span, Option<Asked>)>,
}

/// What can be tried, as it is reported.
#[derive(Default)]
pub(super) struct Reports {
    /// The sites of what is being lowered.
    pub(super) open: Vec<Reported>,
    /// Those of what is lowered for good.
    closed: Vec<Reported>,
    drawn: BTreeMap<(usize, Option<usize>), DrawnForm>,
    differing: BTreeSet<usize>,
}

impl Reports {
    /// Keeps the sites of something that is lowered, and goes back to those around it.
    pub(super) fn close(&mut self, around: Vec<Reported>) {
        let own = std::mem::replace(&mut self.open, around);
        self.closed.extend(own);
    }
}

/// A site, lowered.
pub struct Site {
    /// What it is.
    pub kind: Kind,
    /// The scenarios in which it can be reached.
    pub live: Vec<bool>,
    /// What holds wherever it is reached, as far as that is known.
    pub assumed: Vec<Term>,
    /// Its rows; a condition and a case have one.
    pub rows: Vec<SiteRow>,
}

/// A row of a site: it applies where all its terms come out as they must.
pub struct SiteRow {
    /// The place to mend.
    pub span: Span,
    /// Where it asks; `None` where it always applies.
    pub when: Option<Span>,
    /// The terms.
    pub terms: Vec<Term>,
    /// Whether these are all.
    pub whole: bool,
}

/// A part of a condition, and what it must come to.
pub struct Term {
    /// The part.
    pub probe: Probe,
    /// What it must come to.
    pub answer: Answer,
}

/// Something to evaluate at the outermost place of a record, with everything that it depends on.
pub struct Probe {
    /// The operation.
    pub code: Code,
    /// The draws and reserved causes that it reads, itself or through others.
    pub causes: BTreeSet<Text>,
    /// The slots that it reads, itself or through others.
    pub reads: BTreeSet<usize>,
    /// How it reads the draws.
    pub readings: Readings,
}

/// What is known of a draw in one of its forms.
pub struct DrawnForm {
    /// The type of its values.
    pub ty: Type,
    /// Whether it may be absent.
    pub optional: bool,
}

/// A derived name.
pub struct Derived {
    /// Its slot.
    pub at: usize,
    /// The name.
    pub probe: Probe,
    /// What is known of its value.
    pub ty: Type,
}

/// Everything of a spec that can be tried out before any record is made.
#[derive(Default)]
pub struct Sites {
    /// The sites in the order in which they were lowered.
    pub sites: Vec<Site>,
    /// The derived names.
    pub derived: Vec<Derived>,
    /// The draws: by slot, and by the scenario that replaces the base form.
    pub drawn: BTreeMap<(usize, Option<usize>), DrawnForm>,
    /// The slots that are something else in another world.
    pub differing: BTreeSet<usize>,
}

/// A condition, lowered.
pub struct Decided {
    /// The condition.
    pub op: Box<dyn Op>,
    /// Whether it (can hold, can fail).
    pub truths: (bool, bool),
    /// Whether it asks for presence, so that what it guards may read names that are not always there.
    pub guards: bool,
}

impl Lower<'_> {
    /// Lowers a condition on which something comes about. One that is never true is an error with the message `never`, one
    /// that is always true deserves a warning.
    pub fn decides(&mut self, when: &ExprText, never: &'static str) -> Decided {
        self.asks(when, Kind::Decides { never, pointless: true })
    }

    /// Lowers a condition that every record must meet. One that is never true is an error with the message `never`.
    pub fn demands(&mut self, that: &ExprText, never: &'static str) -> Decided {
        self.asks(that, Kind::Decides { never, pointless: false })
    }

    fn asks(&mut self, expr: &ExprText, kind: Kind) -> Decided {
        let (op, ty, parsed) = expr.lower(self);
        let truths = if ty.is_never() { (true, true) } else { ty.truths() };
        if let (false, Kind::Decides { never, .. }) = (truths.0, &kind) {
            self.report(Diagnostic::error(codes::UNREACHABLE, expr.span(), *never));
        }
        self.site(kind, vec![(expr.span(), Some(Asked { expr: expr.clone(), answer: Answer::Yes }))]);
        Decided { op, truths, guards: parsed.as_ref().is_some_and(guards) }
    }

    /// Reports rows of which the first that applies is taken: their places and conditions.
    pub fn in_turn<'r>(&mut self, rows: impl IntoIterator<Item = (Span, Option<&'r ExprText>)>) {
        let asked = |expr: &ExprText| Asked { expr: expr.clone(), answer: Answer::Yes };
        let rows = rows.into_iter().map(|(span, when)| (span, when.map(asked))).collect();
        self.site(Kind::InTurn, rows);
    }

    /// Reports a case of a choice by `of`: its place, its value, and how it is written.
    pub fn case(&mut self, of: &ExprText, span: Span, value: &Value, shown: &Text) {
        let asked = Asked { expr: of.clone(), answer: Answer::Equal(value.clone()) };
        self.site(Kind::Case(shown.clone(), of.span()), vec![(span, Some(asked))]);
    }

    fn site(&mut self, kind: Kind, rows: Vec<(Span, Option<Asked>)>) {
        // What a function is called with is not known.
        if !self.behind_barrier() {
            let (live, assumed) = (self.place.live.clone(), self.place.assumed.clone());
            self.sites.open.push(Reported { kind, live, assumed, rows });
        }
    }

    /// Notes what holds wherever that which is lowered next is reached.
    pub fn assume(&mut self, expr: &ExprText, answer: Answer) {
        if self.place.assumed.len() < MOST_ASSUMED {
            self.place.assumed.push(Asked { expr: expr.clone(), answer });
        }
    }

    /// How many assumptions hold here.
    #[must_use]
    pub fn assumed(&self) -> usize {
        self.place.assumed.len()
    }

    /// Ends all assumptions but so many.
    pub fn forget(&mut self, but: usize) {
        self.place.assumed.truncate(but);
    }

    /// Everything that can be tried, when all else is lowered.
    pub(super) fn all_sites(&mut self) -> Sites {
        self.sites.close(Vec::new());
        let Reports { closed, drawn, differing, .. } = std::mem::take(&mut self.sites);
        let sites = closed.into_iter().map(|one| self.lowered_site(one)).collect();
        Sites { sites, derived: self.derived(), drawn, differing }
    }

    fn lowered_site(&mut self, reported: Reported) -> Site {
        let assumed = reported.assumed.iter().flat_map(|asked| self.terms(asked).0).collect();
        let row = |(span, asked): (Span, Option<Asked>)| {
            let (terms, whole) = asked.as_ref().map_or((Vec::new(), true), |asked| self.terms(asked));
            SiteRow { span, when: asked.map(|asked| asked.expr.span()), terms, whole }
        };
        let rows = reported.rows.into_iter().map(row).collect();
        Site { kind: reported.kind, live: reported.live, assumed, rows }
    }

    /// The terms that must all come out for an expression to come to its answer, and whether they are enough.
    fn terms(&mut self, asked: &Asked) -> (Vec<Term>, bool) {
        let Ok(expr) = asked.expr.parse() else { return (Vec::new(), false) };
        let mut parts = Vec::new();
        split(&expr, &asked.answer, &mut parts);
        let all = parts.len();
        let terms: Vec<Term> =
            parts.into_iter().filter_map(|(part, answer)| Some(Term { probe: self.probe(part)?, answer })).collect();
        let whole = terms.len() == all;
        (terms, whole)
    }

    /// An expression lowered at the outermost place; `None` where it reads what is not known there.
    fn probe(&mut self, expr: &Expr) -> Option<Probe> {
        let lower = |cx: &mut Self| {
            let mark = cx.mark();
            let (code, _) = cx.guarded(true, |cx| cx.expr(expr));
            let (causes, reads) = (std::mem::take(&mut cx.causes), std::mem::take(&mut cx.reads));
            let readings = std::mem::take(&mut cx.seen.here);
            let sound = cx.diagnostics.is_empty();
            cx.reset(mark);
            sound.then_some(Probe { code, causes, reads, readings })
        };
        self.apart(Purpose::Check, &[], lower).0
    }

    /// Notes that a slot is something else in another world: whatever its type allows, in any scenario.
    pub(super) fn note_differing(&mut self, at: usize) {
        self.sites.differing.insert(at);
    }

    /// Notes what is known of a draw in the form of a scenario, or in its base form.
    pub(super) fn note_drawn(&mut self, at: usize, scenario: Option<usize>, lowered: &Lowered) {
        if self.is_drawn(at) {
            self.sites.drawn.insert((at, scenario), DrawnForm { ty: lowered.ty.clone(), optional: lowered.optional });
        }
    }

    /// The derived names, as something to evaluate.
    fn derived(&mut self) -> Vec<Derived> {
        let world = self.world;
        let mut list = Vec::new();
        for (at, entry) in world.entries.values().enumerate().filter(|(_, entry)| entry.section == Section::Derive) {
            let Some(known) = self.entry(at) else { continue };
            let reads = known.reads.iter().copied().chain([at]).collect();
            let readings = self.seen.of.get(&at).cloned().unwrap_or_default();
            let code = Code::Slot(at, entry.name.clone(), entry.span);
            list.push(Derived { at, probe: Probe { code, causes: known.causes, reads, readings }, ty: known.ty });
        }
        list
    }
}

/// Takes apart what must come out so, part by part: both sides of an `and` that holds, both of an `or` that fails.
fn split<'e>(expr: &'e Expr, answer: &Answer, parts: &mut Vec<(&'e Expr, Answer)>) {
    match (&expr.kind, answer) {
        (ExprKind::Logic(Logic::And, left, right), Answer::Yes) | (ExprKind::Logic(Logic::Or, left, right), Answer::No) => {
            split(left, answer, parts);
            split(right, answer, parts);
        }
        (ExprKind::Not(inner), Answer::Yes) => split(inner, &Answer::No, parts),
        (ExprKind::Not(inner), Answer::No) => split(inner, &Answer::Yes, parts),
        _ => parts.push((expr, answer.clone())),
    }
}

impl Probe {
    /// How it reads a draw.
    #[must_use]
    pub fn reading(&self, at: usize) -> &Reading {
        self.readings.get(&at).unwrap_or(&Reading::Whole)
    }
}
