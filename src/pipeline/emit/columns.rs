//! A record type as columns: what CSV and Parquet have in common.
//!
//! The type of a record comes in, one [`Column`] a field goes out, nested as the type is. Columns depend on the type alone, so
//! every file of a dataset has the same ones. What must hold: a value that its column did not foresee is a [`Misfit`]. Formats
//! with fixed columns cannot tell an absent value from null; both read back as null.

use super::{EmitError, ShapeError};
use crate::data::{Fields, IntRange, Text, Type, Value};
use crate::record::{Entries, Items, Node, Record, View};

/// One column, or the elements of a list.
#[derive(Debug)]
pub(super) struct Column {
    /// The key of the field.
    pub(super) name: Text,
    /// Whether the value may be absent.
    optional: bool,
    /// Whether the value may be absent or null.
    pub(super) nullable: bool,
    /// What it holds otherwise.
    pub(super) shape: Shape,
}

/// What a column holds.
#[derive(Debug)]
pub(super) enum Shape {
    /// Nothing but null.
    Null,
    /// Booleans.
    Bool,
    /// Integers of this range.
    Int(IntRange),
    /// Floats, or these integers and floats.
    Number(Option<IntRange>),
    /// Text.
    Text,
    /// Lists of one shape.
    List(Box<Column>),
    /// Maps whose keys are all known.
    Struct(Vec<Column>),
    /// Whatever has no fixed columns (several kinds, keys that are not known, maps without fields): compact JSON text.
    Json,
}

