//! How a value is written inside text, and as compact JSON.

use std::fmt::Write;

use crate::data::number::{write_float_json, write_float_text, write_int};
use crate::data::{Text, Value};

/// Appends what may stand in text: text as it is, numbers without exponents, `true` and `false`.
pub(super) fn write_text(value: &Value, out: &mut String) -> Result<(), String> {
    match value {
        Value::Text(text) => out.push_str(text),
        Value::Int(number) => write_int(*number, out),
        Value::Float(number) => write_float_text(*number, out),
        Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::List(_) => return Err("a list cannot stand in text; write it with `listing` or `join`".to_owned()),
        other => return Err(format!("{} cannot stand in text", other.kind())),
    }
    Ok(())
}

/// The same as a text of its own.
pub(super) fn to_text(value: &Value) -> Result<Text, String> {
    if let Value::Text(text) = value {
        return Ok(text.clone());
    }
    let mut out = String::new();
    write_text(value, &mut out)?;
    Ok(Text::from(out))
}

/// Appends compact JSON, keys in insertion order.
pub(super) fn write_json(value: &Value, out: &mut String) -> Result<(), String> {
    match value {
        Value::Undefined => return Err("undefined has no JSON".to_owned()),
        Value::Null => out.push_str("null"),
        Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::Int(number) => write_int(*number, out),
        Value::Float(number) => write_float_json(*number, out),
        Value::Text(text) => write_quoted(text, out),
        Value::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { "," });
                write_json(item, out)?;
            }
            out.push(']');
        }
        Value::Map(map) => {
            out.push('{');
            for (at, (key, item)) in map.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { "," });
                write_quoted(key, out);
                out.push(':');
                write_json(item, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

fn write_quoted(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if c < ' ' => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
