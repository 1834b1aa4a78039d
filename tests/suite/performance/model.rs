//! The service of a record, computed a second time: Erlang's C by its sums, quantiles by two hundred halvings, Zipf's law term by
//! term. Nothing here is read from the specs or shared with the library.

use std::sync::OnceLock;

use serde_json::Value;

use super::{number, text, whole};

/// What a change may replace.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parts {
    pub(crate) hit: f64,
    pub(crate) pool: u32,
    pub(crate) db: f64,
    pub(crate) compute: f64,
    pub(crate) serialise: f64,
    pub(crate) connect: f64,
    pub(crate) network: f64,
    pub(crate) resident: f64,
    pub(crate) delay: f64,
}

/// What no change replaces.
#[derive(Debug, Clone)]
pub(crate) struct Around {
    pub(crate) servers: u32,
    contention: f64,
    coherence: f64,
    /// Arrivals a millisecond at the peak.
    pub(crate) rate: f64,
    variability: f64,
    hit_ms: f64,
    fan_out: f64,
    pub(crate) live: f64,
    pub(crate) limit: f64,
    least_utilisation: f64,
    keys: usize,
    popularity: f64,
}

/// Everything that is said of a service.
#[derive(Debug, Clone)]
pub(crate) struct Metrics {
    pub(crate) stable: bool,
    pub(crate) p50: f64,
    pub(crate) p95: f64,
    pub(crate) p99: f64,
    pub(crate) end_to_end: f64,
    pub(crate) mean: f64,
    pub(crate) in_system: f64,
    pub(crate) served: f64,
    pub(crate) capacity: f64,
    pub(crate) utilisation: f64,
    pub(crate) service: f64,
    pub(crate) efficiency: f64,
    pub(crate) usage: f64,
    /// Time of a miss, wait and service.
    answer: f64,
    stretch: f64,
}

impl Around {
    pub(crate) fn read(scenario: &Value) -> Result<(Self, Parts), String> {
        let n = |path: &str| number(scenario, path);
        let servers = whole(scenario, "/station/servers")?;
        let cv = n("/system_context/arrival_cv")?;
        let idle = text(scenario, "/type")? == "cost_reduction";
        let around = Self {
            servers,
            contention: n("/station/contention")?,
            coherence: n("/station/coherence")?,
            rate: n("/workload/arrival_rps")? * n("/system_context/peak_factor")? / 1000.0,
            variability: f64::midpoint(cv.powi(2), 1.0),
            hit_ms: n("/cache/hit_ms")?,
            fan_out: n("/workload/fan_out")?,
            live: n("/memory/live_mb")?,
            limit: n("/constraints/memory_limit_mb")?,
            least_utilisation: if idle { 30.0 } else { 0.0 },
            keys: usize::try_from(whole(scenario, "/workload/keys")?).map_err(|_| "too many keys")?,
            popularity: n("/workload/popularity")?,
        };
        let cold = n("/system_context/cold_start_ms")? * n("/system_context/cold_start_share")?;
        let parts = Parts {
            hit: n("/cache/hit_ratio")?,
            pool: servers,
            db: n("/parts/db_ms")?,
            compute: n("/parts/compute_ms")?,
            serialise: n("/parts/serialise_ms")?,
            connect: n("/parts/connect_ms")? + cold,
            network: n("/parts/network_ms")?,
            resident: n("/memory/resident_mb")?,
            delay: 0.0,
        };
        Ok((around, parts))
    }

    /// What the service costs each of its nodes in contention: Gunther's denominator.
    fn drag(&self, nodes: u32) -> f64 {
        let others = f64::from(nodes) - 1.0;
        1.0 + self.contention * others + self.coherence * f64::from(nodes) * others
    }

