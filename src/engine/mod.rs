//! The languages that dictum reads, one file (or folder) each, and the only doors to the crates that read them.

pub mod csv;
pub mod json_schema;
pub mod yaml;
pub mod jinja;
pub mod rego;
