//! How many different values a column holds: exact, in bounded memory.
//!
//! In: one [`fingerprint`] a value, in any order. Out: how many of them differ. Up to 65,536 fingerprints (1 MiB) are held; what
//! exceeds them goes, sorted, to temporary storage as runs of 16-byte records, and runs are merged at the end, at most 64
//! at a time through buffers that together take another 1 MiB. The count depends neither on the order of the values nor on when a
//! run is written. It is exact as long as no two values share 128 bits of SHA-256.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};

use crate::digest::Digest;

/// Fingerprints held in memory.
const HELD: usize = 65_536;
/// Runs merged at a time.
const FAN_IN: usize = 64;
/// Bytes of a record.
const RECORD: usize = 16;
/// Bytes buffered for each run of a merge.
const BUFFER: usize = HELD * RECORD / FAN_IN;

/// Temporary storage: written once, read back in parts.
pub trait ReadWriteSeek: Read + Write + Seek + Send {}

impl<T: Read + Write + Seek + Send> ReadWriteSeek for T {}

/// Opens empty temporary storage. Asked only when memory is full, and once more for each level of merging beyond the first
/// (from 4 million different values on); what it returns is dropped as soon as it has been read.
pub type Spill<'s> = Box<dyn FnMut() -> io::Result<Box<dyn ReadWriteSeek>> + Send + 's>;

/// The 128 bits by which a value is counted: the first 16 bytes of the SHA-256 of its canonical text.
#[must_use]
pub fn fingerprint(text: &str) -> u128 {
    let digest = Digest::of(text.as_bytes());
    digest.bytes().iter().take(RECORD).fold(0, |number, byte| (number << 8) | u128::from(*byte))
}

/// Counts different fingerprints.
pub struct DistinctCounter<'s> {
    spill: Spill<'s>,
    held: Vec<u128>,
    runs: Option<Runs>,
    seen: u64,
}

impl<'s> DistinctCounter<'s> {
    /// A counter that has seen nothing; `spill` is asked for storage when memory is full.
    #[must_use]
    pub fn new(spill: Spill<'s>) -> Self {
        Self { spill, held: Vec::new(), runs: None, seen: 0 }
    }

    /// How many values were added.
    #[must_use]
    pub fn seen(&self) -> u64 {
        self.seen
    }

    /// Adds a value.
    ///
    /// # Errors
    /// When the temporary storage cannot be opened or written.
    pub fn add(&mut self, fingerprint: u128) -> io::Result<()> {
        if self.held.len() >= HELD {
            self.compact();
            // A column of few values never leaves memory.
            if self.held.len() > HELD / 2 {
                self.write_run()?;
            }
        }
        self.held.push(fingerprint);
        self.seen += 1;
        Ok(())
    }

    /// How many different values were added.
    ///
    /// # Errors
    /// When the temporary storage cannot be written or read back.
    pub fn finish(mut self) -> io::Result<u64> {
        self.compact();
        if self.runs.is_none() {
            return Ok(self.held.len() as u64);
        }
        self.write_run()?;
        drop(std::mem::take(&mut self.held));
        let Some(mut runs) = self.runs else { return Ok(0) };
        while runs.places.len() > FAN_IN {
            runs = runs.merge_groups((self.spill)()?)?;
        }
        let mut count = 0;
        merge(&mut runs.storage, &runs.places, |_| {
            count += 1;
            Ok(())
        })?;
        Ok(count)
    }

    fn compact(&mut self) {
        self.held.sort_unstable();
        self.held.dedup();
    }

    /// Moves the held fingerprints, which are sorted, to the end of the storage.
    fn write_run(&mut self) -> io::Result<()> {
        let runs = match &mut self.runs {
            Some(runs) => runs,
            None => self.runs.insert(Runs { storage: (self.spill)()?, places: Vec::new(), end: 0 }),
        };
        let mut out = BufWriter::with_capacity(BUFFER, &mut runs.storage);
        for fingerprint in &self.held {
            out.write_all(&fingerprint.to_be_bytes())?;
        }
        out.flush()?;
        drop(out);
        runs.close(self.held.len() as u64);
        self.held.clear();
        Ok(())
    }
}

/// Sorted runs without repetition, one behind the other in one storage.
struct Runs {
    storage: Box<dyn ReadWriteSeek>,
    places: Vec<Run>,
    /// Bytes written.
    end: u64,
}

/// Where a run lies: bytes of the storage.
#[derive(Clone, Copy)]
struct Run {
    start: u64,
    end: u64,
}

impl Runs {
    /// Notes that `records` more records, written at the end, are a run.
    fn close(&mut self, records: u64) {
        let start = self.end;
        self.end = start + records * RECORD as u64;
        self.places.push(Run { start, end: self.end });
    }

    /// Merges each group of runs into one run of a new storage.
    fn merge_groups(mut self, storage: Box<dyn ReadWriteSeek>) -> io::Result<Self> {
        let mut merged = Self { storage, places: Vec::new(), end: 0 };
        for group in self.places.chunks(FAN_IN) {
            let mut records = 0;
            let mut out = BufWriter::with_capacity(BUFFER, &mut merged.storage);
            merge(&mut self.storage, group, |fingerprint| {
                records += 1;
                out.write_all(&fingerprint.to_be_bytes())
            })?;
            out.flush()?;
            drop(out);
            merged.close(records);
        }
        Ok(merged)
    }
}

