//! The table: every way of every workload, batch by batch in turn, so that ratios hold on a noisy
//! machine; then everything that grows, in nanoseconds a byte.
//!
//! The table is the median of three runs. A run whose naive is 20 % off the median of the three was
//! disturbed, and is thrown away.
//!
//! ```sh
//! cargo bench --bench ratios                 # the whole table, a minute
//! cargo bench --bench ratios -- --smoke      # a few seconds, to see that everything runs
//! cargo bench --bench ratios -- --json       # for scripts
//! ```
//!
//! Inputs are built before a batch and outputs dropped after it, for all ways alike; what
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
use workload::{Visitor, Ways, Workloads};

/// Calls that are timed together.
const BATCH: usize = 16;

const RUNS: usize = 3;

/// How far a run's naive may be off the median of all runs.
const DISTURBED: f64 = 0.2;

const WAYS: [&str; 5] = ["ours", "bare", "known", "naive", "careful"];

fn main() {
    let has = |wanted: &str| std::env::args().any(|argument| argument == wanted);
    let workloads = Workloads::new();
    let mut table = Table { rounds: if has("--smoke") { 20 } else { 1_000 }, ..Table::default() };
    for _ in 0..RUNS {
        workloads.visit(&mut table);
    }
    workloads.grow(&mut table);
    table.measure_gateway(&workloads);
    table.measure_names(&workloads);
    if has("--json") { table.print_json() } else { table.print() }
}

#[derive(Default)]
struct Table {
    rounds: usize,
    rows: Vec<(&'static str, Vec<Run>)>,
    growth: Vec<Growth>,
    /// What it takes to ask for each name of A, by the kind of set.
    names: Vec<(&'static str, f64)>,
    /// Setting a gateway up, and cloning it, in nanoseconds.
    new: f64,
    clone: f64,
}

/// One run of a workload: medians in nanoseconds.
#[derive(Clone)]
struct Run {
    /// In the order of [`WAYS`].
    times: [f64; 5],
    /// Ours to each way: the median of the ratios of all rounds, whose batches ran next to each other.
    ratios: [f64; 5],
    build: f64,
    drop: f64,
}

impl Run {
    const NAIVE: usize = 3;

    /// The medians of all runs that were not disturbed, and how many those are.
    fn median(runs: &[Self]) -> (Self, usize) {
        let naive = median(runs.iter().map(|run| run.times[Self::NAIVE]).collect());
        let is_near = |run: &&Self| (run.times[Self::NAIVE] / naive - 1.0).abs() <= DISTURBED;
        let kept: Vec<_> = runs.iter().filter(is_near).collect();
        let of = |read: &dyn Fn(&Self) -> f64| median(kept.iter().map(|run| read(run)).collect());
        let run = Self {
            times: std::array::from_fn(|way| of(&|run| run.times[way])),
            ratios: std::array::from_fn(|way| of(&|run| run.ratios[way])),
            build: of(&|run| run.build),
            drop: of(&|run| run.drop),
        };
        (run, kept.len())
    }
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
        ways: Ways<
            impl Fn(I) -> A,
            impl Fn(I) -> B,
            impl Fn(I) -> B,
            impl Fn(I) -> C,
            impl Fn(I) -> C,
        >,
    ) {
        let mut rounds: [Vec<f64>; 7] = Default::default();
        for round in 0..self.rounds + self.rounds / 10 {
            let ours = batch(&input, &ways.ours);
            let times = [
                ours.run,
                batch(&input, &ways.bare).run,
                batch(&input, &ways.known).run,
                batch(&input, &ways.naive).run,
                batch(&input, &ways.careful).run,
                ours.build,
                ours.drop,
            ];
            if round >= self.rounds / 10 {
                rounds.iter_mut().zip(times).for_each(|(rounds, time)| rounds.push(time));
            }
        }
        let ratio = |way: usize| {
            let pairs = rounds[0].iter().zip(&rounds[way]);
            median(pairs.map(|(ours, other)| ours / other).collect())
        };
        let run = Run {
            times: std::array::from_fn(|way| median(rounds[way].clone())),
            ratios: std::array::from_fn(ratio),
            build: median(rounds[5].clone()),
            drop: median(rounds[6].clone()),
        };
        match self.rows.iter_mut().find(|(row, _)| *row == id) {
            Some((_, runs)) => runs.push(run),
            None => self.rows.push((id, vec![run])),
        }
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
        println!(
            "ns a call, medians of {RUNS} runs of {} batches of {BATCH}, in turn",
            self.rounds
        );
        println!(
            "{:<12} {:>8} {:>8} {:>8} {:>9} {:>9} {:>10} {:>11} {:>11} {:>5}",
            "workload",
            "ours",
            "bare",
            "known",
            "naive",
            "careful",
            "ours/bare",
            "ours/known",
            "naive/ours",
            "runs"
        );
        for (id, runs) in &self.rows {
            let (Run { times, ratios, .. }, kept) = Run::median(runs);
            let [ours, bare, known, naive, careful] = times;
            let [_, to_bare, to_known, to_naive, _] = ratios;
            println!(
                "{id:<12} {ours:>8.1} {bare:>8.1} {known:>8.1} {naive:>9.1} {careful:>9.1} \
                 {to_bare:>10.2} {to_known:>11.2} {:>11.1} {kept:>5}",
                1.0 / to_naive
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
        let rows = self.rows.iter().map(|(id, runs)| {
            let (run, kept) = Run::median(runs);
            let named = |values: [f64; 5]| WAYS.into_iter().zip(values).collect::<BTreeMap<_, _>>();
            serde_json::json!({
                "workload": id, "times": named(run.times), "ours_to": named(run.ratios),
                "build": run.build, "drop": run.drop, "runs": kept,
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
