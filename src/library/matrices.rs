//! Small-matrix linear algebra: products, norms, masks, the greatest few, orthogonality.
//!
//! A vector is a list of numbers, a matrix a list of rows of one length, `W[i][j]` row `i` and column `j`; none is empty. Sums run
//! in the order of the list, so a float has the same bits everywhere; of integers alone the result is an exact integer.

use std::cmp::Ordering;

use super::statistics::other_length;
use super::{Builtin, Call, Kinds, Param, Roles, known};
use crate::data::Value;

mod types;

use types::{
    dot_type, gram_type, mask_type, matmul_type, matvec_type, norms_type, products_type, top_type, transpose_type, vector_type,
};

const LIST: Kinds = Kinds::LIST;
const NUMBER: Kinds = Kinds::NUMBER;

pub(super) static ROWS: &[Builtin] = &[
    Builtin::new("dot", Roles::Both, PAIR, dot_type, dot).doc(
        "The sum of the products of the elements at equal places of two vectors of one length; of integers an integer.",
        "dot([1, 2], [3, 4])",
        "11",
    ),
    Builtin::new("products", Roles::Both, PAIR, products_type, products).doc(
        "The products of the elements at equal places of two vectors of one length.",
        "products([1, 2], [3, 4])",
        "[3,8]",
    ),
    Builtin::new("norm2", Roles::Both, VECTOR, vector_type, |call| length(call, 0, call.list(0)?)).doc(
        "The length of a vector: the root of the sum of its squares (Euclidean norm), a float.",
        "norm2([3, 4])",
        "5.0",
    ),
    Builtin::new("mask", Roles::Both, MASK, mask_type, mask).doc(
        "The vector with zero everywhere but at the places `kept` (from 0). A place that it does not have is an error.",
        "mask([5, 6, 7], [0, 2])",
        "[5,0,7]",
    ),
    Builtin::new("top_k", Roles::Both, TOP, top_type, top_k).doc(
        "The places (from 0, ascending) of the `k` greatest elements; of equal elements the first come first. `k` is from 0 to \
         the number of elements.",
        "top_k([3, 1, 3, 2], 2)",
        "[0,2]",
    ),
    Builtin::new("matvec", Roles::Both, MATVEC, matvec_type, matvec).doc(
        "The product of an m x n matrix and a vector of n elements: m numbers, the `dot` of each row.",
        "matvec([[1, 2], [3, 4]], [1, 1])",
        "[3,7]",
    ),
    Builtin::new("matmul", Roles::Both, MATMUL, matmul_type, matmul).doc(
        "The product of an m x n and an n x p matrix: m rows of p numbers.",
        "matmul([[1, 2]], [[3], [4]])",
        "[[11]]",
    ),
    Builtin::new("transpose", Roles::Both, MATRIX, transpose_type, transpose).doc(
        "The columns of an m x n matrix as rows: n rows of m numbers.",
        "transpose([[1, 2], [3, 4]])",
        "[[1,3],[2,4]]",
    ),
    Builtin::new("column_norms", Roles::Both, MATRIX, norms_type, column_norms).doc(
        "The Euclidean norm of each column of an m x n matrix: n floats.",
        "column_norms([[3, 0], [4, 2]])",
        "[5.0,2.0]",
    ),
    Builtin::new("gram_off_diagonal", Roles::Both, MATRIX, gram_type, gram).doc(
        "How far the columns of a matrix are from orthogonal: the greatest `dot` of two different columns, without its sign. \
         Zero where they are orthogonal, and where there is one column.",
        "gram_off_diagonal([[1, 1], [1, -2]])",
        "1",
    ),
];

static PAIR: &[Param] = &[Param::need("a", LIST).of(NUMBER), Param::need("b", LIST).of(NUMBER)];
static VECTOR: &[Param] = &[Param::need("xs", LIST).of(NUMBER)];
static MASK: &[Param] = &[Param::need("xs", LIST).of(NUMBER), Param::need("kept", LIST).of(Kinds::INT)];
static TOP: &[Param] = &[Param::need("xs", LIST).of(NUMBER), Param::need("k", Kinds::INT)];
static MATRIX: &[Param] = &[Param::need("matrix", LIST).of(LIST)];
static MATVEC: &[Param] = &[Param::need("matrix", LIST).of(LIST), Param::need("xs", LIST).of(NUMBER)];
static MATMUL: &[Param] = &[Param::need("a", LIST).of(LIST), Param::need("b", LIST).of(LIST)];

