//! Addressed randomness: every drawn value is a pure function of where it stands.
//!
//! In: the seed, the path of a draw in its dataset, and a position (record index, attempt, elements). Out: numbers. No draw sees
//! what another draw took, so adding, removing or reordering draws moves nothing, and any record can be made alone.
//!
//! This is a contract about bytes: the tests in `vectors` pin it, and a change to anything below is a new version tag. All
//! arithmetic is written here; `rand` gives the traits and the seed of the operating system, `rand_pcg` the generator.
//!
//! # The scheme
//!
//! Words are 64 bits, arithmetic on them wraps, bytes are little-endian.
//! `mix(z)` is the finaliser of `SplitMix64`: `z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9`, `z = (z ^ z >> 27) * 0x94D049BB133111EB`,
//! `z ^ z >> 31`. `G` is `0x9E3779B97F4A7C15`.
//!
//! 1. **Path**: dataset, bare name, inner names; every `each` level adds the part `*`. Never a section, a file, a scenario or a
//!    place in a file ([`Path`]).
//! 2. **Key**: SHA-256 over the version tag `dictum/1`, the seed (8 bytes) and each part of the path in UTF-8, each of these
//!    preceded by its length in bytes (8 bytes). Bytes 0 to 15 are `state`, bytes 16 to 31 are `stream` ([`Key`]).
//! 3. **Address**: `a = mix(index + G)` for a record; then the attempt, then every level of elements from the outside in.
//!    Each of them folds one word: `a = mix((a ^ word * 0xD6E8FEB86659FD93) + G)`. The word of attempt `n` is `n << 32`, and
//!    attempt 0 folds nothing; the word of list element `i` is `i`, and element 0 folds too; the word of a map entry is the
//!    first 8 bytes of the SHA-256 of its key. Folding does not commute, so `[i][j]` is not `[j][i]` ([`Address`]). A pass of a
//!    walk, which goes on from record to record, has an address without record and attempt: from 0, the elements and then the
//!    number of the pass are folded.
//! 4. **Stream**: `m = a << 64 | mix(a + G)` (128 bits), then PCG64 DXSM (128-bit state, 64-bit "cheap" multiplier
//!    `0xDA942042E4DD58B5`, output before step) with initial state `state ^ m` and sequence `stream` ([`Stream`]). Mixing is
//!    what makes this right: raw indices in state or sequence give correlated streams.
//!
//! # Numbers from words
//!
//! - `below(n)`: take a word `x`; the high word of the 128-bit product `x * n`, unless its low word is less than `2^64 mod n`:
//!   then again with the next word. `n = 0` counts as 1.
//! - `below_wide(n)`: `below(n)` where `n` fits a word. Otherwise two words, the high one first, shifted right so that as many
//!   bits stay as `n - 1` has; again while the result is `n` or more.
//! - `int(min, max)`: `min + below_wide(max - min + 1)`; over all 128 bits, two words as they are.
//! - `chance(n, d)`: `below(d) < n`. `weighted`: `below(total)`, then the first choice whose cumulative weight is greater.
//! - `unit`: the upper 53 bits of a word, times `2^-53`.
//! - `float(a, b)`: `a + (b - a) * unit`, computed at half scale where `b - a` overflows; what rounding lifts to `b` becomes the
//!   float before `b`.
//! - `log_float(a, b)`: `exp(ln a + (ln b - ln a) * unit)` with the `libm` crate, kept inside [a, b) in the same way.
//! - `log_int(min, max)`: `x = min + min * expm1(unit * log1p((max - min + 1) / min))` with the `libm` crate, the second term
//!   rounded down and clamped to `max - min`. From `2^40` on a float is too coarse to reach every integer: there `x` only
//!   chooses one of the `2^40` equal bins of its octave, and `int` draws inside the part of that bin that the range holds.
//! - `shuffle`: Fisher-Yates from the end: for `i = len - 1` down to 1, exchange `i` and `below(i + 1)`.
//! - `sample(n, k)`: Floyd: for `j = n - k` up to `n - 1`, take `t = below(j + 1)`, or `j` where `t` is taken; ascending.
//! - `normal`: two units `u`, `v`: `sqrt(-2 ln(1 - u)) * cos(2 pi v)`, times the standard deviation, plus the mean; `lognormal`:
//!   the median times `exp(sigma * normal)`; `exponential`: `-mean * log1p(-unit)`.
//! - `poisson`: below a mean of 10, how many units can be multiplied before the product falls to `exp(-mean)`; from there on
//!   transformed rejection. `zipf`: rejection from an inverted hat. Both are written out in `distribution`.
//!
//! # Shares and orders
//!
//! - [`Weights`] are decimals, never floats: billionths divided by their greatest common divisor.
//! - [`Quota`]: which choice each index has, with exact shares in every block of as many indices as the weights add up to.
//! - [`Permutation`]: a keyed order of `0..n`.

mod address;
mod distribution;
mod permute;
mod quota;
mod real;
mod stream;
mod weights;
#[cfg(test)]
mod vectors;

use rand::TryRng;

pub use address::{Address, Key, Path};
pub use distribution::{Distribution, MOST_COUNTED, MOST_RANKS, Zipf};
pub use permute::{Permutation, PermutationCache};
pub use quota::{Quota, QuotaCache, Share};
pub use stream::Stream;
pub use weights::{Weight, WeightError, Weights};

/// The operating system gave no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no random seed")]
pub struct SeedError(#[from] rand::rngs::SysError);

/// A seed from the operating system: the one number in the program that nothing determines.
///
/// # Errors
/// When the system has no source of random bytes.
pub fn os_seed() -> Result<u64, SeedError> {
    Ok(rand::rngs::SysRng.try_next_u64()?)
}
