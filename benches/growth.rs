//! Inputs that grow, and hostile ones of 64 KB, under criterion, with their throughput.

mod workload;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput};
use workload::Workloads;
use workload::growth::Grower;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    Workloads::new().grow(&mut Group(&mut criterion));
    criterion.final_summary();
}

struct Group<'c>(&'c mut Criterion);

impl Grower for Group<'_> {
    fn grow<I, O>(
        &mut self,
        series: &'static str,
        size: usize,
        bytes: usize,
        input: impl Fn() -> I,
        run: impl Fn(I) -> O,
    ) {
        let mut group = self.0.benchmark_group(series);
        group.throughput(Throughput::Bytes(bytes as u64));
        group.bench_function(BenchmarkId::from_parameter(size), |b| {
            b.iter_batched(&input, &run, BatchSize::SmallInput);
        });
        group.finish();
    }
}
