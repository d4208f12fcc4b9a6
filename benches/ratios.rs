//! The table: ours, floor and naive in one interleaved run, so that ratios hold on a noisy
//! machine; then everything that grows, in nanoseconds a byte.
//!
//! ```sh
//! cargo bench --bench ratios                 # the whole table, half a minute
//! cargo bench --bench ratios -- --smoke      # a few seconds, to see that everything runs
//! cargo bench --bench ratios -- --json       # for scripts
//! ```
//!
//! Inputs are built before a batch and outputs dropped after it, for all three alike; what
//! building and dropping cost is reported beside.

#![expect(clippy::cast_precision_loss, reason = "no count here comes near 2^52")]
#![expect(clippy::indexing_slicing, reason = "a bench may panic")]

mod workload;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

use firstparty::Gateway;
use workload::growth::Grower;
use workload::names::NameSets;
use workload::outcome::Outcome;
use workload::{Visitor, Workloads};

/// Calls that are timed together.
const BATCH: usize = 16;

fn main() {
    let has = |wanted: &str| std::env::args().any(|argument| argument == wanted);
    let workloads = Workloads::new();
    let mut table = Table { rounds: if has("--smoke") { 20 } else { 2_500 }, ..Table::default() };
    workloads.visit(&mut table);
    workloads.grow(&mut table);
    table.measure_gateway(&workloads);
    table.measure_names(&workloads);
    if has("--json") { table.print_json() } else { table.print() }
}

