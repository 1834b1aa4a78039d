//! What nothing reads: an option that does nothing is a mistake.

use std::collections::BTreeSet;

use crate::data::Text;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::program::{Section, Unread};
use crate::spec::Spec;

/// Reports names of a `let` and arguments that nothing reads, in modules, too: nobody else could read them.
pub(super) fn locals(unread: &[Unread], diagnostics: &mut Diagnostics) {
    for one in unread {
        let what = if one.argument { "argument" } else { "local name" };
        let message = format!("nothing reads the {what} `{}`", one.name);
        diagnostics.push(Diagnostic::error(codes::UNUSED, one.span, message).hint("remove it, or read it"));
    }
}

/// Reports facts, parameters, draws, derivations and wording of the dataset's own file that nothing reads. What a module offers may be left
/// unread.
pub(super) fn check(spec: &Spec, used: &BTreeSet<Text>, diagnostics: &mut Diagnostics) {
    for (name, fact) in &spec.facts {
        if fact.own && !used.contains(name) {
            let message = format!("nothing reads the fact `{name}`");
            diagnostics.push(Diagnostic::error(codes::UNUSED, fact.span, message).hint("remove it, or read it"));
        }
    }
    for (name, table) in
        spec.tables.iter().filter(|(name, _)| spec.facts.get(*name).is_some_and(|fact| fact.own && used.contains(*name)))
    {
        for (column, at) in &table.columns {
            if at.ty.is_none() && !used.contains(format!("{name}.{column}").as_str()) {
                let message = format!("nothing reads the column `{column}` of `{name}`");
                let hint = format!("read it with `given: …, cases: {name}, column: {column}`, or remove it");
                diagnostics.push(Diagnostic::error(codes::UNUSED, at.span, message).hint(hint));
            }
        }
    }
    for (name, param) in &spec.params {
        if param.own && !used.contains(format!("params.{name}").as_str()) {
            let message = format!("nothing reads the parameter `{name}`");
            let hint = format!("remove it, or read it: `params.{name}`");
            diagnostics.push(Diagnostic::error(codes::UNUSED, param.span, message).hint(hint));
        }
    }
    for (name, function) in &spec.functions {
        if function.own && !used.contains(name) {
            diagnostics.push(Diagnostic::warning(codes::UNUSED, function.span, format!("nothing calls `{name}`")));
        }
    }
    for (name, entry) in &spec.entries {
        if !entry.own || used.contains(name) {
            continue;
        }
        let message = format!("nothing reads `{name}`");
        diagnostics.push(match entry.section {
            Section::Derive => Diagnostic::warning(codes::UNUSED, entry.span, message),
            Section::Context => Diagnostic::error(codes::UNUSED, entry.span, message)
                .hint("context goes into the record: `context: \"{{ context }}\"` under `input`"),
            Section::Draw | Section::Say => Diagnostic::error(codes::UNUSED, entry.span, message).hint("remove it, or read it"),
        });
    }
}
