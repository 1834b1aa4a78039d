//! The places of a record that must carry the constitutional hash.

use crate::data::Type;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::spec::Spec;

/// Reports places of the constitution that the record does not have.
pub(super) fn check(spec: &Spec, record: &Type, diagnostics: &mut Diagnostics) {
    let (Some(constitution), Some((span, _))) = (&spec.constitution, &spec.record) else { return };
    if record.is_any() {
        return;
    }
    for (place, declared) in &constitution.places {
        let found = place.split('.').try_fold(record.clone(), |ty, part| ty.field(part).map(|field| field.ty));
        if found.is_none() {
            let message = format!("the record has no `{place}`, where the constitution wants its hash");
            diagnostics.push(
                Diagnostic::error(codes::PLACE_UNKNOWN, *span, message)
                    .label(*declared, "wanted here")
                    .hint("write `constitutional_hash: \"{{ constitution.hash }}\"` there"),
            );
        }
    }
}
