//! Numbers that every format can carry.

use crate::diag::{Diagnostic, RecordPlace, codes};
use crate::program::Form;
use crate::record::{Node, View};

/// Reports integers beyond 64 bits and floats that are not finite.
pub(super) fn check(form: Option<&dyn Form>, root: Node<'_>, place: &dyn Fn(&str) -> RecordPlace, wrong: &mut Vec<Diagnostic>) {
    let mut path = Vec::new();
    walk(root, &mut path, &mut |path, code, message| {
        let path = path.join(".");
        let diagnostic = match form.map(|form| super::span_in(form, &path)) {
            Some(span) => Diagnostic::error(code, span, message),
            None => Diagnostic::unplaced(code, message),
        };
        wrong.push(diagnostic.in_record(place(&path)));
    });
}

fn walk<'a>(node: Node<'a>, path: &mut Vec<&'a str>, report: &mut impl FnMut(&[&str], crate::diag::Code, String)) {
    match node.view() {
        View::Int(number) if number < i128::from(i64::MIN) || number > i128::from(u64::MAX) => {
            report(path, codes::EVALUATION, format!("the integer {number} does not fit 64 bits"));
        }
        View::Float(number) if !number.is_finite() => {
            report(path, codes::NOT_FINITE, "a number that is not finite".to_owned());
        }
        View::List(items) => items.iter().for_each(|item| walk(item, path, report)),
        View::Map(entries) => {
            for (key, value) in entries.iter() {
                path.push(key);
                walk(value, path, report);
                path.pop();
            }
        }
        _ => {}
    }
}
