//! `dictum`: a declarative, template-driven data compiler.
//!
//! YAML scenario specs in, verified and reproducible datasets out. `pipeline` is the product; everything above it in this
//! list is what it stands on, everything below is a door to it. A module uses only modules declared above it.

pub mod source;
pub mod diag;
pub mod digest;
pub mod random;
pub mod ordered;
pub mod world;
pub mod data;
pub mod record;
pub mod json;
pub mod library;
pub mod engine;
pub mod program;
pub mod form;
pub mod spec;
pub mod pipeline;
pub mod build;
pub mod validate;
pub mod explain;
pub mod schema;
pub mod editor;
pub mod watch;
pub mod lsp;
pub mod starter;
pub mod cli;
