//! JSON Schema over borrowed records.
