//! Where a draw's randomness comes from: its path and the seed make a [`Key`] once, its position makes an [`Address`].
//!
//! The scheme is written out in the module above. Two paths never share a key, two positions of one path never share a stream
//! but by the chance of a 64-bit hash.

use super::stream::Stream;
use crate::digest::Digest;

/// Version of the scheme; hashed into every key.
const VERSION: &str = "dictum/1";
/// Added before mixing so that zero is no fixed point; 2^64 divided by the golden ratio.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
/// Spreads small words (elements, attempts) over all bits before they meet the address.
const SPREAD: u64 = 0xD6E8_FEB8_6659_FD93;
/// The part of a path that stands for an `each` level.
const EACH: &str = "*";

/// The finaliser of `SplitMix64`: a bijection of 64-bit words in which every input bit moves half of the output bits.
#[inline]
pub(super) fn mix(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ (word >> 31)
}

fn little_endian<'a>(bytes: impl DoubleEndedIterator<Item = &'a u8>) -> u128 {
    bytes.rev().fold(0, |number, byte| (number << 8) | u128::from(*byte))
}

/// The name of a draw: dataset, bare name, inner names, and `*` for every `each` level in between.
///
/// ```
/// use dictum::random::Path;
/// let path = Path::new("audit").name("controls").each().name("severity");
/// assert_eq!(path.to_string(), "audit.controls.*.severity");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<String>);

impl Path {
    /// The path of a dataset: where all its draws start.
    #[must_use]
    pub fn new(dataset: &str) -> Self {
        Self(vec![dataset.to_owned()])
    }

    /// The path of a name inside this one.
    #[must_use]
    pub fn name(&self, name: &str) -> Self {
        let mut parts = self.0.clone();
        parts.push(name.to_owned());
        Self(parts)
    }

    /// The path of the elements of this one, whichever they are: positions go into the [`Address`].
    #[must_use]
    pub fn each(&self) -> Self {
        self.name(EACH)
    }

    /// The parts, outermost first.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The key of this path under a seed.
    #[must_use]
    pub fn key(&self, seed: u64) -> Key {
        Key::new(seed, self.parts())
    }
}

impl std::fmt::Display for Path {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

/// The randomness of one draw: computed once a plan, asked once a record.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    pub(super) state: u128,
    pub(super) stream: u128,
}

impl Key {
    /// The key of a path, given as its parts, under a seed.
    #[must_use]
    pub fn new<'a>(seed: u64, parts: impl IntoIterator<Item = &'a str>) -> Self {
        let seed = seed.to_le_bytes();
        let head: [&[u8]; 2] = [VERSION.as_bytes(), &seed];
        let digest = Digest::of_parts(head.into_iter().chain(parts.into_iter().map(|part| -> &[u8] { part.as_bytes() })));
        let (state, stream) = digest.bytes().split_at(16);
        Self { state: little_endian(state.iter()), stream: little_endian(stream.iter()) }
    }

    /// The stream of this draw at a position. It may be read as far as needed: no two streams share their words.
    #[must_use]
    #[inline]
    pub fn stream(&self, address: Address) -> Stream {
        let mixed = (u128::from(address.mixed) << 64) | u128::from(mix(address.mixed.wrapping_add(GOLDEN)));
        Stream::new(self.state ^ mixed, self.stream)
    }
}

/// A position: a record, then the attempt, then the elements that the draw stands in, from the outside in.
///
/// Callers keep that order: each step folds into what the steps before it left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Address {
    pub(super) mixed: u64,
    /// The elements alone: what is left of the position for a walk that goes on from record to record.
    elements: u64,
}

impl Address {
    /// The position of a record, first attempt. Also of a block or a round, for keys that no record asks.
    #[must_use]
    #[inline]
    pub fn record(index: u64) -> Self {
        Self { mixed: mix(index.wrapping_add(GOLDEN)), elements: 0 }
    }

    /// The same position in attempt `n`; attempt 0 is the position itself.
    #[must_use]
    #[inline]
    pub fn attempt(self, n: u32) -> Self {
        if n == 0 { self } else { Self { mixed: folded(self.mixed, u64::from(n) << 32), ..self } }
    }

    /// Pass `n` of a walk through a pool: the elements around it are part of the position, its record and attempt are not.
    #[must_use]
    #[inline]
    pub fn pass(self, n: u64) -> Self {
        Self { mixed: folded(self.elements, n), ..self }
    }

    /// Element `i` of a list, counted from 0.
    #[must_use]
    #[inline]
    pub fn element(self, i: u32) -> Self {
        self.fold(u64::from(i))
    }

    /// The entry `key` of a map or a table, wherever it stands there.
    #[must_use]
    pub fn keyed(self, key: &str) -> Self {
        self.keyed_word(Self::word(key))
    }

