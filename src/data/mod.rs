//! Values, how they are written, and what is known of them before there are any.
//!
//! [`Value`] is the one tree that the engine computes with, validates and encodes; [`Type`] is what `check` knows of a value
//! before any record exists (its kind, its vocabulary, its range, its fields).

mod absent;
pub mod distinct;
mod map;
mod paths;
pub mod number;
mod types;
mod value;

pub use absent::Absent;
pub use map::Map;
pub use types::{Field, Fields, IntRange, ListType, Type, Words};
pub use value::{List, Text, Value};