/// One value as its column reads it.
pub(super) enum Cell<'a> {
    Null,
    Bool(bool),
    Int(i128),
    Float(f64),
    Text(&'a str),
    List(Items<'a>),
    Struct(Entries<'a>),
    Json(Node<'a>),
}

/// A value that does not fit its column.
#[derive(Debug)]
pub(super) struct Misfit {
    /// Keys and indices, innermost first.
    path: Vec<String>,
    expected: &'static str,
    found: String,
}

/// The columns of a record type.
///
/// # Errors
/// A type that is not a map of known fields.
pub(super) fn columns_of(format: &'static str, record: &Type) -> Result<Vec<Column>, ShapeError> {
    let refuse = |reason: String| Err(ShapeError { format, path: "record".to_owned(), reason });
    let Some(fields) = record.map.as_deref().filter(|_| record.is_map()) else {
        return refuse(format!("expected a map, found {}", record.describe()));
    };
    if fields.rest.is_some() {
        return refuse("its columns are not known, because some of its keys are computed".to_owned());
    }
    if fields.known.is_empty() {
        return refuse("it has no fields".to_owned());
    }
    Ok(Column::all(fields))
}

/// Reads every record as a map, in order.
///
/// # Errors
/// The first misfit, with the index of its record.
pub(super) fn for_each(records: &[Record], mut read: impl FnMut(Entries<'_>) -> Result<(), Misfit>) -> Result<(), EmitError> {
    records.iter().try_for_each(|record| {
        let done = match record.root().view() {
            View::Map(entries) => read(entries),
            other => Err(Misfit::new("a map", found(other))),
        };
        done.map_err(|misfit| misfit.of(record))
    })
}

/// Reads every field of a map, each by its column, and refuses fields without one.
pub(super) fn for_each_field<'a>(
    columns: &[Column],
    entries: Entries<'a>,
    mut read: impl FnMut(usize, &Column, Option<Node<'a>>) -> Result<(), Misfit>,
) -> Result<(), Misfit> {
    let mut seen = 0;
    for (at, column) in columns.iter().enumerate() {
        let node = entries.get(&column.name);
        seen += usize::from(node.is_some());
        read(at, column, node).map_err(|misfit| misfit.under(&column.name))?;
    }
    if seen == entries.len() {
        return Ok(());
    }
    let unknown = entries.iter().find(|(key, _)| columns.iter().all(|column| column.name != *key));
    unknown.map_or(Ok(()), |(key, node)| Err(Misfit::new("no such field", found(node.view())).under(key)))
}

impl Column {
    fn of(name: Text, ty: &Type, optional: bool) -> Self {
        let shape = Shape::of(ty);
        Self { name, optional, nullable: optional || ty.null || matches!(shape, Shape::Null), shape }
    }

    fn all(fields: &Fields) -> Vec<Self> {
        fields.known.iter().map(|(name, field)| Self::of(name.clone(), &field.ty, field.optional)).collect()
    }

    /// Reads the value of this column; `None` is an absent one.
    pub(super) fn read<'a>(&self, node: Option<Node<'a>>) -> Result<Cell<'a>, Misfit> {
        let Some(node) = node else {
            return if self.nullable { Ok(Cell::Null) } else { Err(Misfit::new(self.shape.expected(), "nothing".to_owned())) };
        };
        match (&self.shape, node.view()) {
            (_, View::Null) if self.nullable => Ok(Cell::Null),
            (shape, View::Null) => Err(Misfit::new(shape.expected(), found(View::Null))),
            (Shape::Json, _) => Ok(Cell::Json(node)),
            (Shape::Bool, View::Bool(truth)) => Ok(Cell::Bool(truth)),
            (Shape::Int(_) | Shape::Number(_), View::Int(int)) => Ok(Cell::Int(int)),
            (Shape::Number(_), View::Float(float)) => Ok(Cell::Float(float)),
            (Shape::Text, View::Text(text)) => Ok(Cell::Text(text)),
            (Shape::List(_), View::List(items)) => Ok(Cell::List(items)),
            (Shape::Struct(_), View::Map(entries)) => Ok(Cell::Struct(entries)),
            (shape, other) => Err(Misfit::new(shape.expected(), found(other))),
        }
    }

    /// What an empty field stands for when it is read back: nothing where the value may be absent, else null.
    pub(super) fn nothing(&self) -> Option<Value> {
        (!self.optional).then_some(Value::Null)
    }

    /// Whether a map of these fields always holds at least one value that is not null, at any depth.
    pub(super) fn leave_a_mark(fields: &[Self]) -> bool {
        fields.iter().any(|field| match &field.shape {
            _ if field.nullable => false,
            Shape::Struct(inner) => Self::leave_a_mark(inner),
            _ => true,
        })
    }
}

impl Shape {
    fn of(ty: &Type) -> Self {
        let truth = ty.yes || ty.no;
        let number = ty.int.is_some() || ty.float;
        match (truth, number, ty.text.is_some(), &ty.list, &ty.map) {
            (false, false, false, None, None) => Self::Null,
            (true, false, false, None, None) => Self::Bool,
            (false, true, false, None, None) => match (ty.int, ty.float) {
                (Some(range), false) => Self::Int(range),
                (ints, _) => Self::Number(ints),
            },
            (false, false, true, None, None) => Self::Text,
            // `element` is the name that the Parquet specification gives to the elements of a list.
            (false, false, false, Some(list), None) => {
                Self::List(Box::new(Column::of(Text::const_new("element"), &list.item, false)))
            }
            (false, false, false, None, Some(fields)) if fields.rest.is_none() && !fields.known.is_empty() => {
                Self::Struct(Column::all(fields))
            }
            _ => Self::Json,
        }
    }

    fn expected(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "a boolean",
            Self::Int(_) => "an integer",
            Self::Number(_) => "a number",
            Self::Text => "text",
            Self::List(_) => "a list",
            Self::Struct(_) => "a map",
            Self::Json => "a value",
        }
    }
}

impl Misfit {
    /// A misfit at the value in hand.
    pub(super) fn new(expected: &'static str, found: String) -> Self {
        Self { path: Vec::new(), expected, found }
    }

    /// The same misfit as seen from the list or map around it.
    pub(super) fn under(mut self, key: &str) -> Self {
        self.path.push(key.to_owned());
        self
    }

    fn of(mut self, record: &Record) -> EmitError {
        self.path.reverse();
        EmitError::Value { record: record.index, path: self.path.join("."), expected: self.expected, found: self.found }
    }
}

/// A value in words.
fn found(view: View<'_>) -> String {
    match view {
        View::Null => "null".to_owned(),
        View::Bool(truth) => truth.to_string(),
        View::Int(int) => int.to_string(),
        View::Float(float) => format!("the float {float}"),
        View::Text(_) => "text".to_owned(),
        View::List(_) => "a list".to_owned(),
        View::Map(_) => "a map".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_maps_of_known_fields_have_columns() {
        let reason = |ty: &Type| columns_of("csv", ty).unwrap_err().to_string();
        assert_eq!(reason(&Type::any_text()), "csv cannot hold `record`: expected a map, found text");
        assert_eq!(reason(&Type::any()), "csv cannot hold `record`: expected a map, found any value");
        assert_eq!(reason(&Type::map_of::<&str>([])), "csv cannot hold `record`: it has no fields");
        assert!(reason(&Type::map_to(Type::int())).ends_with("some of its keys are computed"));
    }

    #[test]
    fn what_the_type_did_not_foresee_is_named() {
        let item = Type::map_of([("n", Type::int_range(0, 9))]);
        let columns = columns_of("csv", &Type::map_of([("id", Type::any_text()), ("item", item)])).unwrap();
        let error = |value: Value| {
            let records = [Record { index: 7, scenario: 0, value }];
            let read = |entries: Entries<'_>| {
                for_each_field(&columns, entries, |_, column, node| match (&column.shape, column.read(node)?) {
                    (Shape::Struct(inner), Cell::Struct(entries)) => {
                        for_each_field(inner, entries, |_, column, node| column.read(node).map(drop))
                    }
                    _ => Ok(()),
                })
            };
            for_each(&records, read).unwrap_err().to_string()
        };
        let record = |n: Value, more: &[&str]| {
            let item = [("n".into(), n)].into_iter().chain(more.iter().map(|key| ((*key).into(), Value::Null)));
            Value::map([("id".into(), Value::text("a")), ("item".into(), Value::map(item))])
        };
        assert_eq!(error(Value::Int(3)), "record 7, field ``: expected a map, found 3");
        assert_eq!(error(Value::map([])), "record 7, field `id`: expected text, found nothing");
        assert_eq!(error(record(Value::Null, &[])), "record 7, field `item.n`: expected an integer, found null");
        assert_eq!(error(record(Value::Float(1.0), &[])), "record 7, field `item.n`: expected an integer, found the float 1");
        assert_eq!(error(record(Value::Int(1), &["m"])), "record 7, field `item.m`: expected no such field, found null");
    }
}