    /// The word of a map key; a caller that knows its keys beforehand hashes them once.
    #[must_use]
    pub fn word(key: &str) -> u64 {
        let digest = Digest::of(key.as_bytes());
        digest.bytes().iter().take(8).rev().fold(0, |word, byte| (word << 8) | u64::from(*byte))
    }

    /// [`keyed`](Self::keyed) with a word from [`word`](Self::word).
    #[must_use]
    #[inline]
    pub fn keyed_word(self, word: u64) -> Self {
        self.fold(word)
    }

    #[inline]
    pub(super) fn fold(self, word: u64) -> Self {
        Self { mixed: folded(self.mixed, word), elements: folded(self.elements, word) }
    }
}

#[inline]
fn folded(address: u64, word: u64) -> u64 {
    mix((address ^ word.wrapping_mul(SPREAD)).wrapping_add(GOLDEN))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_mixer_is_splitmix64() {
        // The first outputs of SplitMix64 with seed 0.
        assert_eq!(mix(GOLDEN), 0xE220_A839_7B1D_CDAF);
        assert_eq!(mix(GOLDEN.wrapping_mul(2)), 0x6E78_9E6A_A1B9_65F4);
        assert_eq!(Address::record(0).mixed, 0xE220_A839_7B1D_CDAF);
    }

    #[test]
    fn parts_of_a_path_are_told_apart() {
        assert_ne!(Key::new(0, ["a", "bc"]), Key::new(0, ["ab", "c"]));
        assert_ne!(Key::new(0, ["a"]), Key::new(0, ["a", ""]));
        assert_ne!(Key::new(0, ["a"]), Key::new(1, ["a"]));
        let path = Path::new("d").name("x").each().name("y");
        assert_eq!(path.key(3), Key::new(3, ["d", "x", "*", "y"]));
        assert_ne!(path.key(3), Path::new("d").name("x").name("y").key(3));
    }

    #[test]
    fn the_order_of_levels_matters() {
        let record = Address::record(7);
        assert_eq!(record.attempt(0), record);
        let all = [
            record,
            record.element(0),
            record.element(1),
            record.element(0).element(0),
            record.element(0).element(1),
            record.element(1).element(0),
            record.element(0).element(0).element(0),
            record.attempt(1),
            record.attempt(1).element(0),
            record.element(0).attempt(1),
            record.keyed("0"),
            record.keyed("").element(0),
        ];
        assert_eq!(all.iter().map(|address| address.mixed).collect::<BTreeSet<_>>().len(), all.len());
    }

    #[test]
    fn a_pass_belongs_to_its_elements_and_to_no_record() {
        let (here, there) = (Address::record(7).attempt(3), Address::record(8));
        assert_eq!(here.pass(2).mixed, there.pass(2).mixed);
        assert_eq!(here.element(4).pass(2).mixed, there.element(4).pass(2).mixed);
        let passes = [here.pass(0), here.pass(1), here.element(0).pass(0), here.element(0).pass(1), here.element(1).pass(0)];
        assert_eq!(passes.iter().map(|address| address.mixed).collect::<BTreeSet<_>>().len(), passes.len());
    }

    #[test]
    fn no_two_cells_of_a_matrix_meet() {
        let mut seen = BTreeSet::new();
        for index in 0..20 {
            for attempt in 0..3 {
                for (row, column) in (0..40).flat_map(|row| (0..40).map(move |column| (row, column))) {
                    seen.insert(Address::record(index).attempt(attempt).element(row).element(column).mixed);
                }
            }
        }
        assert_eq!(seen.len(), 20 * 3 * 40 * 40);
    }

    #[test]
    fn neighbours_share_half_of_their_bits() {
        // Over 64 bits and 4 000 pairs the mean distance has a standard deviation of 4 / sqrt(4000) = 0.063.
        let key = Key::new(0, ["d", "x"]);
        let distance = |a: Address, b: Address| (key.stream(a).next_u64() ^ key.stream(b).next_u64()).count_ones();
        let pairs = 4_000;
        let records: u32 = (0..pairs).map(|i| distance(Address::record(i), Address::record(i + 1))).sum();
        let elements: u32 = (0..pairs)
            .map(|i| Address::record(i).element(3))
            .zip((0..pairs).map(|i| Address::record(i).element(4)))
            .map(|(a, b)| distance(a, b))
            .sum();
        for sum in [records, elements] {
            assert!((f64::from(sum) / 4_000.0 - 32.0).abs() < 0.3, "{sum}");
        }
    }

    proptest! {
        #[test]
        fn levels_do_not_commute(index: u64, a: u32, b: u32) {
            prop_assume!(a != b);
            let record = Address::record(index);
            prop_assert_ne!(record.element(a).element(b), record.element(b).element(a));
            prop_assert_ne!(record.element(a), record.element(b));
        }
    }
}
