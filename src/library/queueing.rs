//! Queues in expressions: shares that wait, mean times and quantiles of stations, with and without a cache before them.
//!
//! Rates count arrivals a unit of time and times are in that unit; which unit is up to the author, as long as it is one. All
//! arguments are given by keyword. A station that cannot keep up has no answer: it is an error, never infinity.

use super::queue::{Mixture, Station, erlang_c};
use super::{Builtin, Call, Kinds, Misfit, Param, Roles, TypeCall, known};
use crate::data::{Type, Value};

const NUMBER: Kinds = Kinds::NUMBER;

pub(super) static ROWS: &[Builtin] = &[
    Builtin::new("erlang_c", Roles::Function, ERLANG, erlang_type, wait_share).doc(
        "The share of arrivals, 0 to 1, that wait in an M/M/c station of so many `servers`; `load` is the arrival rate times the \
         mean service time, in erlangs. A load that is not below `servers` is an error (Erlang 1917).",
        "erlang_c(servers=4, load=3.2) | round(4)",
        "0.5964",
    ),
    Builtin::new("mmc_mean", Roles::Function, MEAN, station_type, mean).doc(
        "The mean time from arrival to departure in an M/M/c station: Poisson arrivals at `rate`, `servers` with the mean time \
         `service`, one queue; `rate` and `service` in one unit of time, which is also the result's. `variability` (default 1) \
         multiplies the wait: (ca² + cs²) / 2 of the coefficients of variation of the times between arrivals and of service \
         (Allen and Cunneen). A station without an end to its queue is an error.",
        "mmc_mean(rate=0.8, servers=4, service=4) | round(3)",
        "6.982",
    ),
    Builtin::new("mmc_quantile", Roles::Function, QUANTILE, quantile_type, quantile).doc(
        "The time from arrival to departure that a share `p` (from 0 to below 1) of the requests to an M/M/c station does not \
         exceed; the rest as with `mmc_mean`. With a `variability` other than 1, waits stay exponential (Kingman's heavy \
         traffic).",
        "mmc_quantile(p=0.99, rate=0.8, servers=4, service=4) | round(3)",
        "27.573",
    ),
    Builtin::new("cached_mmc_quantile", Roles::Function, CACHED, cached_type, cached_quantile).doc(
        "As `mmc_quantile` with a cache before the station: of the arrivals at `rate`, a share `hit` (0 to 1) is answered in an \
         exponential time of the mean `hit_time`; only the others reach the station.",
        "cached_mmc_quantile(p=0.99, rate=0.4, servers=4, service=12, hit=0.6, hit_time=0.3) | round(2)",
        "45.85",
    ),
    Builtin::new("mg1_wait", Roles::Function, SINGLE, single_type, single_wait).doc(
        "The mean wait of an M/G/1 station, one server whose service times have the mean `service` and the coefficient of \
         variation `cv` (1 where they are exponential, 0 where they are equal): Pollaczek and Khinchine. Exact; in the unit of \
         `service`.",
        "mg1_wait(rate=0.125, service=4, cv=0)",
        "2.0",
    ),
];

static ERLANG: &[Param] = &[Param::named("servers", Kinds::INT), Param::named("load", NUMBER)];
static MEAN: &[Param] = &[
    Param::named("rate", NUMBER),
    Param::named("servers", Kinds::INT),
    Param::named("service", NUMBER),
    Param::keyword("variability", NUMBER),
];
static QUANTILE: &[Param] = &[
    Param::named("rate", NUMBER),
    Param::named("servers", Kinds::INT),
    Param::named("service", NUMBER),
    Param::named("p", NUMBER),
    Param::keyword("variability", NUMBER),
];
static CACHED: &[Param] = &[
    Param::named("rate", NUMBER),
    Param::named("servers", Kinds::INT),
    Param::named("service", NUMBER),
    Param::named("p", NUMBER),
    Param::named("hit", NUMBER),
    Param::named("hit_time", NUMBER),
    Param::keyword("variability", NUMBER),
];
static SINGLE: &[Param] = &[Param::named("rate", NUMBER), Param::named("service", NUMBER), Param::named("cv", NUMBER)];