const TOO_LARGE: &str = "gives more than an integer of 128 bits";
const EMPTY: &str = "is empty";
const NOT_SO_MANY: &str = "is from 0 to the number of elements";

/// The vector of a parameter.
fn vector<'a>(call: &Call<'a>, at: usize) -> Result<&'a [Value], String> {
    let items = call.list(at)?;
    if items.is_empty() { Err(call.refuse(at, EMPTY)) } else { Ok(items) }
}

/// The rows of a matrix: at least one, of one length above zero, of numbers.
fn rows<'a>(call: &Call<'a>, at: usize) -> Result<Vec<&'a [Value]>, String> {
    let rows = vector(call, at)?.iter().map(|row| row.as_list().ok_or_else(|| call.refuse(at, "holds what is no row")));
    let rows = rows.collect::<Result<Vec<&[Value]>, String>>()?;
    let columns = rows.first().map_or(0, |row| row.len());
    if columns == 0 {
        return Err(call.refuse(at, "has an empty row"));
    }
    for row in &rows {
        if row.len() != columns {
            return Err(call.refuse(at, &format!("has rows of {columns} and of {} elements", row.len())));
        }
        if let Some(wrong) = row.iter().find(|item| !NUMBER.takes(item)) {
            return Err(call.refuse(at, &format!("holds {}, which is no number", wrong.kind())));
        }
    }
    Ok(rows)
}

/// Two vectors of one length.
fn pair<'a>(call: &Call<'a>) -> Result<(&'a [Value], &'a [Value]), String> {
    let (a, b) = (vector(call, 0)?, vector(call, 1)?);
    if a.len() == b.len() { Ok((a, b)) } else { Err(call.refuse(1, &other_length(b.len(), a.len(), "a"))) }
}

/// `a * b`: an integer of two integers, else a float.
fn times(call: &Call<'_>, at: usize, a: &Value, b: &Value) -> Result<Value, String> {
    if let (Value::Int(a), Value::Int(b)) = (a, b) {
        return a.checked_mul(*b).map(Value::Int).ok_or_else(|| call.refuse(at, TOO_LARGE));
    }
    call.finite(at, float(a) * float(b))
}

/// The number in a value that was seen to be one.
fn float(value: &Value) -> f64 {
    value.as_float().unwrap_or(f64::NAN)
}

/// The sum of products, blamed on a parameter where it is not finite.
fn sum_of_products<'a>(
    call: &Call<'_>,
    at: usize,
    mut pairs: impl Iterator<Item = (&'a Value, &'a Value)> + Clone,
) -> Result<Value, String> {
    let ints = pairs.clone().all(|pair| matches!(pair, (Value::Int(_), Value::Int(_))));
    if !ints {
        return call.finite(at, pairs.map(|(a, b)| float(a) * float(b)).sum());
    }
    let sum = pairs.try_fold(0_i128, |sum, pair| match pair {
        (Value::Int(a), Value::Int(b)) => sum.checked_add(a.checked_mul(*b)?),
        _ => None,
    });
    sum.map(Value::Int).ok_or_else(|| call.refuse(at, TOO_LARGE))
}

fn dot(call: &Call<'_>) -> Result<Value, String> {
    let (a, b) = pair(call)?;
    sum_of_products(call, 0, a.iter().zip(b))
}

fn products(call: &Call<'_>) -> Result<Value, String> {
    let (a, b) = pair(call)?;
    let products = a.iter().zip(b).map(|(a, b)| times(call, 0, a, b));
    Ok(Value::list(products.collect::<Result<Vec<Value>, String>>()?))
}

fn length<'a>(call: &Call<'_>, at: usize, items: impl IntoIterator<Item = &'a Value>) -> Result<Value, String> {
    let mut items = items.into_iter().peekable();
    if items.peek().is_none() {
        return Err(call.refuse(at, EMPTY));
    }
    let squares: f64 = items.map(|item| float(item) * float(item)).sum();
    call.finite(at, libm::sqrt(squares))
}