#[derive(Default)]
struct Table {
    rounds: usize,
    rows: Vec<Row>,
    growth: Vec<Growth>,
    /// What it takes to ask for each name of A, by the kind of set.
    names: Vec<(&'static str, f64)>,
    /// Setting a gateway up, and cloning it, in nanoseconds.
    new: f64,
    clone: f64,
}

/// A workload: medians in nanoseconds.
struct Row {
    id: &'static str,
    ours: f64,
    floor: f64,
    naive: f64,
    /// The median of the ratio of each round, whose batches ran next to each other.
    to_floor: f64,
    to_naive: f64,
    build: f64,
    drop: f64,
}

/// An input that grows.
struct Growth {
    series: &'static str,
    size: usize,
    bytes: usize,
    ours: f64,
}

impl Visitor for Table {
    fn visit<I, A: Outcome, B: Outcome, C: Outcome>(
        &mut self,
        id: &'static str,
        input: impl Fn() -> I,
        ours: impl Fn(I) -> A,
        floor: impl Fn(I) -> B,
        naive: impl Fn(I) -> C,
    ) {
        let mut times: [Vec<f64>; 5] = Default::default();
        for round in 0..self.rounds + self.rounds / 10 {
            let ours = batch(&input, &ours);
            let floor = batch(&input, &floor);
            let naive = batch(&input, &naive);
            if round >= self.rounds / 10 {
                let columns = [ours.run, floor.run, naive.run, ours.build, ours.drop];
                times.iter_mut().zip(columns).for_each(|(times, time)| times.push(time));
            }
        }
        let [ours, floor, naive, build, drop] = &times;
        let ratios = |one: &[f64], other: &[f64]| {
            let pairs = one.iter().zip(other);
            median(pairs.map(|(one, other)| one / other).collect())
        };
        self.rows.push(Row {
            id,
            to_floor: ratios(ours, floor),
            to_naive: ratios(naive, ours),
            ours: median(ours.clone()),
            floor: median(floor.clone()),
            naive: median(naive.clone()),
            build: median(build.clone()),
            drop: median(drop.clone()),
        });
    }
}

impl Grower for Table {
    fn grow<I, O>(
        &mut self,
        series: &'static str,
        size: usize,
        bytes: usize,
        input: impl Fn() -> I,
        run: impl Fn(I) -> O,
    ) {
        let rounds = (self.rounds / 10).max(10);
        // A long batch would nearly always be interrupted on a machine that is not idle.
        let count = if bytes < 4096 { BATCH } else { 1 };
        let times = (0..rounds).map(|_| calls(count, &input, &run).run).collect();
        self.growth.push(Growth { series, size, bytes, ours: median(times) });
    }
}

/// What one call of a batch took, in nanoseconds.
struct Times {
    build: f64,
    run: f64,
    drop: f64,
}

fn batch<I, O>(input: &impl Fn() -> I, run: &impl Fn(I) -> O) -> Times {
    calls(BATCH, input, run)
}

fn calls<I, O>(count: usize, input: &impl Fn() -> I, run: &impl Fn(I) -> O) -> Times {
    let mut outputs = Vec::with_capacity(count);
    let start = Instant::now();
    let inputs: Vec<I> = (0..count).map(|_| black_box(input())).collect();
    let built = Instant::now();
    for input in inputs {
        outputs.push(black_box(run(input)));
    }
    let ran = Instant::now();
    drop(outputs);
    let dropped = ran.elapsed();
    let each = |time: std::time::Duration| time.as_secs_f64() * 1e9 / count as f64;
    Times { build: each(built - start), run: each(ran - built), drop: each(dropped) }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

impl Table {
    fn measure_gateway(&mut self, workloads: &Workloads) {
        let new = |()| Gateway::new(workloads.config.clone(), workloads.gateway.platform());
        let rounds = self.rounds;
        self.new = median((0..rounds).map(|_| batch(&|| (), &new).run).collect());
        let clone = |()| workloads.gateway.clone();
        self.clone = median((0..rounds).map(|_| batch(&|| (), &clone).run).collect());
    }

    /// The field filter alone, next to other sets of the same names; in turn, too.
    fn measure_names(&mut self, workloads: &Workloads) {
        let sets = NameSets::new();
        let request = workloads.a.build();
        let headers = request.headers();
        let mut times: [Vec<f64>; 4] = Default::default();
        for _ in 0..self.rounds {
            let columns = [
                batch(&|| headers, &|headers| sets.ours(headers)).run,
                batch(&|| headers, &|headers| sets.trie_hard(headers)).run,
                batch(&|| headers, &|headers| NameSets::phf(headers)).run,
                batch(&|| headers, &|headers| sets.hash_set(headers)).run,
            ];
            times.iter_mut().zip(columns).for_each(|(times, time)| times.push(time));
        }
        let kinds = ["FieldSet", "trie-hard", "phf", "HashSet<HeaderName>"];
        self.names = kinds.into_iter().zip(times.map(median)).collect();
    }

    fn print(&self) {
        println!("ns a call, medians of {} batches of {BATCH}, in turn", self.rounds);
        println!(
            "{:<12} {:>8} {:>8} {:>9} {:>11} {:>11} {:>8} {:>8}",
            "workload", "ours", "floor", "naive", "ours/floor", "naive/ours", "(build)", "(drop)"
        );
        for row in &self.rows {
            let Row { id, ours, floor, naive, to_floor, to_naive, build, drop } = row;
            println!(
                "{id:<12} {ours:>8.1} {floor:>8.1} {naive:>9.1} {to_floor:>11.2} \
                 {to_naive:>11.1} {build:>8.0} {drop:>8.0}"
            );
        }
        println!("\nGateway::new {:.0} ns, Gateway::clone {:.1} ns", self.new, self.clone);
        println!("\nthe names of A, asked of a set of 32");
        for (kind, time) in &self.names {
            println!("{kind:<32} {time:>8.1}");
        }
        println!();
        println!("{:<32} {:>7} {:>10} {:>9}", "growth", "size", "ns", "ns/byte");
        for Growth { series, size, bytes, ours } in &self.growth {
            let each = ours / *bytes as f64;
            println!("{series:<32} {size:>7} {ours:>10.0} {each:>9.2}");
        }
    }

    fn print_json(&self) {
        let rows = self.rows.iter().map(|row| {
            serde_json::json!({
                "workload": row.id, "ours": row.ours, "floor": row.floor, "naive": row.naive,
                "ours_to_floor": row.to_floor, "naive_to_ours": row.to_naive,
                "build": row.build, "drop": row.drop,
            })
        });
        let growth = self.growth.iter().map(|row| {
            serde_json::json!({
                "series": row.series, "size": row.size, "bytes": row.bytes, "ours": row.ours,
            })
        });
        let json = serde_json::json!({
            "workloads": rows.collect::<Vec<_>>(), "growth": growth.collect::<Vec<_>>(),
            "names": self.names.iter().copied().collect::<BTreeMap<_, _>>(),
            "gateway_new": self.new, "gateway_clone": self.clone,
        });
        println!("{json:#}");
    }
}
