//! The names of a spec, as lowering looks them up.

use indexmap::IndexMap;

use crate::data::{Text, Type};
use crate::program::{Dataset, Entry, Fact, FunctionEntry, Param, World};
use crate::spec::{Aim, Spec};

/// The scenarios of a spec; one nameless scenario where it has none.
pub(super) fn scenarios(spec: &Spec) -> Vec<Text> {
    if spec.scenarios.is_empty() {
        return vec![Text::default()];
    }
    spec.scenarios.iter().map(|scenario| scenario.name.clone()).collect()
}

/// Everything that the names of a spec refer to.
pub(super) fn of(spec: &Spec, datasets: IndexMap<Text, Dataset>) -> World<'_> {
    let entry = |(name, entry): (&Text, &'_ crate::spec::Entry)| Entry {
        name: name.clone(),
        span: entry.span,
        section: entry.section,
        own: entry.own,
        base: None,
        overlays: Vec::new(),
    };
    let mut world = World {
        address: spec.stream.clone().unwrap_or_else(|| spec.name.clone()),
        scenarios: scenarios(spec),
        entries: spec.entries.iter().map(|(name, one)| (name.clone(), entry((name, one)))).collect(),
        aims: spec.aims.iter().map(|(name, aim)| (name.clone(), planned(spec, aim))).collect(),
        facts: spec
            .facts
            .iter()
            .map(|(name, fact)| {
                (name.clone(), Fact { value: fact.value.clone(), ty: fact.ty.clone(), span: fact.span, own: fact.own })
            })
            .collect(),
        tables: &spec.tables,
        params: spec
            .params
            .iter()
            .map(|(name, param)| (name.clone(), Param { value: param.value.clone(), ty: param.of.ty(), span: param.span }))
            .collect(),
        stems: &spec.stems,
        datasets,
        functions: spec
            .functions
            .iter()
            .map(|(name, function)| {
                let params = function.params.as_slice();
                (name.clone(), FunctionEntry { name: name.clone(), span: function.span, params, body: &*function.body })
            })
            .collect(),
        record: spec.record.as_ref().map(|(_, form)| &**form),
        incomplete: spec.incomplete,
        refused: &spec.refused,
    };
    for (name, one) in &spec.entries {
        if let Some(entry) = world.entries.get_mut(name) {
            entry.base = one.base.as_ref().map(|(_, form)| &**form);
            entry.overlays = one.overlays.iter().map(|(at, _, form)| (*at, &**form)).collect();
        }
    }
    world
}

/// What the planned label of a name can be, scenario by scenario.
fn planned(spec: &Spec, aim: &Aim) -> Vec<Option<Type>> {
    let scenarios = spec.scenarios.len().max(1);
    let of = |scenario| aim.of(scenario).map(|one| Type::join_all(one.labels.iter().map(|(label, _)| Type::of(label))));
    (0..scenarios).map(of).collect()
}
