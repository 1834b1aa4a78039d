//! Parquet back to records: the reverse of [`super::super::arrays`], and of the narrower types that others write.
//!
//! The library says which bytes it needs and gets them from the open file, so that no more than a row group is held. Columns come
//! as few plain types: text, booleans, integers and floats of 64 bits, lists and structs. A column that is marked as JSON text
//! is read as JSON. Where a column holds integers and floats, the file has only floats: whole ones are read as integers.
//!
//! The library panics at some files that lie about themselves; that is a fault of the file, not of this program.

use std::io::{self, SeekFrom};
use std::ops::Range;
use std::sync::Arc;

use ::parquet::DecodeResult;
use ::parquet::arrow::push_decoder::ParquetPushDecoderBuilder;
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataPushDecoder};
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Float64Type, Int64Type, UInt64Type};

use super::super::arrays::JSON_COLUMN;
use super::super::columns::{Column, Shape, columns_of};
use super::unwind::unwound;
use super::{Piece, Place, Take};
use crate::data::{Text, Type, Value};
use crate::json;
use crate::world::Input;

/// Rows that are decoded at a time.
const BATCH_ROWS: usize = 1_024;

/// Why a file was not read to its end.
enum Stop {
    /// The disk failed.
    Input(io::Error),
    /// The file is at fault.
    Fault(String),
}

impl From<ParquetError> for Stop {
    fn from(error: ParquetError) -> Self {
        let whole = error.to_string();
        Self::Fault(format!("not Parquet: {}", whole.strip_prefix("Parquet error: ").unwrap_or(&whole)))
    }
}

