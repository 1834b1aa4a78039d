//! The formats of a dataset: an encoder each, or why its records have no form in one.
//!
//! In: a program and formats. Out: encoders. A record shape that a format cannot hold is a mistake where that format was asked
//! for, and a warning where nothing is built.

use super::datasets::Selected;
use crate::diag::{Diagnostic, Diagnostics, Severity, codes};
use crate::pipeline::check::{Checked, View};
use crate::pipeline::emit::output::Target;
use crate::pipeline::emit::{FORMATS, Format, Head};

/// An encoder a format; those that cannot hold the records are errors.
pub(super) fn prepare(selected: &Selected, formats: &[&'static dyn Format], diagnostics: &mut Diagnostics) -> Vec<Target> {
    let targets = formats.iter().map(|format| target(&selected.checked, selected.view(), *format, Severity::Error));
    targets.filter_map(|target| target.map_err(|misfit| diagnostics.push(*misfit)).ok()).collect()
}

/// Warns of every format that a build in all formats would refuse.
pub fn warn_unfit(checked: &Checked, diagnostics: &mut Diagnostics) {
    let views = || std::iter::once(None).chain(checked.views.iter().map(Some));
    let pairs = views().flat_map(|view| FORMATS.iter().map(move |format| (view, *format)));
    let targets = pairs.map(|(view, format)| target(checked, view, format, Severity::Warning));
    targets.filter_map(Result::err).for_each(|misfit| diagnostics.push(*misfit));
}

fn target(
    checked: &Checked,
    view: Option<&View>,
    format: &'static dyn Format,
    severity: Severity,
) -> Result<Target, Box<Diagnostic>> {
    let spec = &checked.spec;
    let shape = checked.shape(view);
    let head = Head {
        dataset: &spec.name,
        title: spec.title.as_deref(),
        constitutional_hash: spec.constitution.as_ref().map(|constitution| constitution.hash.as_str()),
        record: shape.ty,
    };
    match format.encoder(&head) {
        Ok(encoder) => Ok(Target { format, encoder }),
        Err(error) => {
            let misfit = Diagnostic { severity, ..Diagnostic::error(codes::NOT_COLUMNAR, shape.span, error.to_string()) };
            Err(Box::new(misfit.hint("leave the format out with `--format`, or give the record a fixed shape")))
        }
    }
}
