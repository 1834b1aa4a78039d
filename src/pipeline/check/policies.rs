//! Policies: what their rules read, which rules records can reach, and where records hold a module and its tests.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::data::Text;
use crate::diag::{Diagnostic, Diagnostics, codes, quoted_list};
use crate::engine::rego::{Question, Version};
use crate::program::{Form, PolicyForm, ReadPath, Table, each_leaf};
use crate::source::Span;
use crate::spec::Spec;

/// A policy whose module stands in the record.
pub struct HeldPolicy {
    /// The path of the module in the record, in dots.
    pub module: String,
    /// The path of the outcomes of its tests; `None` where they are not emitted.
    pub tests: Option<String>,
    /// The rules that were asked for.
    pub rules: Vec<Text>,
    /// Those among them that a module need not define.
    pub optional: Vec<Text>,
    /// The version of Rego.
    pub version: Version,
    /// The scenarios whose records have it; `None` for all.
    pub scenarios: Option<Vec<usize>>,
    /// The slots of the module and of the policy, where the module is a name of the spec.
    pub slots: Option<(usize, usize)>,
}

impl HeldPolicy {
    /// What is asked of a module that stands in a record.
    #[must_use]
    pub fn question<'q>(&'q self, module: &'q str, plain: bool) -> Question<'q> {
        Question { module, version: self.version, rules: &self.rules, optional: &self.optional, fitting: false, plain }
    }
}

/// A row of Rego, and whether a record has used it.
pub struct RuleRow {
    /// The key of the row.
    pub key: Text,
    /// A cell of it.
    pub span: Span,
    tried: Arc<AtomicBool>,
}

impl RuleRow {
    /// Whether a record has used it since the spec was checked.
    #[must_use]
    pub fn is_tried(&self) -> bool {
        self.tried.load(Ordering::Relaxed)
    }
}

/// Every policy whose module the record holds as one whole `{{ name }}`.
pub(super) fn held(spec: &Spec) -> Vec<HeldPolicy> {
    let Some((_, record)) = &spec.record else { return Vec::new() };
    let mut leaves: BTreeMap<&str, String> = BTreeMap::new();
    each_leaf(&**record, "", &mut |path, leaf| {
        if let Some(name) = leaf.held() {
            leaves.entry(name).or_insert_with(|| path.to_owned());
        }
    });
    let mut found = Vec::new();
    for (at, (name, entry)) in spec.entries.iter().enumerate() {
        let mut add = |form: &dyn Form, scenarios: Option<Vec<usize>>| {
            let Some(policy) = form.policy() else { return };
            let Some(module) = leaves.get(policy.module) else { return };
            let tests = leaves.get(format!("{name}.tests").as_str()).filter(|_| policy.tests).cloned();
            let PolicyForm { rules, optional, version, .. } = policy;
            let slots = spec.entries.get_index_of(policy.module).map(|of| (of, at));
            found.push(HeldPolicy { module: module.clone(), tests, rules, optional, version, scenarios, slots });
        };
        let own: Vec<usize> = entry.overlays.iter().map(|(at, ..)| *at).collect();
        if let Some((_, form)) = &entry.base {
            let rest = (0..spec.scenarios.len()).filter(|at| !own.contains(at)).collect();
            add(&**form, (!own.is_empty()).then_some(rest));
        }
        for (at, _, form) in &entry.overlays {
            add(&**form, Some(vec![*at]));
        }
    }
    found
}

/// Reports paths that a rule reads and that its table of paths does not have.
pub(super) fn reads(spec: &Spec, diagnostics: &mut Diagnostics) {
    let of_files = spec.stems.values().flat_map(|stem| stem.tables.values());
    let mut seen: Vec<*const Table> = Vec::new();
    for table in spec.tables.values().chain(of_files) {
        if seen.contains(&Arc::as_ptr(table)) {
            continue;
        }
        seen.push(Arc::as_ptr(table));
        for read in &table.reads {
            diagnostics.extend(missing(spec, read));
        }
    }
}

fn missing(spec: &Spec, read: &ReadPath) -> Option<Diagnostic> {
    let (name, span) = &read.table;
    let found = match name.split_once('.') {
        Some((stem, inner)) => spec.stems.get(stem).and_then(|stem| stem.tables.get(inner)),
        None => spec.tables.get(name),
    };
    let Some(table) = found else {
        let diagnostic = Diagnostic::error(codes::UNDEFINED_NAME, *span, format!("there is no table `{name}` with rows by key"));
        return (!spec.incomplete).then(|| diagnostic.suggest(name, spec.tables.keys().map(Text::as_str)));
    };
    let Some(path) = &read.path else {
        let message = "this reads the input as a whole, or by a key that is computed";
        let diagnostic = Diagnostic::error(codes::POLICY_READS, read.span, message).label(*span, "the paths that there are");
        return Some(diagnostic.hint("name each path, so that it is known which facts the rule needs"));
    };
    if table.rows.contains_key(path) {
        return None;
    }
    let below: Vec<&str> = table.rows.keys().map(Text::as_str).filter(|key| key.starts_with(&format!("{path}."))).collect();
    let message = format!("nothing gives `input.{path}`: `{name}` has no row `{path}`");
    let diagnostic = Diagnostic::error(codes::POLICY_READS, read.span, message).label(*span, "the paths that there are");
    Some(if below.is_empty() {
        diagnostic.suggest(path, table.rows.keys().map(Text::as_str)).hint(format!("add a row `{path}` to `{name}`"))
    } else {
        diagnostic.hint(format!("read what is in it: {}", quoted_list(below.into_iter())))
    })
}

/// The rows of Rego that records can reach. Those that nothing can choose are reported: an error where the dataset's own file
/// has them, a warning in a module, whose rows other datasets may reach.
pub(super) fn rows(
    spec: &Spec,
    chosen: &BTreeMap<Text, BTreeMap<Text, Arc<AtomicBool>>>,
    diagnostics: &mut Diagnostics,
) -> Vec<RuleRow> {
    let mut rows = Vec::new();
    for (name, table) in &spec.tables {
        let here = |one: &Text| one == name || one.strip_suffix(name.as_str()).is_some_and(|stem| stem.ends_with('.'));
        let chosen: Vec<_> = chosen.iter().filter(|(one, _)| here(one)).map(|(_, keys)| keys).collect();
        if chosen.is_empty() {
            continue;
        }
        let own = spec.facts.get(name).is_some_and(|fact| fact.own);
        for (key, cells) in &table.rows {
            let cell = cells.iter().find(|(column, _)| table.columns.get(*column).is_some_and(|column| column.rego));
            let Some(span) = cell.map(|(_, form)| form.span()) else { continue };
            match chosen.iter().find_map(|keys| keys.get(key)) {
                Some(tried) => rows.push(RuleRow { key: key.clone(), span, tried: Arc::clone(tried) }),
                None => {
                    let message = format!("no record can reach the rule `{key}`");
                    let diagnostic = if own {
                        Diagnostic::error(codes::UNREACHABLE, span, message)
                    } else {
                        Diagnostic::warning(codes::UNREACHABLE, span, message)
                    };
                    diagnostics.push(diagnostic.hint("nothing that chooses a row can give its key"));
                }
            }
        }
    }
    rows
}