fn mask(call: &Call<'_>) -> Result<Value, String> {
    let items = vector(call, 0)?;
    let mut kept = vec![false; items.len()];
    for place in call.list(1)? {
        let place = place.as_int();
        let slot = place.and_then(|place| usize::try_from(place).ok()).and_then(|place| kept.get_mut(place));
        let stray = || call.refuse(1, &format!("holds {}, and `xs` has {} elements", place.unwrap_or(-1), items.len()));
        *slot.ok_or_else(stray)? = true;
    }
    let zero = |item: &Value| if matches!(item, Value::Int(_)) { Value::Int(0) } else { Value::Float(0.0) };
    Ok(Value::list(items.iter().zip(kept).map(|(item, kept)| if kept { item.clone() } else { zero(item) })))
}

fn top_k(call: &Call<'_>) -> Result<Value, String> {
    let items = vector(call, 0)?;
    let k = call.int_or(1, 0)?;
    let many = usize::try_from(k).ok().filter(|k| *k <= items.len());
    let many = many.ok_or_else(|| call.refuse(1, &format!("{NOT_SO_MANY} ({}), found {k}", items.len())))?;
    let mut places: Vec<usize> = (0..items.len()).collect();
    let at = |place: &usize| items.get(*place);
    // A stable sort: equal elements keep their order.
    places.sort_by(|a, b| at(b).zip(at(a)).and_then(|(b, a)| b.compare(a)).unwrap_or(Ordering::Equal));
    places.truncate(many);
    places.sort_unstable();
    Ok(Value::list(places.into_iter().map(|place| Value::Int(known::length(place)))))
}

fn matvec(call: &Call<'_>) -> Result<Value, String> {
    let (rows, items) = (rows(call, 0)?, vector(call, 1)?);
    let columns = rows.first().map_or(0, |row| row.len());
    if columns != items.len() {
        return Err(call.refuse(1, &format!("has {} elements and `matrix` {columns} columns", items.len())));
    }
    let dots = rows.iter().map(|row| sum_of_products(call, 0, row.iter().zip(items)));
    Ok(Value::list(dots.collect::<Result<Vec<Value>, String>>()?))
}

/// The columns of rows of one length.
fn columns<'r, 'a>(rows: &'r [&'a [Value]]) -> impl Iterator<Item = impl Iterator<Item = &'a Value> + Clone + 'r> + Clone {
    let count = rows.first().map_or(0, |row| row.len());
    (0..count).map(move |at| rows.iter().filter_map(move |row| row.get(at)))
}

fn matmul(call: &Call<'_>) -> Result<Value, String> {
    let (a, b) = (rows(call, 0)?, rows(call, 1)?);
    let inner = a.first().map_or(0, |row| row.len());
    if inner != b.len() {
        return Err(call.refuse(1, &format!("has {} rows and `a` {inner} columns", b.len())));
    }
    let row = |row: &&[Value]| {
        let dots = columns(&b).map(|column| sum_of_products(call, 0, row.iter().zip(column)));
        Ok(Value::list(dots.collect::<Result<Vec<Value>, String>>()?))
    };
    Ok(Value::list(a.iter().map(row).collect::<Result<Vec<Value>, String>>()?))
}

fn transpose(call: &Call<'_>) -> Result<Value, String> {
    let rows = rows(call, 0)?;
    Ok(Value::list(columns(&rows).map(|column| Value::list(column.cloned()))))
}

fn column_norms(call: &Call<'_>) -> Result<Value, String> {
    let rows = rows(call, 0)?;
    let norms = columns(&rows).map(|column| length(call, 0, column));
    Ok(Value::list(norms.collect::<Result<Vec<Value>, String>>()?))
}

