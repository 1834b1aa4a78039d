//! Bursts of events become one.
//!
//! In: the times of events and the present time, counted from any start. Out: the moment at which a burst is over: after a while
//! of quiet, but never later than a limit after its first event, so that a disk that is never quiet is answered, too. What must
//! hold: nothing here reads a clock or waits.

use std::time::Duration;

/// A burst while it lasts.
#[derive(Debug, Clone)]
pub struct Settle {
    quiet: Duration,
    most: Duration,
    /// First and last event.
    burst: Option<(Duration, Duration)>,
}

impl Settle {
    /// A burst ends after `quiet` without an event, and `most` after its first event at the latest.
    #[must_use]
    pub fn new(quiet: Duration, most: Duration) -> Self {
        Self { quiet, most, burst: None }
    }

    /// Takes an event.
    pub fn event(&mut self, at: Duration) {
        let (first, last) = self.burst.unwrap_or((at, at));
        self.burst = Some((first.min(at), last.max(at)));
    }

    /// Whether nothing happened since the last burst.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.burst.is_none()
    }

    /// When the burst is over if nothing more happens; `None` where there is none.
    #[must_use]
    pub fn due(&self) -> Option<Duration> {
        self.burst.map(|(first, last)| (last + self.quiet).min(first + self.most))
    }

    /// Ends the burst if it is over by now; gives the time of its first event.
    pub fn take(&mut self, now: Duration) -> Option<Duration> {
        self.due().filter(|due| *due <= now)?;
        self.burst.take().map(|(first, _)| first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(number: u64) -> Duration {
        Duration::from_millis(number)
    }

    fn settle() -> Settle {
        Settle::new(ms(15), ms(100))
    }

    #[test]
    fn a_burst_is_over_after_a_while_of_quiet() {
        let mut settle = settle();
        assert!(settle.is_idle() && settle.take(ms(1000)).is_none());
        for at in [0, 10, 20] {
            settle.event(ms(at));
        }
        assert_eq!(settle.due(), Some(ms(35)));
        assert_eq!(settle.take(ms(34)), None);
        assert_eq!(settle.take(ms(35)), Some(ms(0)));
        assert!(settle.is_idle() && settle.take(ms(1000)).is_none());
    }

    #[test]
    fn a_burst_without_end_is_cut_and_goes_on() {
        let mut settle = settle();
        let mut taken = Vec::new();
        for at in 0..350 {
            settle.event(ms(at));
            taken.extend(settle.take(ms(at)));
        }
        assert_eq!(taken, [0, 101, 202].map(ms));
        assert_eq!(settle.take(ms(364)), Some(ms(303)));
    }

    #[test]
    fn events_out_of_order_are_one_burst() {
        let mut settle = settle();
        settle.event(ms(50));
        settle.event(ms(40));
        assert_eq!((settle.due(), settle.take(ms(65))), (Some(ms(65)), Some(ms(40))));
    }
}
