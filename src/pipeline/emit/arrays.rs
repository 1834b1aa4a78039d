//! Columns as Arrow arrays: records in, one record batch out.
//!
//! Arrays grow straight from the nodes of a record, row by row, by builders that follow the columns. What must hold: no value
//! changes on the way; an integer that its column cannot hold exactly is a misfit. Text, lists and JSON text of one batch share
//! 32-bit offsets, so a batch holds less than 2 GiB of each.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Float64Builder, Int64Builder, ListArray, NullBufferBuilder, RecordBatch, StringBuilder,
    StructArray, UInt64Builder,
};
use arrow::buffer::{OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;

use super::columns::{self, Cell, Column, Misfit, Shape};
use crate::data::IntRange;
use crate::json;
use crate::record::{Entries, Node};

/// Marks a text column whose every value is compact JSON: key and value of the metadata of its field.
pub(super) const JSON_COLUMN: (&str, &str) = ("dictum.encoding", "json");

/// The Arrow schema of a record.
pub(super) fn schema_of(columns: &[Column]) -> Schema {
    Schema::new(columns.iter().map(field_of).collect::<Vec<_>>())
}

fn field_of(column: &Column) -> Field {
    let field = Field::new(column.name.as_str(), data_type(&column.shape), column.nullable);
    if matches!(column.shape, Shape::Json) { field.with_metadata([JSON_COLUMN]) } else { field }
}

fn data_type(shape: &Shape) -> DataType {
    match shape {
        Shape::Null | Shape::Text | Shape::Json => DataType::Utf8,
        Shape::Bool => DataType::Boolean,
        Shape::Int(range) if is_unsigned(*range) => DataType::UInt64,
        Shape::Int(_) => DataType::Int64,
        Shape::Number(_) => DataType::Float64,
        Shape::List(element) => DataType::List(Arc::new(field_of(element))),
        Shape::Struct(fields) => DataType::Struct(fields.iter().map(field_of).collect()),
    }
}

/// Whether integers need the unsigned type: none is negative and the greatest is known to exceed the signed one. An open end
/// stays signed, because that is what readers handle best.
fn is_unsigned(range: IntRange) -> bool {
    range.min >= 0 && range.max > i128::from(i64::MAX) && range.max < i128::MAX
}

/// The rows of one batch in the making.
pub(super) struct Rows<'a> {
    columns: &'a [Column],
    builders: Vec<Builder<'a>>,
    count: usize,
    /// Room for JSON text.
    scratch: String,
}

impl<'a> Rows<'a> {
    pub(super) fn new(columns: &'a [Column]) -> Self {
        Self { columns, builders: columns.iter().map(Builder::new).collect(), count: 0, scratch: String::new() }
    }

    /// Adds a record. After a misfit the rows are of no more use.
    pub(super) fn append(&mut self, record: Entries<'_>) -> Result<(), Misfit> {
        self.count += 1;
        append_fields(self.columns, &mut self.builders, record, &mut self.scratch)
    }

    /// The rows as a batch.
    pub(super) fn finish(self, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
        if self.count == 0 {
            return Ok(RecordBatch::new_empty(Arc::clone(schema)));
        }
        let arrays = self.builders.into_iter().map(Builder::finish).collect::<Result<_, _>>()?;
        RecordBatch::try_new(Arc::clone(schema), arrays)
    }
}

fn append_fields(
    columns: &[Column],
    builders: &mut [Builder<'_>],
    entries: Entries<'_>,
    scratch: &mut String,
) -> Result<(), Misfit> {
    columns::for_each_field(columns, entries, |at, _, node| {
        builders.get_mut(at).map_or(Ok(()), |builder| builder.append(node, scratch))
    })
}

struct Builder<'a> {
    column: &'a Column,
    store: Store<'a>,
}

enum Store<'a> {
    Bool(BooleanBuilder),
    Int(Int64Builder),
    Unsigned(UInt64Builder),
    Float(Float64Builder),
    Text(StringBuilder),
    List { element: Box<Builder<'a>>, ends: Vec<i32>, nulls: NullBufferBuilder },
    Struct { columns: &'a [Column], fields: Vec<Builder<'a>>, nulls: NullBufferBuilder },
}

impl<'a> Builder<'a> {
    fn new(column: &'a Column) -> Self {
        let nulls = || NullBufferBuilder::new(0);
        let store = match &column.shape {
            Shape::Null | Shape::Text | Shape::Json => Store::Text(StringBuilder::new()),
            Shape::Bool => Store::Bool(BooleanBuilder::new()),
            Shape::Int(range) if is_unsigned(*range) => Store::Unsigned(UInt64Builder::new()),
            Shape::Int(_) => Store::Int(Int64Builder::new()),
            Shape::Number(_) => Store::Float(Float64Builder::new()),
            Shape::List(element) => Store::List { element: Box::new(Builder::new(element)), ends: vec![0], nulls: nulls() },
            Shape::Struct(columns) => {
                Store::Struct { columns, fields: columns.iter().map(Builder::new).collect(), nulls: nulls() }
            }
        };
        Self { column, store }
    }