fn gram(call: &Call<'_>) -> Result<Value, String> {
    let rows = rows(call, 0)?;
    let ints = rows.iter().all(|row| row.iter().all(|item| matches!(item, Value::Int(_))));
    let mut greatest = if ints { Value::Int(0) } else { Value::Float(0.0) };
    for (at, one) in columns(&rows).enumerate() {
        for other in columns(&rows).skip(at + 1) {
            let found = match sum_of_products(call, 0, one.clone().zip(other))? {
                Value::Int(dot) => dot.checked_abs().map(Value::Int).ok_or_else(|| call.refuse(0, TOO_LARGE))?,
                dot => Value::Float(float(&dot).abs()),
            };
            if found.compare(&greatest) == Some(Ordering::Greater) {
                greatest = if ints { found } else { Value::Float(float(&found)) };
            }
        }
    }
    Ok(greatest)
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use crate::data::Type;
    use crate::diag::codes;

    fn matrix(rows: &[&[f64]]) -> Value {
        Value::list(rows.iter().map(|row| floats(row)))
    }

    fn matrices(rows: usize, columns: usize) -> Type {
        Type::list_between(Type::list_between(Type::float(), columns, Some(columns)), rows, Some(rows))
    }

    #[test]
    fn integers_stay_exact() {
        let large = i128::from(i64::MAX);
        assert_eq!(run("dot", &[ints(&[large, 1]), ints(&[large, 1])]).unwrap(), Value::Int(large * large + 1));
        assert!(run("dot", &[ints(&[i128::MAX]), ints(&[2])]).unwrap_err().contains("128 bits"));
        assert_eq!(run("dot", &[ints(&[1, 2]), floats(&[0.5, 1.0])]).unwrap(), Value::Float(2.5));
        assert_eq!(run("matvec", &[Value::list([ints(&[1, 2]), ints(&[0, 1])]), ints(&[3, 4])]).unwrap(), ints(&[11, 4]));
        assert_eq!(run("gram_off_diagonal", &[Value::list([ints(&[1, -3]), ints(&[1, 1])])]).unwrap(), Value::Int(2));
    }

    #[test]
    fn the_first_of_equals_is_kept() {
        let top = |xs: &[f64], k| run("top_k", &[floats(xs), Value::Int(k)]).unwrap();
        assert_eq!(top(&[1.0, 2.0, 1.0, 2.0, 2.0], 2), ints(&[1, 3]));
        assert_eq!(top(&[1.0, 2.0, 1.0, 2.0, 2.0], 4), ints(&[0, 1, 3, 4]));
        assert_eq!(top(&[0.0, -0.0], 1), ints(&[0]));
        assert_eq!(top(&[5.0], 0), ints(&[]));
        assert_eq!(
            run("top_k", &[floats(&[5.0]), Value::Int(2)]).unwrap_err(),
            "`k` of `top_k` is from 0 to the number of elements (1), found 2"
        );
    }

    /// The example of weight-informed gating: which columns matter is not which inputs are large.
    #[test]
    fn gating_by_norm_and_by_size() {
        let w = matrix(&[&[3.0, 0.0, 0.0, 0.0], &[0.0, 0.5, 0.0, 0.0], &[0.0, 0.0, 1.0, 0.0], &[0.0, 0.0, 0.0, 2.0]]);
        let x = floats(&[0.5, 2.0, -1.2, 0.9]);
        let sizes = floats(&[0.5, 2.0, 1.2, 0.9]);
        assert_eq!(run("top_k", &[sizes.clone(), Value::Int(2)]).unwrap(), ints(&[1, 2]));
        let norms = run("column_norms", std::slice::from_ref(&w)).unwrap();
        assert_eq!(norms, floats(&[3.0, 0.5, 1.0, 2.0]));
        let scores = run("products", &[sizes, norms]).unwrap();
        assert_eq!(scores, floats(&[1.5, 1.0, 1.2, 1.8]));
        assert_eq!(run("top_k", &[scores, Value::Int(2)]).unwrap(), ints(&[0, 3]));
        let lost = run("matvec", &[w.clone(), run("mask", &[x, ints(&[1, 2])]).unwrap()]).unwrap();
        let error = run("dot", &[lost.clone(), lost]).unwrap().as_float().unwrap();
        assert!((error - 2.44).abs() < 1e-12, "{error}");
        assert_eq!(run("gram_off_diagonal", &[w]).unwrap(), Value::Float(0.0));
    }

    #[test]
    fn products_of_matrices() {
        let (a, b) = (matrix(&[&[1.0, 2.0]]), matrix(&[&[3.0, 0.5], &[4.0, 0.25]]));
        assert_eq!(run("matmul", &[a.clone(), b.clone()]).unwrap(), matrix(&[&[11.0, 1.0]]));
        assert_eq!(run("transpose", std::slice::from_ref(&b)).unwrap(), matrix(&[&[3.0, 4.0], &[0.5, 0.25]]));
        assert_eq!(run("matmul", &[b, a]).unwrap_err(), "`b` of `matmul` has 1 rows and `a` 2 columns");
    }

    #[test]
    fn shapes_that_do_not_fit_are_refused() {
        let refused = |name: &str, args: &[Value]| run(name, args).unwrap_err();
        assert_eq!(refused("dot", &[ints(&[1]), ints(&[1, 2])]), "`b` of `dot` has 2 elements and `a` 1");
        assert_eq!(refused("norm2", &[ints(&[])]), "`xs` of `norm2` is empty");
        assert_eq!(refused("norm2", &[floats(&[1e200])]), "`xs` of `norm2` gives no finite number");
        assert_eq!(refused("mask", &[ints(&[1]), ints(&[1])]), "`kept` of `mask` holds 1, and `xs` has 1 elements");
        assert_eq!(refused("mask", &[ints(&[1]), ints(&[-1])]), "`kept` of `mask` holds -1, and `xs` has 1 elements");
        let ragged = Value::list([ints(&[1, 2]), ints(&[3])]);
        assert_eq!(refused("transpose", &[ragged]), "`matrix` of `transpose` has rows of 2 and of 1 elements");
        assert_eq!(
            refused("transpose", &[Value::list([texts(&["a"])])]),
            "`matrix` of `transpose` holds text, which is no number"
        );
        assert_eq!(refused("transpose", &[Value::list([ints(&[])])]), "`matrix` of `transpose` has an empty row");
        assert_eq!(
            refused("matvec", &[Value::list([ints(&[1, 2])]), ints(&[1])]),
            "`xs` of `matvec` has 1 elements and `matrix` 2 columns"
        );
    }

    #[test]
    fn what_never_fits_is_refused_beforehand() {
        let vectors = |count: usize| Type::list_between(Type::float(), count, Some(count));
        assert_eq!(misfit("dot", &[vectors(2), vectors(3)]).message, "`b` of `dot` has 3 elements and `a` 2");
        assert_eq!(
            misfit("matvec", &[matrices(2, 3), vectors(2)]).message,
            "`xs` of `matvec` never has as many elements as `matrix` has columns"
        );
        assert_eq!(
            misfit("matmul", &[matrices(2, 3), matrices(2, 3)]).message,
            "`b` of `matmul` never has as many rows as `a` has columns"
        );
        let beyond = misfit("top_k", &[vectors(2), Type::int_range(3, 4)]);
        assert_eq!(beyond.message, "`k` of `top_k` is from 0 to the number of elements");
        let stray = misfit("mask", &[vectors(2), Type::list_of(Type::int_range(2, 5))]);
        assert_eq!(stray.message, "`kept` of `mask` holds places that `xs` never has");
        assert_eq!(misfit("transpose", &[Type::list_of(Type::list_of(words(&["a"])))]).code, codes::TYPE_MISMATCH);
        assert_eq!(misfit("transpose", &[Type::list_of(Type::float())]).code, codes::TYPE_MISMATCH);
    }

    #[test]
    fn types_carry_shapes() {
        assert_eq!(typed("column_norms", &[matrices(2, 3)]), Type::list_between(Type::float(), 3, Some(3)));
        assert_eq!(typed("transpose", &[matrices(2, 3)]), matrices(3, 2));
        assert_eq!(typed("matmul", &[matrices(2, 3), matrices(3, 4)]), matrices(2, 4));
        let vectors = Type::list_between(Type::float(), 4, Some(6));
        let places = Type::list_between(Type::int_range(0, 5), 2, Some(3)).distinct();
        assert_eq!(typed("top_k", &[vectors, Type::int_range(2, 3)]), places);
    }
}
