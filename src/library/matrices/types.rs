//! Shapes of vectors and matrices that are known before there are any.

use super::super::statistics::same_length;
use super::super::{Misfit, TypeCall, known};
use super::{NOT_SO_MANY, NUMBER};
use crate::data::{IntRange, Type};
use crate::diag::codes;

/// What products and their sums are: integers of integers, floats where a float takes part in each of them.
fn product_type(a: &Type, b: &Type) -> Type {
    let (a, b) = (known::numbers(a), known::numbers(b));
    let ints = a.int.is_some() && b.int.is_some();
    Type { float: a.float || b.float, int: ints.then_some(IntRange { min: i128::MIN, max: i128::MAX }), ..Type::default() }
}

pub(super) fn dot_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let (a, b) = pair_type(call)?;
    Ok(product_type(&a.item(), &b.item()))
}

pub(super) fn products_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let (a, b) = pair_type(call)?;
    let ((_, min, max), (_, least, most)) = (known::elements(&a), known::elements(&b));
    let max = max.zip(most).map(|(max, most)| max.min(most)).or(max).or(most);
    Ok(Type::list_between(product_type(&a.item(), &b.item()), min.max(least), max))
}

fn pair_type(call: &TypeCall<'_>) -> Result<(Type, Type), Misfit> {
    known::need_element(call, 0)?;
    same_length(call, 0, 1)?;
    Ok((call.ty(0), call.ty(1)))
}

pub(super) fn vector_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    known::need_element(call, 0)?;
    Ok(Type::float())
}

pub(super) fn mask_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    known::need_element(call, 0)?;
    let (item, min, max) = known::elements(&call.ty(0));
    let place = known::elements(&call.ty(1)).0;
    let beyond = |range: IntRange| range.max < 0 || max.is_some_and(|max| range.min >= known::length(max));
    if call.ty(0).is_list() && known::only_ints(&place).is_some_and(beyond) {
        return Err(call.refuse(1, "holds places that `xs` never has"));
    }
    let item = known::numbers(&item);
    let zero = if item.int.is_some() { item.join(&Type::int_range(0, 0)) } else { item };
    Ok(Type::list_between(zero, min, max))
}

pub(super) fn top_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    known::need_element(call, 0)?;
    let (_, _, max) = known::elements(&call.ty(0));
    let k = known::only_ints(&call.ty(1));
    let most = max.filter(|_| call.ty(0).is_list()).map(known::length);
    if k.is_some_and(|k| k.max < 0 || most.is_some_and(|most| k.min > most)) {
        return Err(call.refuse(1, NOT_SO_MANY));
    }
    let count = |number: i128| usize::try_from(number.max(0)).ok();
    let places = Type::int_range(0, most.map_or(i128::from(i64::MAX), |most| most - 1));
    let max = k.and_then(|k| count(k.max)).zip(max).map(|(k, max)| k.min(max)).or(max);
    Ok(Type::list_between(places, k.and_then(|k| count(k.min)).unwrap_or(0), max).distinct())
}

/// The type of a matrix: its elements, and fewest and most rows and columns.
struct Shape {
    item: Type,
    rows: (usize, Option<usize>),
    columns: (usize, Option<usize>),
}

fn shape(call: &TypeCall<'_>, at: usize) -> Result<Shape, Misfit> {
    known::need_element(call, at)?;
    let (row, fewest, most) = known::elements(&call.ty(at));
    let (item, min, max) = known::elements(&row);
    if row.is_list() && max == Some(0) {
        return Err(call.refuse(at, "has only empty rows"));
    }
    if !item.is_never() && !NUMBER.may_take(&item) {
        let message = format!("`{}` takes rows of numbers, found {}", call.builtin.name, item.describe());
        return Err(call.misfit(at, codes::TYPE_MISMATCH, message));
    }
    // Rows of a matrix of any list, or of rows of anything, hold numbers.
    Ok(Shape { item: known::numbers(&item), rows: (fewest, most), columns: (min, max) })
}

/// Whether two counts can never be equal.
fn apart(a: (usize, Option<usize>), b: (usize, Option<usize>)) -> bool {
    a.1.is_some_and(|most| most < b.0) || b.1.is_some_and(|most| most < a.0)
}

pub(super) fn matvec_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let matrix = shape(call, 0)?;
    known::need_element(call, 1)?;
    let (item, min, max) = known::elements(&call.ty(1));
    if call.ty(1).is_list() && call.ty(0).is_list() && apart(matrix.columns, (min, max)) {
        return Err(call.refuse(1, "never has as many elements as `matrix` has columns"));
    }
    Ok(Type::list_between(product_type(&matrix.item, &item), matrix.rows.0, matrix.rows.1))
}

pub(super) fn matmul_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let (a, b) = (shape(call, 0)?, shape(call, 1)?);
    if call.ty(0).is_list() && call.ty(1).is_list() && apart(a.columns, b.rows) {
        return Err(call.refuse(1, "never has as many rows as `a` has columns"));
    }
    let row = Type::list_between(product_type(&a.item, &b.item), b.columns.0, b.columns.1);
    Ok(Type::list_between(row, a.rows.0, a.rows.1))
}

pub(super) fn transpose_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let matrix = shape(call, 0)?;
    let row = Type::list_between(matrix.item, matrix.rows.0, matrix.rows.1);
    Ok(Type::list_between(row, matrix.columns.0, matrix.columns.1))
}

pub(super) fn norms_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let matrix = shape(call, 0)?;
    Ok(Type::list_between(Type::float(), matrix.columns.0, matrix.columns.1))
}

pub(super) fn gram_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let matrix = shape(call, 0)?;
    let range = IntRange { min: 0, max: i128::MAX };
    Ok(Type { float: matrix.item.float, int: matrix.item.int.map(|_| range), ..Type::default() })
}
