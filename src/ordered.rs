//! Work in parallel, results in order, memory bounded.
//!
//! Items are worked on by a thread pool; results are handed over on the calling thread in the order of the items. At most a
//! fixed number of items are under way or waiting, so that the peak does not grow with how many there are.

use std::collections::BTreeMap;
use std::sync::mpsc;

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Bytes of stack of a thread that makes records: what `check` lets pass in depth fits many times over.
const STACK: usize = 16 << 20;

/// Items under way or waiting, for each thread: enough to keep all of them busy while one item takes longer than the others.
const WAITING: usize = 4;

/// Threads to work on.
pub struct Pool(ThreadPool);

impl Pool {
    /// Starts so many threads; 0 for one a core.
    ///
    /// # Errors
    /// A phrase, when the system refuses.
    pub fn new(threads: usize) -> Result<Self, String> {
        ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK).build().map(Self).map_err(|error| error.to_string())
    }
}

/// Calls `take` with the result of every item, in order, until there are no more or `take` fails.
///
/// # Errors
/// The first error of `take`.
pub fn ordered<I, T, E>(
    Pool(pool): &Pool,
    items: impl Iterator<Item = I>,
    work: impl Fn(I) -> T + Sync,
    mut take: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E>
where
    I: Send,
    T: Send,
{
    let window = pool.current_num_threads() * WAITING;
    let (sender, receiver) = mpsc::channel();
    let work = &work;
    pool.in_place_scope(|scope| {
        let mut items = items.enumerate();
        let mut waiting = BTreeMap::new();
        let mut started = 0;
        let mut next = 0;
        loop {
            while started - next < window {
                let Some((at, item)) = items.next() else { break };
                let sender = sender.clone();
                scope.spawn(move |_| {
                    // The receiver is gone only when `take` has failed.
                    let _ = sender.send((at, work(item)));
                });
                started += 1;
            }
            if next == started {
                return Ok(());
            }
            while let Some(result) = waiting.remove(&next) {
                take(result)?;
                next += 1;
            }
            if next < started && !waiting.contains_key(&next) {
                let Ok((at, result)) = receiver.recv() else { return Ok(()) };
                waiting.insert(at, result);
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_whatever_finishes_first() {
        for threads in [1, 2, 7] {
            let pool = Pool::new(threads).unwrap();
            let mut seen = Vec::new();
            let uneven = |item: u64| {
                std::thread::sleep(std::time::Duration::from_micros((item * 37) % 500));
                item
            };
            let done: Result<(), ()> = ordered(&pool, 0..200_u64, uneven, |item| {
                seen.push(item);
                Ok(())
            });
            assert!(done.is_ok());
            assert_eq!(seen, (0..200).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_failure_stops_the_rest() {
        let pool = Pool::new(2).unwrap();
        let mut taken = 0;
        let result = ordered(
            &pool,
            0..1000,
            |item| item,
            |item| {
                taken += 1;
                if item == 5 { Err("five") } else { Ok(()) }
            },
        );
        assert_eq!(result, Err("five"));
        assert_eq!(taken, 6);
    }
}
