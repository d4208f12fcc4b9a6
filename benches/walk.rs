//! The workloads under criterion, each in every way, inputs built and outputs dropped outside the
//! measurement, for all ways alike.
//!
//! Criterion measures one after the other. For ratios, see `ratios.rs`, which takes turns.

mod workload;

use criterion::{BatchSize, Criterion};
use firstparty::Gateway;
use workload::names::NameSets;
use workload::outcome::Outcome;
use workload::{Visitor, Ways, Workloads};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    walk(&mut criterion);
    gateway(&mut criterion);
    names(&mut criterion);
    criterion.final_summary();
}

struct Group<'c>(&'c mut Criterion);

impl Visitor for Group<'_> {
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
        let mut group = self.0.benchmark_group(id);
        let size = BatchSize::SmallInput;
        group.bench_function("ours", |b| b.iter_batched(&input, &ways.ours, size));
        group.bench_function("bare", |b| b.iter_batched(&input, &ways.bare, size));
        group.bench_function("known", |b| b.iter_batched(&input, &ways.known, size));
        group.bench_function("naive", |b| b.iter_batched(&input, &ways.naive, size));
        group.bench_function("careful", |b| b.iter_batched(&input, &ways.careful, size));
        // What is not in any of them.
        group.bench_function("build", |b| b.iter_with_large_drop(&input));
        group.bench_function("drop", |b| b.iter_batched(&input, drop, size));
        group.bench_function("move", |b| b.iter_batched(&input, |input| input, size));
        group.finish();
    }
}

fn walk(criterion: &mut Criterion) {
    Workloads::new().visit(&mut Group(criterion));
}

fn gateway(criterion: &mut Criterion) {
    let workloads = Workloads::new();
    let platform = workloads.gateway.platform();
    criterion.bench_function("Gateway::new", |b| {
        let config = || workloads.config.clone();
        b.iter_batched(config, |config| Gateway::new(config, platform), BatchSize::SmallInput);
    });
    criterion.bench_function("Gateway::clone", |b| b.iter(|| workloads.gateway.clone()));
}

fn names(criterion: &mut Criterion) {
    let sets = NameSets::new();
    let request = Workloads::new().a.build();
    let headers = request.headers();
    let mut group = criterion.benchmark_group("names of A");
    group.bench_function("FieldSet", |b| b.iter(|| sets.ours(headers)));
    group.bench_function("trie-hard", |b| b.iter(|| sets.trie_hard(headers)));
    group.bench_function("phf", |b| b.iter(|| NameSets::phf(headers)));
    group.bench_function("HashSet<HeaderName>", |b| b.iter(|| sets.hash_set(headers)));
    group.finish();
}
