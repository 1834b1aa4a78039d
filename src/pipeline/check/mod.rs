//! check: [`Spec`] to [`Checked`], a program that can be run.
//!
//! Names, kinds, vocabularies, dependencies, templates, schemas and labels are checked here, all at once; the worked examples
//! of the spec are run, and the JSON Schema of the record is inferred from its forms. What passes can still fail for a single
//! record (a division by zero), but not for a slip in a name.

mod examples;
mod expectations;
mod labels;
pub mod pilot;
mod places;
mod planned;
mod policies;
mod rules;
mod settling;
mod tabulate;
mod unused;
mod used;
mod views;
mod world;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::data::{Text, Type};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::engine::jinja::{self, Engine};
use crate::engine::json_schema::{Schema, SchemaError, inferred};
use crate::program::{Functions, Known, Lower, Notes, Section, Shared, Slot, TemplateText};
use crate::random::Key;
use crate::source::Sources;
use crate::spec::Spec;

pub use expectations::{Counted, Expectation, Shares};
pub use labels::{Held, Rederivation, Target};
pub use planned::Planned;
pub use policies::{HeldPolicy, RuleRow};
pub use rules::Rule;
pub use settling::{Aimed, Labels, Required, Settling, Unmet, remedies};
pub use used::UsedDataset;
pub use views::{Shape, View};

/// A spec that was found sound, lowered into a program.
pub struct Checked {
    /// The spec as it was loaded.
    pub spec: Spec,
    /// Every slot; the last holds the record.
    pub slots: Vec<Slot>,
    /// The address path of every draw, by number.
    pub keys: Vec<Vec<Text>>,
    /// Templates with statements.
    pub engine: Engine,
    /// Every callable function.
    pub functions: Functions,
    /// Every template, to tell where a rendered text came from.
    pub texts: Vec<TemplateText>,
    /// What is known of each slot.
    pub known: Vec<Known>,
    /// What is known of the record.
    pub record: Type,
    /// The causes of each leaf of the record, by path.
    pub leaves: Vec<(Text, BTreeSet<Text>)>,
    /// The datasets that it uses.
    pub used: Vec<UsedDataset>,
    /// What must hold for every record.
    pub rules: Vec<Rule>,
    /// What must hold for the whole dataset.
    pub expectations: Vec<Expectation>,
    /// The other shapes of the same records.
    pub views: Vec<View>,
    /// What records are drawn anew for.
    pub settling: Settling,
    /// How targets are derived again from an emitted input.
    pub rederivation: Rederivation,
    /// The policies whose modules the record holds.
    pub policies: Vec<HeldPolicy>,
    /// The rows of Rego that records can reach.
    pub rule_rows: Vec<RuleRow>,
    /// The slots of `context`.
    pub context: Vec<usize>,
    /// The JSON Schema that was inferred from the record, as text.
    pub inferred: String,
    /// What every record must pass: the schema file that the spec names, else the inferred schema.
    pub schema: Schema,
}

impl Checked {
    /// The slot that holds the record.
    #[must_use]
    pub fn record_slot(&self) -> usize {
        self.slots.len().saturating_sub(1)
    }

    /// First part of every address.
    #[must_use]
    pub fn address(&self) -> &Text {
        self.spec.stream.as_ref().unwrap_or(&self.spec.name)
    }

    /// The key of every draw under a seed, by number.
    #[must_use]
    pub fn keys(&self, seed: u64) -> Vec<Key> {
        self.keys.iter().map(|path| Key::new(seed, path.iter().map(Text::as_str))).collect()
    }

    /// What all records share under these keys; `plain` evaluates everything by the template engine itself.
    #[must_use]
    pub fn shared<'p>(&'p self, keys: &'p [Key], plain: bool) -> Shared<'p> {
        Shared {
            slots: &self.slots,
            keys,
            paths: &self.keys,
            engine: &self.engine,
            functions: &self.functions,
            texts: &self.texts,
            plain,
            seed: 0,
        }
    }

    /// The name of a scenario; empty where the spec has none.
    #[must_use]
    pub fn scenario(&self, at: usize) -> &str {
        self.spec.scenarios.get(at).map_or("", |scenario| scenario.name.as_str())
    }
}