/// Where the parameters of a station stand in every row but the first and the last.
const RATE: usize = 0;
const SERVERS: usize = 1;
const SERVICE: usize = 2;
const P: usize = 3;

const NEGATIVE: &str = "is negative";
const NOT_POSITIVE: &str = "is not above zero";
const NO_SHARE: &str = "is not from 0 to 1";
const NO_QUANTILE: &str = "is not from 0 to below 1";

/// More servers are no station of this world, and a count of them would take long.
const MOST_SERVERS: u32 = 1_000_000;

fn servers(call: &Call<'_>, at: usize) -> Result<u32, String> {
    let servers = call.int_or(at, 1)?;
    let fits = u32::try_from(servers).ok().filter(|servers| (1..=MOST_SERVERS).contains(servers));
    fits.ok_or_else(|| call.refuse(at, &format!("is from 1 to {MOST_SERVERS}, found {servers}")))
}

fn not_negative(call: &Call<'_>, at: usize) -> Result<f64, String> {
    let x = call.float(at)?;
    if x < 0.0 { Err(call.refuse(at, NEGATIVE)) } else { Ok(x) }
}

fn positive(call: &Call<'_>, at: usize) -> Result<f64, String> {
    let x = call.float(at)?;
    if x <= 0.0 { Err(call.refuse(at, NOT_POSITIVE)) } else { Ok(x) }
}

fn share(call: &Call<'_>, at: usize) -> Result<f64, String> {
    let x = call.float(at)?;
    if (0.0..=1.0).contains(&x) { Ok(x) } else { Err(call.refuse(at, NO_SHARE)) }
}

fn p(call: &Call<'_>) -> Result<f64, String> {
    let p = call.float(P)?;
    if (0.0..1.0).contains(&p) { Ok(p) } else { Err(call.refuse(P, NO_QUANTILE)) }
}

fn wait_share(call: &Call<'_>) -> Result<Value, String> {
    let (servers, load) = (servers(call, 0)?, not_negative(call, 1)?);
    if load >= f64::from(servers) {
        return Err(call.refuse(1, &format!("is {load}, not below `servers`, which is {servers}: the queue has no end")));
    }
    call.finite(1, erlang_c(servers, load))
}

/// The station of a call, of whose arrivals `reaching` arrive there.
fn station(call: &Call<'_>, reaching: f64, variability: usize) -> Result<Station, String> {
    let (rate, servers, service) = (not_negative(call, RATE)? * reaching, servers(call, SERVERS)?, positive(call, SERVICE)?);
    let variability = if call.get(variability).is_some() { not_negative(call, variability)? } else { 1.0 };
    if rate * service >= f64::from(servers) {
        let why = format!("keeps {} of {servers} servers busy: the queue has no end", rate * service);
        return Err(call.refuse(RATE, &why));
    }
    Ok(Station::new(rate, servers, service, variability))
}

fn mean(call: &Call<'_>) -> Result<Value, String> {
    call.finite(SERVICE, station(call, 1.0, 3)?.mean())
}

fn quantile(call: &Call<'_>) -> Result<Value, String> {
    let station = station(call, 1.0, 4)?;
    call.finite(SERVICE, Mixture::of(station).quantile(p(call)?))
}

fn cached_quantile(call: &Call<'_>) -> Result<Value, String> {
    let (hit, hit_time) = (share(call, 4)?, not_negative(call, 5)?);
    let station = station(call, 1.0 - hit, 6)?;
    let misses = if hit < 1.0 { Some(station) } else { None };
    call.finite(SERVICE, Mixture { hit, hit_time, misses }.quantile(p(call)?))
}

fn single_wait(call: &Call<'_>) -> Result<Value, String> {
    let (rate, service, cv) = (not_negative(call, 0)?, positive(call, 1)?, not_negative(call, 2)?);
    let busy = rate * service;
    if busy >= 1.0 {
        return Err(call.refuse(0, &format!("keeps {busy} of 1 server busy: the queue has no end")));
    }
    call.finite(1, busy * service * (1.0 + cv * cv) / (2.0 * (1.0 - busy)))
}