    pub(crate) fn measure(&self, parts: &Parts) -> Metrics {
        let stretch = self.drag(parts.pool) / self.drag(self.servers);
        let service = (parts.db + parts.compute + parts.serialise + parts.connect + parts.network) * stretch;
        let servers = f64::from(parts.pool);
        let reaching = self.rate * (1.0 - parts.hit);
        let utilisation = reaching * service / servers;
        let capacity = 1000.0 * servers / (service * (1.0 - parts.hit));
        let mut metrics = Metrics {
            stable: utilisation < 1.0,
            p50: f64::NAN,
            p95: f64::NAN,
            p99: f64::NAN,
            end_to_end: f64::NAN,
            mean: f64::NAN,
            in_system: f64::NAN,
            served: (1000.0 * self.rate).min(0.8 * capacity),
            capacity,
            utilisation,
            service,
            efficiency: 100.0 * self.live / parts.resident,
            usage: 100.0 * parts.resident / self.limit,
            answer: f64::NAN,
            stretch,
        };
        if metrics.stable {
            self.times(parts, reaching, &mut metrics);
        }
        metrics
    }

    /// Little's law gives the number in the system from the mean; the spec counts it place by place.
    fn times(&self, parts: &Parts, reaching: f64, metrics: &mut Metrics) {
        let load = reaching * metrics.service;
        let waiting = erlang_c(parts.pool, load);
        let release = (f64::from(parts.pool) / metrics.service - reaching) / self.variability;
        metrics.answer = waiting / release + metrics.service;
        metrics.mean = parts.hit * self.hit_ms + (1.0 - parts.hit) * metrics.answer + parts.delay;
        metrics.in_system = self.rate * metrics.mean;
        let serving = 1.0 / metrics.service;
        let tail = |time: f64| {
            let (served, released) = ((-serving * time).exp(), (-release * time).exp());
            let waited = if ((release - serving) / serving).abs() < 1e-9 {
                served * (1.0 + serving * time)
            } else {
                (release * served - serving * released) / (release - serving)
            };
            let miss = (1.0 - waiting) * served + waiting * waited;
            parts.hit * (-time / self.hit_ms).exp() + (1.0 - parts.hit) * miss
        };
        let at = |p: f64| parts.delay + halve(tail, 1.0 - p);
        (metrics.p50, metrics.p95, metrics.p99) = (at(0.5), at(0.95), at(0.99));
        metrics.end_to_end = at(0.99_f64.powf(1.0 / self.fan_out));
    }

    /// Whether each of the five targets is met: tail, throughput, hit rate, memory, utilisation.
    pub(crate) fn targets(&self, parts: &Parts, metrics: &Metrics) -> [bool; 5] {
        [
            metrics.stable && metrics.end_to_end <= 5.0,
            metrics.served >= 100.0,
            100.0 * parts.hit >= 85.0,
            metrics.efficiency >= 85.0,
            100.0 * metrics.utilisation >= self.least_utilisation,
        ]
    }