/// Checks and lowers a spec; `None` where there is an error in it. `whole` says that loading found none: all that can be
/// checked in the rest is checked even so.
pub fn check(spec: Spec, whole: bool, sources: &Sources, diagnostics: &mut Diagnostics) -> Option<Checked> {
    check_noting(spec, whole, sources, diagnostics, None)
}

/// The same; `notes` learns what the names of the spec mean, as far as they mean anything, whether or not it is sound.
pub fn check_noting(
    mut spec: Spec,
    whole: bool,
    sources: &Sources,
    diagnostics: &mut Diagnostics,
    notes: Option<&mut Notes>,
) -> Option<Checked> {
    let before = diagnostics.counts().0;
    let used = used::check(&mut spec, sources, diagnostics);
    let schema = spec.schema.and_then(|source| Schema::compile(source, sources, diagnostics));
    let (lowering, rules, expectations, views, settling, rederivation, leaves) = {
        let world = world::of(&spec, used::offered(&used));
        let mut cx = Lower::new(&world);
        if notes.is_some() {
            cx.noting();
        }
        cx.everything();
        let rules = rules::checks(&spec, &mut cx);
        let expectations = expectations::lower(&spec, &mut cx);
        let settling = settling::lower(&spec, &mut cx);
        let rederivation = labels::check(&spec, &used, &mut cx);
        examples::names(&spec, &mut cx);
        let views = views::lower(&spec, &mut cx);
        let leaves = cx.record_leaves();
        (cx.finish(), rules, expectations, views, settling, rederivation, leaves)
    };
    if let (Some(notes), Some(noted)) = (notes, lowering.notes) {
        *notes = *noted;
    }
    // Something may look idle or unread only because its reader was refused.
    let idle = |one: &Diagnostic| one.code == codes::UNUSED;
    let (idle, wrong): (Vec<_>, Vec<_>) = lowering.diagnostics.into_iter().partition(idle);
    diagnostics.append(wrong.into_iter().collect());
    places::check(&spec, &lowering.record, diagnostics);
    policies::reads(&spec, diagnostics);
    let mut rule_rows = Vec::new();
    if whole && diagnostics.counts().0 == before {
        diagnostics.append(idle.into_iter().collect());
        unused::check(&spec, &lowering.used, diagnostics);
        used::unread(&used, &lowering.used, diagnostics);
        unused::locals(&lowering.unread, diagnostics);
        rule_rows = policies::rows(&spec, &lowering.rules, diagnostics);
    }
    let functions: Arc<dyn jinja::Functions> = Arc::new(lowering.functions.clone());
    let mut engine = Engine::new(&functions);
    for (name, source) in lowering.templates {
        if let Err(reason) = engine.add(name, &source) {
            diagnostics.push(Diagnostic::error(codes::EXPRESSION_SYNTAX, spec.name_span, reason));
        }
    }
    if !whole || diagnostics.counts().0 > before {
        return None;
    }
    let inferred = inferred(&spec.name, &lowering.record);
    let schema = schema.map_or_else(|| Schema::compile_text(&inferred), Ok);
    let schema = schema.map_err(|error| diagnostics.push(unusable(&spec, &error))).ok()?;
    let views = views::finish(&spec.name, views, diagnostics);
    let entries = spec.entries.values().enumerate();
    let context = entries.filter(|(_, entry)| entry.section == Section::Context).map(|(at, _)| at).collect();
    let policies = policies::held(&spec);
    let checked = Checked {
        spec,
        slots: lowering.slots,
        keys: lowering.keys,
        engine,
        functions: lowering.functions,
        texts: lowering.texts,
        known: lowering.known,
        record: lowering.record,
        leaves,
        used: used.into_iter().filter_map(|one| Some(UsedDataset { stem: one.stem, checked: one.checked? })).collect(),
        rules,
        expectations,
        views,
        settling,
        rederivation,
        policies,
        rule_rows,
        context,
        inferred,
        schema,
    };
    tabulate::check(&checked, &lowering.sites, diagnostics);
    examples::run(&checked, diagnostics);
    (diagnostics.counts().0 == before).then_some(checked)
}

/// An inferred schema that the validator does not take.
fn unusable(spec: &Spec, error: &SchemaError) -> Diagnostic {
    Diagnostic::error(
        codes::SCHEMA_INVALID,
        spec.name_span,
        format!("no schema can be inferred from the record: {}", error.reason),
    )
    .hint("write one, and name it with `schema:`")
}
