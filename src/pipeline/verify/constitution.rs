//! The constitutional hash, at every place that must carry it.

use crate::diag::{Diagnostic, RecordPlace, codes};
use crate::pipeline::check::Checked;
use crate::record::Node;

/// Reports places without the hash, or with another one.
pub(super) fn check(checked: &Checked, root: Node<'_>, place: &dyn Fn(&str) -> RecordPlace, wrong: &mut Vec<Diagnostic>) {
    let Some(constitution) = &checked.spec.constitution else { return };
    for (path, span) in &constitution.places {
        let found = root.at(path).and_then(Node::as_text);
        if found == Some(constitution.hash.as_str()) {
            continue;
        }
        let message = match found {
            Some(other) => format!("`{path}` carries `{other}`, not the constitutional hash `{}`", constitution.hash),
            None => format!("`{path}` does not carry the constitutional hash `{}`", constitution.hash),
        };
        let field = super::field_span(checked, path).unwrap_or(*span);
        wrong.push(Diagnostic::error(codes::HASH_MISSING, field, message).label(*span, "wanted here").in_record(place(path)));
    }
}
