//! Renderers of diagnostics, one file a form.