/// Refuses integers that are all outside of what an argument takes; floats are left to the run.
fn at_least(call: &TypeCall<'_>, at: usize, least: i128, why: &str) -> Result<(), Misfit> {
    let outside = known::only_ints(&call.ty(at)).is_some_and(|range| range.max < least);
    if outside { Err(call.refuse(at, why)) } else { Ok(()) }
}

fn at_most(call: &TypeCall<'_>, at: usize, most: i128, why: &str) -> Result<(), Misfit> {
    let outside = known::only_ints(&call.ty(at)).is_some_and(|range| range.min > most || range.max < 0);
    if outside { Err(call.refuse(at, why)) } else { Ok(()) }
}

fn erlang_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    at_least(call, 0, 1, NOT_POSITIVE)?;
    at_least(call, 1, 0, NEGATIVE)?;
    known::pointwise(call, Type::float())
}

fn station_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    at_least(call, RATE, 0, NEGATIVE)?;
    at_least(call, SERVERS, 1, NOT_POSITIVE)?;
    at_least(call, SERVICE, 1, NOT_POSITIVE)?;
    known::pointwise(call, Type::float())
}

fn quantile_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    at_most(call, P, 0, NO_QUANTILE)?;
    station_type(call)
}

fn cached_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    at_most(call, 4, 1, NO_SHARE)?;
    at_least(call, 5, 0, NEGATIVE)?;
    quantile_type(call)
}