/// Reads a file.
pub(in super::super) fn read(input: Box<dyn Input>, record: Option<&Type>, take: &mut Take<'_>) -> io::Result<()> {
    match rows(input, record, take) {
        Err(Stop::Input(error)) => Err(error),
        Err(Stop::Fault(why)) => {
            take(Piece::Fault(Place::File, why));
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

fn rows(input: Box<dyn Input>, record: Option<&Type>, take: &mut Take<'_>) -> Result<(), Stop> {
    let columns = record.and_then(|record| columns_of("parquet", record).ok());
    let mut bytes = Bytes::new(input)?;
    let metadata = metadata(&mut bytes)?;
    let mut decoder = ParquetPushDecoderBuilder::try_new_decoder(Arc::new(metadata))?.with_batch_size(BATCH_ROWS).build()?;
    let mut number = 0;
    loop {
        match decoded(|| decoder.try_decode())? {
            DecodeResult::Finished => return Ok(()),
            DecodeResult::NeedsData(ranges) => {
                let data = bytes.all(&ranges)?;
                decoder.push_ranges(ranges, data.into_iter().map(Into::into).collect())?;
            }
            DecodeResult::Data(batch) => {
                let (fields, arrays) = plain_columns(&batch)?;
                for row in 0..batch.num_rows() {
                    number += 1;
                    let known = columns.as_deref();
                    let record = map(fields.iter().zip(&arrays), known, row);
                    if !take(Piece::Record(Place::Row(number), record)) {
                        return Ok(());
                    }
                }
            }
        }
    }
}

fn metadata(bytes: &mut Bytes) -> Result<ParquetMetaData, Stop> {
    let mut decoder = ParquetMetaDataPushDecoder::try_new(bytes.length)?.with_page_index_policy(PageIndexPolicy::Skip);
    loop {
        match decoded(|| decoder.try_decode())? {
            DecodeResult::Data(metadata) => return Ok(metadata),
            DecodeResult::NeedsData(ranges) => {
                let data = bytes.all(&ranges)?;
                decoder.push_ranges(ranges, data.into_iter().map(Into::into).collect())?;
            }
            DecodeResult::Finished => return Err(Stop::Fault("not Parquet: it says nothing of itself".to_owned())),
        }
    }
}

/// What the library makes of the bytes that it has.
fn decoded<T>(decode: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, Stop> {
    let given_up = || Stop::Fault("not Parquet: its parts contradict each other".to_owned());
    unwound(decode).ok_or_else(given_up)?.map_err(Stop::from)
}

/// Parts of a file.
struct Bytes {
    input: Box<dyn Input>,
    length: u64,
}

impl Bytes {
    fn new(mut input: Box<dyn Input>) -> Result<Self, Stop> {
        let length = input.seek(SeekFrom::End(0)).map_err(Stop::Input)?;
        Ok(Self { input, length })
    }

    fn all(&mut self, ranges: &[Range<u64>]) -> Result<Vec<Vec<u8>>, Stop> {
        ranges.iter().map(|range| self.one(range)).collect()
    }

    fn one(&mut self, range: &Range<u64>) -> Result<Vec<u8>, Stop> {
        let length = range.end.checked_sub(range.start).and_then(|length| usize::try_from(length).ok());
        // What a broken file says of itself is not believed before room is made for it.
        let Some(length) = length.filter(|_| range.end <= self.length) else {
            return Err(Stop::Fault("not Parquet: it names bytes behind its end".to_owned()));
        };
        let mut bytes = vec![0; length];
        self.input.seek(SeekFrom::Start(range.start)).map_err(Stop::Input)?;
        self.input.read_exact(&mut bytes).map_err(Stop::Input)?;
        Ok(bytes)
    }
}

/// The columns of a batch in plain types.
fn plain_columns(batch: &RecordBatch) -> Result<(Vec<Arc<Field>>, Vec<ArrayRef>), Stop> {
    let mut fields = Vec::with_capacity(batch.num_columns());
    let mut arrays = Vec::with_capacity(batch.num_columns());
    for (field, array) in batch.schema().fields().iter().zip(batch.columns()) {
        let no_form =
            || Stop::Fault(format!("the column `{}` is of a type that no record has: {}", field.name(), field.data_type()));
        let plain = plain(field).ok_or_else(no_form)?;
        let array = if plain.data_type() == array.data_type() {
            Arc::clone(array)
        } else {
            cast(array, plain.data_type()).map_err(|_| no_form())?
        };
        fields.push(plain);
        arrays.push(array);
    }
    Ok((fields, arrays))
}

/// A field with the plain type that holds all its values; `None` where there is none.
fn plain(field: &Arc<Field>) -> Option<Arc<Field>> {
    let ty = plain_type(field.data_type())?;
    Some(if ty == *field.data_type() { Arc::clone(field) } else { Arc::new(field.as_ref().clone().with_data_type(ty)) })
}

fn plain_type(ty: &DataType) -> Option<DataType> {
    use DataType as D;
    Some(match ty {
        D::Boolean => D::Boolean,
        D::Int8 | D::Int16 | D::Int32 | D::Int64 => D::Int64,
        D::UInt8 | D::UInt16 | D::UInt32 | D::UInt64 => D::UInt64,
        D::Float16 | D::Float32 | D::Float64 => D::Float64,
        D::Null
        | D::Utf8
        | D::LargeUtf8
        | D::Utf8View
        | D::Decimal128(..)
        | D::Date32
        | D::Date64
        | D::Timestamp(..)
        | D::Time32(_)
        | D::Time64(_) => D::Utf8,
        D::List(element) | D::LargeList(element) | D::FixedSizeList(element, _) => D::List(plain(element)?),
        D::Struct(fields) => D::Struct(fields.iter().map(plain).collect::<Option<Vec<_>>>()?.into()),
        D::Dictionary(_, value) => plain_type(value)?,
        _ => return None,
    })
}

/// The map of one row; a field that holds nothing is absent or null, as its column says.
fn map<'f>(
    fields: impl Iterator<Item = (&'f Arc<Field>, &'f ArrayRef)>,
    columns: Option<&[Column]>,
    row: usize,
) -> Result<Value, String> {
    let mut entries = Vec::new();
    for (field, array) in fields {
        let name = field.name().as_str();
        let column = columns.and_then(|columns| columns.iter().find(|column| column.name == name));
        let value = if array.is_null(row) {
            column.and_then(Column::nothing)
        } else {
            Some(value(field, array, column, row).map_err(|why| under(name, &why))?)
        };
        entries.extend(value.map(|value| (Text::from(name), value)));
    }
    Ok(Value::map(entries))
}

fn value(field: &Field, array: &ArrayRef, column: Option<&Column>, row: usize) -> Result<Value, String> {
    let shape = column.map(|column| &column.shape);
    let none = || "holds another type than it says".to_owned();
    Ok(match field.data_type() {
        DataType::Utf8 => {
            let text = array.as_string_opt::<i32>().ok_or_else(none)?.value(row);
            let is_json = field.metadata().get(JSON_COLUMN.0).is_some_and(|marked| marked == JSON_COLUMN.1);
            // What is no JSON stays text, and the schema says what it should have been.
            if is_json { json::read(text).unwrap_or_else(|_| Value::text(text)) } else { Value::text(text) }
        }
        DataType::Boolean => Value::Bool(array.as_boolean_opt().ok_or_else(none)?.value(row)),
        DataType::Int64 => Value::Int(array.as_primitive_opt::<Int64Type>().ok_or_else(none)?.value(row).into()),
        DataType::UInt64 => Value::Int(array.as_primitive_opt::<UInt64Type>().ok_or_else(none)?.value(row).into()),
        DataType::Float64 => number(array.as_primitive_opt::<Float64Type>().ok_or_else(none)?.value(row), shape)?,
        DataType::List(element) => {
            let items = array.as_list_opt::<i32>().ok_or_else(none)?.value(row);
            let inner = match shape {
                Some(Shape::List(inner)) => Some(&**inner),
                _ => None,
            };
            let item = |at: usize| {
                if items.is_null(at) {
                    return Ok(Value::Null);
                }
                value(element, &items, inner, at).map_err(|why| under(&at.to_string(), &why))
            };
            Value::list((0..items.len()).map(item).collect::<Result<Vec<_>, _>>()?)
        }
        DataType::Struct(fields) => {
            let inner = match shape {
                Some(Shape::Struct(inner)) => Some(inner.as_slice()),
                _ => None,
            };
            map(fields.iter().zip(array.as_struct_opt().ok_or_else(none)?.columns()), inner, row)?
        }
        _ => return Err(none()),
    })
}

/// A float of a column that may hold integers, too.
#[expect(clippy::cast_possible_truncation, reason = "only whole numbers far within the range are taken")]
fn number(float: f64, shape: Option<&Shape>) -> Result<Value, String> {
    if !float.is_finite() {
        return Err(format!("not a finite number: {float}"));
    }
    let whole = float.fract() == 0.0 && float.abs() < 9e15;
    Ok(match shape {
        Some(Shape::Number(Some(range))) if whole && (range.min..=range.max).contains(&(float as i128)) => {
            Value::Int(float as i128)
        }
        _ => Value::Float(float),
    })
}

/// What is wrong, as seen from the map or list around it.
fn under(name: &str, why: &str) -> String {
    match why.strip_prefix('`') {
        Some(rest) => format!("`{name}.{rest}"),
        None => format!("`{name}` {why}"),
    }
}
