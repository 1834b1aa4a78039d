//! The places of a record that must carry the constitutional hash.

use crate::data::{Text, Type};
use crate::diag::{Diagnostic, Diagnostics, codes, nearest};
use crate::spec::Spec;

/// Reports places of the constitution that the record does not have.
pub(super) fn check(spec: &Spec, record: &Type, diagnostics: &mut Diagnostics) {
    let (Some(constitution), Some((span, _))) = (&spec.constitution, &spec.record) else { return };
    if record.is_any() {
        return;
    }
    for (place, declared) in &constitution.places {
        let Some((part, known)) = missing(place, record) else { continue };
        let message = format!("the record has no `{place}`, where the constitution wants its hash");
        let known = || known.iter().map(Text::as_str);
        diagnostics.push(match nearest(part, known()) {
            Some(near) => Diagnostic::error(codes::PLACE_UNKNOWN, *declared, message)
                .label(*span, "the record")
                .hint(format!("did you mean `{near}`?")),
            None => Diagnostic::error(codes::PLACE_UNKNOWN, *span, message)
                .label(*declared, "wanted here")
                .hint("write `constitutional_hash: \"{{ constitution.hash }}\"` there"),
        });
    }
}

/// The first part of a path that no record has, and what there is instead.
fn missing<'p>(path: &'p str, record: &Type) -> Option<(&'p str, Vec<Text>)> {
    let mut ty = record.clone();
    for part in path.split('.') {
        match ty.field(part) {
            Some(field) => ty = field.ty,
            None => return Some((part, ty.map.map(|fields| fields.known.keys().cloned().collect()).unwrap_or_default())),
        }
    }
    None
}