fn single_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    at_least(call, 0, 0, NEGATIVE)?;
    at_least(call, 1, 1, NOT_POSITIVE)?;
    at_least(call, 2, 0, NEGATIVE)?;
    known::pointwise(call, Type::float())
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    fn named(values: &[(&'static str, f64)]) -> Vec<(&'static str, Value)> {
        let whole = |number: f64| format!("{number:.0}").parse().map_or(Value::Float(number), Value::Int);
        values
            .iter()
            .map(|(name, number)| (*name, if *name == "servers" { whole(*number) } else { Value::Float(*number) }))
            .collect()
    }

    fn ask(name: &str, values: &[(&'static str, f64)]) -> Result<f64, String> {
        run_with(name, &[], &named(values)).map(|value| value.as_float().unwrap())
    }

    fn near(found: Result<f64, String>, due: f64, within: f64) {
        let found = found.unwrap();
        assert!((found - due).abs() <= within, "{found}, due {due}");
    }

    #[test]
    fn published_and_simulated_stations() {
        let four = [("rate", 0.8), ("servers", 4.0), ("service", 4.0)];
        near(ask("erlang_c", &[("servers", 4.0), ("load", 3.2)]), 0.5964, 5e-5);
        near(ask("mmc_mean", &four), 6.982, 5e-4);
        for (p, due) in [(0.5, 5.385), (0.95, 18.952), (0.99, 27.573)] {
            near(ask("mmc_quantile", &[&four[..], &[("p", p)]].concat()), due, 5e-4);
        }
        // M/M/1 stays are exponential with mean 1 / (mu - lambda).
        let one = [("rate", 0.1), ("servers", 1.0), ("service", 4.0), ("p", 0.99)];
        near(ask("mmc_quantile", &one), libm::log(100.0) / 0.15, 1e-12);
        near(ask("erlang_c", &[("servers", 1.0), ("load", 0.3)]), 0.3, 1e-15);
        near(ask("erlang_c", &[("servers", 10.0), ("load", 0.0)]), 0.0, 0.0);
    }

    #[test]
    fn a_cache_before_a_station() {
        let ask_at = |hit, service, servers, p| {
            let values = [("rate", 0.4), ("servers", servers), ("service", service), ("hit", hit), ("hit_time", 0.3), ("p", p)];
            ask("cached_mmc_quantile", &values)
        };
        near(ask_at(0.6, 12.0, 4.0, 0.5), 0.499, 5e-4);
        near(ask_at(0.6, 12.0, 4.0, 0.95), 26.42, 5e-3);
        near(ask_at(0.6, 12.0, 4.0, 0.99), 45.85, 5e-3);
        near(ask_at(0.95, 12.0, 4.0, 0.99), 19.31, 5e-3);
        near(ask_at(0.6, 3.0, 4.0, 0.99), 11.07, 5e-3);
        near(ask_at(0.95, 3.0, 4.0, 0.99), 4.828, 5e-4);
        near(ask_at(0.6, 12.0, 8.0, 0.99), 44.27, 5e-3);
        near(ask_at(0.85, 1.5, 4.0, 0.99), 4.062, 5e-4);
        near(ask_at(0.85, 2.0, 4.0, 0.99), 5.416, 5e-4);
        // No hits: the station alone. All hits: the station plays no part.
        let alone = ask("mmc_quantile", &[("rate", 0.4), ("servers", 8.0), ("service", 12.0), ("p", 0.9)]);
        near(ask_at(0.0, 12.0, 8.0, 0.9), alone.unwrap(), 1e-12);
        near(ask_at(1.0, 12.0, 8.0, 0.99), 0.3 * libm::log(100.0), 1e-12);
    }

    #[test]
    fn variability_multiplies_the_wait() {
        let four = [("rate", 0.8), ("servers", 4.0), ("service", 4.0)];
        let plain = ask("mmc_mean", &four).unwrap() - 4.0;
        near(ask("mmc_mean", &[&four[..], &[("variability", 2.5)]].concat()), 4.0 + 2.5 * plain, 1e-12);
        near(ask("mmc_mean", &[&four[..], &[("variability", 0.0)]].concat()), 4.0, 0.0);
        // Pollaczek and Khinchine: equal services halve the exponential wait.
        let wait = |cv| ask("mg1_wait", &[("rate", 0.2), ("service", 4.0), ("cv", cv)]);
        near(wait(1.0), 16.0, 1e-12);
        near(wait(0.0), 8.0, 1e-12);
        near(ask("mmc_mean", &[("rate", 0.2), ("servers", 1.0), ("service", 4.0)]), 20.0, 1e-12);
    }

    #[test]
    fn what_has_no_answer_is_refused_with_its_argument() {
        let refused = |name: &str, values: &[(&'static str, f64)]| ask(name, values).unwrap_err();
        let busy = [("rate", 1.0), ("servers", 4.0), ("service", 4.0)];
        assert_eq!(refused("mmc_mean", &busy), "`rate` of `mmc_mean` keeps 4 of 4 servers busy: the queue has no end");
        assert_eq!(
            refused("erlang_c", &[("servers", 4.0), ("load", 4.5)]),
            "`load` of `erlang_c` is 4.5, not below `servers`, which is 4: the queue has no end"
        );
        assert_eq!(
            refused("erlang_c", &[("servers", 0.0), ("load", 0.0)]),
            "`servers` of `erlang_c` is from 1 to 1000000, found 0"
        );
        assert_eq!(
            refused("mmc_mean", &[("rate", 0.0), ("servers", 1.0), ("service", 0.0)]),
            "`service` of `mmc_mean` is not above zero"
        );
        let at = |p| [("rate", 0.1), ("servers", 1.0), ("service", 1.0), ("p", p)];
        assert_eq!(refused("mmc_quantile", &at(1.0)), "`p` of `mmc_quantile` is not from 0 to below 1");
        let cached = [&at(0.5)[..], &[("hit", 1.5), ("hit_time", 1.0)]].concat();
        assert_eq!(refused("cached_mmc_quantile", &cached), "`hit` of `cached_mmc_quantile` is not from 0 to 1");
        assert_eq!(run("mmc_mean", &[Value::Int(1)]).unwrap_err(), "`mmc_mean` takes at most 0 arguments, found 1");
        assert_eq!(
            refused("mg1_wait", &[("rate", 0.5), ("service", 4.0), ("cv", 1.0)]),
            "`rate` of `mg1_wait` keeps 2 of 1 server busy: the queue has no end"
        );
        let never = [("rate", Type::float()), ("servers", Type::int_range(-3, 0)), ("service", Type::float())];
        assert_eq!(typed_with("mmc_mean", &[], &never).unwrap_err().message, "`servers` of `mmc_mean` is not above zero");
    }
}
