//! Stations of a queue: how long requests stay, on average and at a quantile.
//!
//! In: rates and times in one unit of time. Out: numbers that are finite for every stable station. Arrivals are Poisson and
//! service times exponential (M/M/c), unless `variability` says by how much waits are longer than theirs. All results are the
//! same on every platform.

/// A stable station of equal servers that share one queue.
#[derive(Debug, Clone, Copy)]
pub(super) struct Station {
    /// Mean time of one service.
    service: f64,
    /// Share of arrivals that wait: Erlang's C.
    waiting: f64,
    /// Rate at which waits of those who wait come to an end.
    release: f64,
}

/// Share of arrivals that wait where `servers` serve `load` erlangs (below `servers`), by the recursion of Erlang's B, which
/// neither overflows nor cancels: A. K. Erlang 1917; recursion as in Cooper, Introduction to Queueing Theory, 1981.
pub(super) fn erlang_c(servers: u32, load: f64) -> f64 {
    let lost = (1..=servers).fold(1.0, |lost, busy| load * lost / (f64::from(busy) + load * lost));
    let idle = 1.0 - load / f64::from(servers);
    lost / (lost + idle * (1.0 - lost))
}

impl Station {
    /// `rate` times `service` must be below `servers`. `variability` multiplies the mean wait and leaves its distribution
    /// exponential: (ca² + cs²) / 2 of the coefficients of variation of the times between arrivals and of service (Allen and
    /// Cunneen for the mean, Kingman's heavy traffic for the shape); 1 is exact M/M/c.
    pub(super) fn new(rate: f64, servers: u32, service: f64, variability: f64) -> Self {
        let waiting = if variability == 0.0 { 0.0 } else { erlang_c(servers, rate * service) };
        let release = (f64::from(servers) / service - rate) / if variability == 0.0 { 1.0 } else { variability };
        Self { service, waiting, release }
    }

    /// Mean time from arrival to departure.
    pub(super) fn mean(&self) -> f64 {
        self.wait() + self.service
    }

    /// Mean time from arrival to the beginning of service.
    pub(super) fn wait(&self) -> f64 {
        self.waiting / self.release
    }

    /// The share that stays longer than `time`, and how fast it falls there: a wait that is exponential with probability
    /// `waiting` and else nothing, then an exponential service.
    fn survival(&self, time: f64) -> (f64, f64) {
        let serving = 1.0 / self.service;
        let apart = self.release - serving;
        let (served, released) = (libm::exp(-serving * time), libm::exp(-self.release * time));
        let x = apart * time;
        // (served - released) / apart, without cancellation where both rates are nearly or quite equal.
        let both = if x.abs() > 0.5 {
            (served - released) / apart
        } else if x == 0.0 {
            time * served
        } else {
            released * libm::expm1(x) / apart
        };
        let tail = served + self.waiting * serving * both;
        let density = serving * served + self.waiting * serving * (serving * both - released);
        (tail, density)
    }
}

/// Requests of which a share `hit` is answered in an exponential time and the others go to a station.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mixture {
    /// Share of hits, 0 to 1.
    pub(super) hit: f64,
    /// Mean time of a hit.
    pub(super) hit_time: f64,
    /// Where misses go; `None` where there are none.
    pub(super) misses: Option<Station>,
}

/// Steps of a search: halving a bracket so often leaves no float inside.
const MOST_STEPS: usize = 200;
/// Relative distance of two steps at which a search ends.
const CLOSE: f64 = 1e-14;

impl Mixture {
    /// A station alone.
    pub(super) fn of(station: Station) -> Self {
        Self { hit: 0.0, hit_time: 0.0, misses: Some(station) }
    }

    /// The share that stays longer than `time`, above zero, and how fast it falls there.
    fn survival(&self, time: f64) -> (f64, f64) {
        let mut sum = match &self.misses {
            Some(station) => {
                let (tail, density) = station.survival(time);
                ((1.0 - self.hit) * tail, (1.0 - self.hit) * density)
            }
            None => (0.0, 0.0),
        };
        if self.hit > 0.0 && self.hit_time > 0.0 {
            let tail = self.hit * libm::exp(-time / self.hit_time);
            sum = (sum.0 + tail, sum.1 + tail / self.hit_time);
        }
        sum
    }

    /// A time that more than enough requests do not exceed: none of the parts is slower than this scale.
    fn scale(&self) -> f64 {
        let station = self.misses.map_or(0.0, |station| station.service.max(1.0 / station.release));
        station.max(self.hit_time)
    }

