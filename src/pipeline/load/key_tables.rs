//! All tables of keys that stand inside sections, in one list.
//!
//! What must hold: a section that takes keys of its own has its table here. The editor schema, the reference and the test that
//! every key has an example walk this list, so a table that is missing here is missing there.

use super::aims::REQUIREMENT_KEYS;
use super::checks::{CHECK_KEYS, EXAMPLE_KEYS};
use super::columns::COLUMN_KEYS;
use super::expectations::EXPECTATION_KEYS;
use super::functions::FUNCTION_KEYS;
use super::params::PARAM_KEYS;
use super::profiles::PROFILE_KEYS;
use super::sections::{CONSTITUTION_KEYS, SCENARIO_KEYS};
use super::tables::TABLE_KEYS;
use super::views::VIEW_KEYS;
use crate::form::Key;

/// The keys of one kind of entry.
#[derive(Debug)]
pub struct KeyTable {
    /// The name of its definition in the editor schema.
    pub definition: &'static str,
    /// What it is, as a heading of the reference.
    pub title: &'static str,
    /// Its keys.
    pub keys: &'static [Key],
}

/// Every table.
pub const KEY_TABLES: &[KeyTable] = &[
    KeyTable { definition: "table", title: "A fact that is a table", keys: TABLE_KEYS },
    KeyTable { definition: "column", title: "A column of a table, where it is a map", keys: COLUMN_KEYS },
    KeyTable { definition: "constitution", title: "A constitution", keys: CONSTITUTION_KEYS },
    KeyTable { definition: "scenario", title: "A scenario", keys: SCENARIO_KEYS },
    KeyTable { definition: "param", title: "A parameter", keys: PARAM_KEYS },
    KeyTable { definition: "profile", title: "A profile", keys: PROFILE_KEYS },
    KeyTable { definition: "requirement", title: "A requirement", keys: REQUIREMENT_KEYS },
    KeyTable { definition: "check", title: "A check", keys: CHECK_KEYS },
    KeyTable { definition: "example", title: "An example", keys: EXAMPLE_KEYS },
    KeyTable { definition: "expectation", title: "An expectation", keys: EXPECTATION_KEYS },
    KeyTable { definition: "view", title: "A view", keys: VIEW_KEYS },
    KeyTable { definition: "function", title: "A function, beside its form", keys: FUNCTION_KEYS },
];