    fn append(&mut self, node: Option<Node<'_>>, scratch: &mut String) -> Result<(), Misfit> {
        match (&mut self.store, self.column.read(node)?) {
            (_, Cell::Null) => self.append_null(),
            (Store::Bool(to), Cell::Bool(truth)) => to.append_value(truth),
            (Store::Int(to), Cell::Int(int)) => to.append_value(fitting(int, "an integer of 64 bits with sign")?),
            (Store::Unsigned(to), Cell::Int(int)) => to.append_value(fitting(int, "an integer of 64 bits without sign")?),
            (Store::Float(to), Cell::Int(int)) => to.append_value(exact_float(int)?),
            (Store::Float(to), Cell::Float(float)) => to.append_value(float),
            (Store::Text(to), Cell::Text(text)) => append_text(to, text)?,
            (Store::Text(to), Cell::Json(node)) => {
                scratch.clear();
                json::write_node(node, scratch);
                append_text(to, scratch)?;
            }
            (Store::List { element, ends, nulls }, Cell::List(list)) => {
                for (at, item) in list.iter().enumerate() {
                    element.append(Some(item), scratch).map_err(|misfit| misfit.under(&at.to_string()))?;
                }
                let end = ends.last().map_or(0, |last| i128::from(*last)) + list.len() as i128;
                ends.push(fitting(end, "fewer than 2^31 elements in a batch")?);
                nulls.append_non_null();
            }
            (Store::Struct { columns, fields, nulls }, Cell::Struct(entries)) => {
                append_fields(columns, fields, entries, scratch)?;
                nulls.append_non_null();
            }
            // The store was made from the shape by which the cell was read.
            _ => return Err(Misfit::new("a value of the column's own kind", "another".to_owned())),
        }
        Ok(())
    }

    /// Adds a null, also to a column that holds none: below a map that is null itself it is out of sight.
    fn append_null(&mut self) {
        match &mut self.store {
            Store::Bool(to) => to.append_null(),
            Store::Int(to) => to.append_null(),
            Store::Unsigned(to) => to.append_null(),
            Store::Float(to) => to.append_null(),
            Store::Text(to) => to.append_null(),
            Store::List { ends, nulls, .. } => {
                ends.push(ends.last().copied().unwrap_or(0));
                nulls.append_null();
            }
            Store::Struct { fields, nulls, .. } => {
                fields.iter_mut().for_each(Builder::append_null);
                nulls.append_null();
            }
        }
    }

    fn finish(self) -> Result<ArrayRef, ArrowError> {
        Ok(match self.store {
            Store::Bool(mut from) => Arc::new(from.finish()),
            Store::Int(mut from) => Arc::new(from.finish()),
            Store::Unsigned(mut from) => Arc::new(from.finish()),
            Store::Float(mut from) => Arc::new(from.finish()),
            Store::Text(mut from) => Arc::new(from.finish()),
            Store::List { element, ends, mut nulls } => {
                let field = Arc::new(field_of(element.column));
                let offsets = OffsetBuffer::new(ScalarBuffer::from(ends));
                Arc::new(ListArray::try_new(field, offsets, element.finish()?, nulls.finish())?)
            }
            Store::Struct { columns, fields, mut nulls } => {
                let arrays = fields.into_iter().map(Builder::finish).collect::<Result<_, _>>()?;
                Arc::new(StructArray::try_new(columns.iter().map(field_of).collect(), arrays, nulls.finish())?)
            }
        })
    }
}

fn fitting<T: TryFrom<i128>>(int: i128, expected: &'static str) -> Result<T, Misfit> {
    T::try_from(int).map_err(|_| Misfit::new(expected, int.to_string()))
}

/// The float that equals an integer.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "whatever is lost is found by the way back")]
fn exact_float(int: i128) -> Result<f64, Misfit> {
    let float = int as f64;
    if float as i128 == int { Ok(float) } else { Err(Misfit::new("a number that a 64-bit float holds exactly", int.to_string())) }
}

fn append_text(to: &mut StringBuilder, text: &str) -> Result<(), Misfit> {
    let end = to.values_slice().len() + text.len();
    if i32::try_from(end).is_err() {
        return Err(Misfit::new("less than 2 GiB of text in a batch", format!("{end} bytes")));
    }
    to.append_value(text);
    Ok(())
}