    /// The time that a share `p` (0 to below 1) does not exceed, to 14 digits: bisection of a bracket, hastened by Newton steps on
    /// the logarithm of the tail wherever they stay inside of it.
    pub(super) fn quantile(&self, p: f64) -> f64 {
        let over = 1.0 - p;
        let at_once = if self.hit_time > 0.0 || self.hit == 0.0 { 1.0 } else { 1.0 - self.hit };
        if over >= at_once {
            return 0.0;
        }
        let (mut low, mut high) = (0.0, self.scale() * (1.0 - libm::log(over)));
        while self.survival(high).0 > over {
            low = high;
            high *= 2.0;
        }
        let mut time = high;
        for _ in 0..MOST_STEPS {
            let (tail, density) = self.survival(time);
            if tail > over {
                low = time;
            } else {
                high = time;
            }
            let step = time + libm::log(tail / over) * tail / density;
            let next = if step > low && step < high { step } else { f64::midpoint(low, high) };
            if (next - time).abs() <= CLOSE * next {
                return next;
            }
            time = next;
        }
        time
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tail as textbooks write it, for exact M/M/c.
    fn textbook(rate: f64, servers: u32, service: f64, time: f64) -> f64 {
        let (mu, apart) = (1.0 / service, f64::from(servers) - 1.0 - rate * service);
        let c = erlang_c(servers, rate * service);
        let waits = if apart.abs() < 1e-12 { mu * time } else { (1.0 - libm::exp(-mu * time * apart)) / apart };
        libm::exp(-mu * time) * (1.0 + c * waits)
    }

    #[test]
    fn the_tail_is_that_of_the_textbook() {
        for (rate, servers, service) in
            [(0.8, 4, 4.0), (0.1, 1, 4.0), (1.9, 10, 5.0), (3.0, 4, 1.0), (0.5, 3, 4.0), (30.0, 40, 1.0)]
        {
            let station = Station::new(rate, servers, service, 1.0);
            for time in [0.0, 0.01, 0.5, 1.0, 3.0, 17.0, 60.0] {
                let (found, due) = (station.survival(time).0, textbook(rate, servers, service, time));
                assert!((found - due).abs() < 1e-13, "{rate} {servers} {service} at {time}: {found} {due}");
            }
        }
    }

    #[test]
    fn the_density_is_the_slope_of_the_tail() {
        for variability in [0.3, 1.0, 2.5] {
            let station = Station::new(0.8, 4, 4.0, variability);
            for time in [0.1, 1.0, 5.0, 20.0] {
                let slope = (station.survival(time - 1e-4).0 - station.survival(time + 1e-4).0) / 2e-4;
                assert!((slope - station.survival(time).1).abs() < 1e-8, "{variability} at {time}");
            }
        }
    }

    #[test]
    fn quantiles_invert_the_tail_wherever_it_is() {
        for hit in [0.0, 0.3, 0.9, 0.999] {
            for load in [0.001, 0.3, 0.75, 0.95, 0.9999] {
                for (servers, variability) in [(1, 1.0), (4, 2.5), (64, 1.0), (1000, 0.5), (7, 0.0)] {
                    let station = Station::new(load * f64::from(servers) / 3.0, servers, 3.0, variability);
                    let mixture = Mixture { hit, hit_time: 0.02, misses: Some(station) };
                    for p in [0.01, 0.5, 0.95, 0.99, 0.999_99] {
                        let tail = mixture.survival(mixture.quantile(p)).0;
                        assert!((tail / (1.0 - p) - 1.0).abs() < 1e-10, "{hit} {load} {servers} {variability} {p}: {tail}");
                    }
                }
            }
        }
    }

    #[test]
    fn hits_that_take_no_time_and_no_misses() {
        let station = Station::new(0.0, 1, 1.0, 1.0);
        let mixture = Mixture { hit: 0.6, hit_time: 0.0, misses: Some(station) };
        assert_eq!(mixture.quantile(0.6).to_bits(), 0.0_f64.to_bits());
        assert!((mixture.quantile(0.8) - libm::log(2.0)).abs() < 1e-14);
        let hits = Mixture { hit: 1.0, hit_time: 2.0, misses: None };
        assert!((hits.quantile(0.99) - 2.0 * libm::log(100.0)).abs() < 1e-13);
    }
}
