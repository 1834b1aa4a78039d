//! Figures of emitted records, read and held against those that are due.
//!
//! In: JSON values and pointers into them. Out: what stands there, or what is wrong, in words.

use std::fmt::Debug;

use serde_json::Value;

pub(crate) type Outcome<T> = Result<T, String>;

pub(crate) fn at<'a>(value: &'a Value, pointer: &str) -> Outcome<&'a Value> {
    value.pointer(pointer).ok_or_else(|| format!("{pointer} is missing"))
}

pub(crate) fn text<'a>(value: &'a Value, pointer: &str) -> Outcome<&'a str> {
    at(value, pointer)?.as_str().ok_or_else(|| format!("{pointer} is not text"))
}

pub(crate) fn texts<'a>(value: &'a Value, pointer: &str) -> Outcome<Vec<&'a str>> {
    let items = at(value, pointer)?.as_array().ok_or_else(|| format!("{pointer} is not a list"))?;
    items.iter().map(|item| item.as_str().ok_or_else(|| format!("{pointer} holds what is not text"))).collect()
}

pub(crate) fn whole(value: &Value, pointer: &str) -> Outcome<u64> {
    at(value, pointer)?.as_u64().ok_or_else(|| format!("{pointer} is not a natural number"))
}

pub(crate) fn number(value: &Value, pointer: &str) -> Outcome<f64> {
    at(value, pointer)?.as_f64().ok_or_else(|| format!("{pointer} is not a number"))
}

pub(crate) fn truth(value: &Value, pointer: &str) -> Outcome<bool> {
    at(value, pointer)?.as_bool().ok_or_else(|| format!("{pointer} is no boolean"))
}

pub(crate) fn same<T: PartialEq + Debug>(what: &str, found: &T, due: &T) -> Outcome<()> {
    if found == due { Ok(()) } else { Err(format!("{what} is {found:?}, due {due:?}")) }
}

/// A number written with so many decimals is the nearest one; what is due may have the last bits of another order of sums.
pub(crate) fn near(what: &str, found: f64, due: f64, decimals: i32) -> Outcome<()> {
    let unit = 10f64.powi(-decimals);
    if (found - due).abs() <= unit * 0.500_01 + due.abs() * 1e-11 { Ok(()) } else { Err(format!("{what} is {found}, due {due}")) }
}