    /// What keeps the service from its targets.
    pub(crate) fn bottleneck(&self, parts: &Parts, metrics: &Metrics) -> &'static str {
        match self.targets(parts, metrics) {
            [true, true, true, true, true] => "none",
            [true, true, false, ..] => "misses",
            [true, true, true, false, _] => "memory",
            [true, true, true, true, false] => "idle_servers",
            _ if !metrics.stable => "queueing",
            _ => {
                let of = |part: f64| part * metrics.stretch / metrics.answer;
                let shares = [
                    ("queueing", (metrics.answer - metrics.service) / metrics.answer),
                    ("db", of(parts.db)),
                    ("compute", of(parts.compute)),
                    ("serialise", of(parts.serialise)),
                    ("connect", of(parts.connect)),
                    ("network", of(parts.network)),
                    ("misses", 1.0 - parts.hit),
                ];
                let first = ("none", f64::NEG_INFINITY);
                shares.into_iter().fold(first, |best, one| if one.1 > best.1 { one } else { best }).0
            }
        }
    }

    /// What a request spends on a bottleneck.
    pub(crate) fn spent(bottleneck: &str, parts: &Parts, metrics: &Metrics) -> f64 {
        let miss = 1.0 - parts.hit;
        let of = |part: f64| miss * part * metrics.stretch;
        match bottleneck {
            "queueing" if !metrics.stable => f64::INFINITY,
            "queueing" => miss * (metrics.answer - metrics.service) + parts.delay,
            "db" => of(parts.db),
            "compute" => of(parts.compute),
            "serialise" => of(parts.serialise),
            "connect" => of(parts.connect),
            "network" => of(parts.network),
            "misses" => miss,
            "memory" => parts.resident,
            _ => f64::from(parts.pool),
        }
    }

    /// The service after a change, what the change adds to the time of a request, and what it costs.
    pub(crate) fn changed(&self, technique: &str, offer: &Value, parts: &Parts) -> Result<(Parts, f64, u32), String> {
        let n = |path: &str| number(offer, path);
        let mut after = parts.clone();
        let (mut added, mut cost) = (0.0, 1);
        match technique {
            "response_caching" | "cache_warming" => {
                cost = if technique == "response_caching" { 2 } else { 1 };
                let entries = usize::try_from(whole(offer, "/entries")?).map_err(|_| "too many entries")?;
                after.hit = after.hit.max(zipf(self.popularity, entries)? / zipf(self.popularity, self.keys)?);
                after.resident += n("/entries")? * n("/entry_kb")? / 1000.0;
            }
            "query_index" => after.db *= n("/db_factor")?,
            "connection_pooling" => (after.connect, cost) = (after.connect * (1.0 - n("/reuse")?), 2),
            "batching" => {
                added = (n("/batch")? - 1.0) / (2.0 * self.rate);
                (after.serialise, after.delay, cost) = (after.serialise / n("/batch")?, added, 2);
            }
            "horizontal_scaling" => {
                after.pool = whole(offer, "/pool_size")?;
                cost = after.pool.saturating_sub(self.servers);
            }
            "async_offload" => (after.compute, cost) = (after.compute * (1.0 - n("/offloaded")?), 3),
            "parallelise" => {
                let (share, workers) = (n("/fraction")?, n("/workers")?);
                (after.compute, cost) = (after.compute * ((1.0 - share) + share / workers), 3);
            }
            "compression" => {
                added = n("/cpu_ms")?;
                (after.network, after.compute) = (after.network * n("/ratio")?, after.compute + added);
            }
            "memory_pooling" => {
                (after.resident, cost) = (after.resident - n("/reclaimed")? * (after.resident - self.live), 2);
            }
            other => return Err(format!("there is no technique {other}")),
        }
        Ok((after, added, cost))
    }
}

/// Erlang's C by its sums.
fn erlang_c(servers: u32, load: f64) -> f64 {
    let terms: Vec<f64> = (1..=servers)
        .scan(1.0, |term, k| {
            *term *= load / f64::from(k);
            Some(*term)
        })
        .collect();
    let (last, before) = terms.split_last().unwrap();
    let all = last * f64::from(servers) / (f64::from(servers) - load);
    all / (1.0 + before.iter().sum::<f64>() + all)
}

/// Where a falling tail meets `over`, by two hundred halvings.
fn halve(tail: impl Fn(f64) -> f64, over: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    while tail(high) > over {
        high *= 2.0;
    }
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if tail(middle) > over { low = middle } else { high = middle }
    }
    high
}

/// The sum of the first so many terms of Zipf's law, for the exponents and key counts that occur.
fn zipf(popularity: f64, terms: usize) -> Result<f64, String> {
    static SUMS: OnceLock<Vec<(f64, Vec<f64>)>> = OnceLock::new();
    let sums = SUMS.get_or_init(|| {
        let of = |alpha: f64| {
            (1..=200_000_u32)
                .scan(0.0, |sum, k| {
                    *sum += f64::from(k).powf(-alpha);
                    Some(*sum)
                })
                .collect()
        };
        [0.8, 0.9, 1.0, 1.1, 1.2].map(|alpha| (alpha, of(alpha))).to_vec()
    });
    let sum = sums.iter().find(|(alpha, _)| (alpha - popularity).abs() < 1e-12).and_then(|(_, sums)| sums.get(terms - 1));
    sum.copied().ok_or_else(|| format!("no sum of {terms} terms to the power {popularity}"))
}