/// Hands over the different fingerprints of some runs in ascending order.
fn merge(storage: &mut dyn ReadWriteSeek, runs: &[Run], mut emit: impl FnMut(u128) -> io::Result<()>) -> io::Result<()> {
    let mut readers: Vec<RunReader> = runs.iter().map(|run| RunReader::new(*run)).collect();
    let mut heads = BinaryHeap::with_capacity(readers.len());
    for (at, reader) in readers.iter_mut().enumerate() {
        heads.extend(reader.next(storage)?.map(|first| Reverse((first, at))));
    }
    let mut last = None;
    while let Some(Reverse((fingerprint, at))) = heads.pop() {
        if last != Some(fingerprint) {
            emit(fingerprint)?;
            last = Some(fingerprint);
        }
        if let Some(reader) = readers.get_mut(at) {
            heads.extend(reader.next(storage)?.map(|next| Reverse((next, at))));
        }
    }
    Ok(())
}

/// Reads one run through a small buffer.
struct RunReader {
    rest: Run,
    /// Records read ahead, the next one last.
    ahead: Vec<u128>,
}

impl RunReader {
    fn new(run: Run) -> Self {
        Self { rest: run, ahead: Vec::new() }
    }

    fn next(&mut self, storage: &mut dyn ReadWriteSeek) -> io::Result<Option<u128>> {
        if self.ahead.is_empty() {
            self.refill(storage)?;
        }
        Ok(self.ahead.pop())
    }

    fn refill(&mut self, storage: &mut dyn ReadWriteSeek) -> io::Result<()> {
        let bytes = (self.rest.end - self.rest.start).min(BUFFER as u64);
        if bytes == 0 {
            return Ok(());
        }
        storage.seek(SeekFrom::Start(self.rest.start))?;
        let mut record = [0; RECORD];
        let mut block = io::BufReader::with_capacity(BUFFER, storage.take(bytes));
        for _ in 0..bytes / RECORD as u64 {
            block.read_exact(&mut record)?;
            self.ahead.push(u128::from_be_bytes(record));
        }
        self.ahead.reverse();
        self.rest.start += bytes;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Storage in memory, and how often it was asked for.
    fn cursors() -> (Spill<'static>, Arc<AtomicUsize>) {
        let opened = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&opened);
        let spill: Spill<'static> = Box::new(move || {
            count.fetch_add(1, Ordering::Relaxed);
            Ok(Box::new(Cursor::new(Vec::new())))
        });
        (spill, opened)
    }

    fn count(values: impl Iterator<Item = u128>) -> (u64, usize) {
        let (spill, opened) = cursors();
        let mut counter = DistinctCounter::new(spill);
        values.for_each(|value| counter.add(value).unwrap());
        (counter.finish().unwrap(), opened.load(Ordering::Relaxed))
    }

    /// A cheap bijection, so that the number of different values is known.
    fn scatter(value: u64) -> u128 {
        u128::from(value).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835) ^ (u128::from(value) << 64)
    }

    #[test]
    fn fingerprints_are_the_head_of_sha_256() {
        assert_eq!(fingerprint("abc"), 0xba78_16bf_8f01_cfea_4141_40de_5dae_2223);
    }

    #[test]
    fn small_columns_stay_in_memory() {
        assert_eq!(count(std::iter::empty()), (0, 0));
        assert_eq!(count([7, 7, 7].into_iter()), (1, 0));
        assert_eq!(count((0..HELD as u64).map(scatter)), (HELD as u64, 0));
        assert_eq!(count((0..1_000_000).map(|value| scatter(value % 30_000))), (30_000, 0));
    }

    #[test]
    fn one_more_than_memory_holds_is_counted() {
        for extra in [1, 2] {
            let size = HELD as u64 + extra;
            assert_eq!(count((0..size).map(scatter)), (size, 1));
        }
        let twice = (0..2 * HELD as u64).map(|value| scatter(value % (HELD as u64 + 1)));
        assert_eq!(count(twice), (HELD as u64 + 1, 1));
    }

    #[test]
    fn a_million_values_with_repetitions_are_counted() {
        // Repetitions inside a run, in the next run, and across all runs.
        assert_eq!(count((0..1_000_000).map(scatter)), (1_000_000, 1));
        assert_eq!(count((0..1_000_000).map(|value| scatter(value / 3))), (333_334, 1));
        assert_eq!(count((0..1_000_000).map(|value| scatter(value % 250_001))), (250_001, 1));
        assert_eq!(count((0..1_000_000_u64).rev().map(|value| u128::from(value * value % 1_000_003))), (500_002, 1));
    }

    #[test]
    fn more_runs_than_can_be_merged_at_once_take_another_level() {
        let size = (FAN_IN as u64 + 1) * HELD as u64;
        assert_eq!(count((0..size).map(|value| scatter(value % 4_200_000))), (4_200_000, 2));
    }

    #[test]
    fn a_failing_disk_is_reported() {
        let mut counter = DistinctCounter::new(Box::new(|| Err(io::Error::other("no space"))));
        let failure = (0..=HELD as u64).map(scatter).find_map(|value| counter.add(value).err());
        assert_eq!(failure.unwrap().to_string(), "no space");
    }
}
