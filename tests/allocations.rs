//! Heap allocations of every workload, against the budgets of `benches/budgets.tsv`.
//!
//! A binary of its own, since the allocator that counts belongs to the whole binary. Counts do
//! not depend on the machine: one allocation more than the budget is a regression.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a panic is a failed test")]

#[path = "../benches/workload/mod.rs"]
mod workload;

use std::collections::BTreeMap;

use allocation_counter::{AllocationInfo, measure};
use firstparty::http::Request;
use firstparty::{Action, Config, Gateway, Platform};
use workload::outcome::Outcome;
use workload::{Counter, Visitor, Ways, Workloads};

const BUDGETS: &str = include_str!("../benches/budgets.tsv");

/// Allocations and bytes, by workload.
#[derive(Default)]
struct Counts(BTreeMap<String, (u64, u64)>);

impl Counter for Counts {
    fn count<I, O>(&mut self, name: &str, input: impl Fn() -> I, run: impl Fn(I) -> O) {
        // What is computed once for the process is not a request's.
        drop(run(input()));
        let input = input();
        let mut output = None;
        let AllocationInfo { count_total, bytes_total, .. } = measure(|| output = Some(run(input)));
        self.0.insert(name.to_owned(), (count_total, bytes_total));
    }
}

/// The rows of the budgets: name, instructions, allocations, bytes.
fn budgets() -> impl Iterator<Item = (&'static str, u64, u64)> {
    let rows = BUDGETS.lines().filter(|line| !line.starts_with('#'));
    rows.map(|row| {
        let columns: Vec<_> = row.split('\t').collect();
        (columns[0], columns[2].parse().unwrap(), columns[3].parse().unwrap())
    })
}

#[test]
fn no_workload_allocates_more_than_its_budget() {
    let mut counts = Counts::default();
    let workloads = Workloads::new();
    workloads.visit(&mut counts);
    workloads.grow(&mut counts);
    workloads.set_up(&mut counts);
    for (name, (allocations, bytes)) in &counts.0 {
        println!("{name}\t{allocations}\t{bytes}");
    }
    for (name, allocations, bytes) in budgets() {
        let (counted, in_bytes) = counts.0[name];
        assert!(
            counted <= allocations && in_bytes <= bytes,
            "{name}: {counted} allocations of {in_bytes} bytes, budget {allocations} of {bytes}"
        );
    }
}

#[test]
fn a_gateway_is_cloned_without_allocating() {
    let workloads = Workloads::new();
    let count = measure(|| drop(workloads.gateway.clone())).count_total;
    assert_eq!(count, 0);
}

/// All ways do the same work: what they are compared on is worth nothing otherwise.
#[test]
fn all_ways_agree() {
    Workloads::new().visit(&mut Agreement);
}

struct Agreement;

impl Visitor for Agreement {
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
        let ours = (ways.ours)(input()).lines();
        assert_eq!((ways.bare)(input()).lines(), ours, "{id}, bare");
        assert_eq!((ways.known)(input()).lines(), ours, "{id}, known beforehand");
        assert_eq!((ways.naive)(input()).lines(), ours, "{id}, naive");
        assert_eq!((ways.careful)(input()).lines(), ours, "{id}, careful");
    }
}

/// R4.7: a list of keys costs no allocation, on each route that downloads an agent.
#[test]
fn listed_keys_are_compared_in_place() {
    let config = Config::builder().agent_download_path("agent").get_result_path("result");
    let listing = config.clone().api_keys(["other", "k"]);
    for uri in ["/fp/agent?apiKey=k", "/fp/web/v4/%6B", "/fp/result/web/v4/k", "/fp/web/v4"] {
        let [any, listed] = [config.clone(), listing.clone()].map(|builder| {
            let gateway = Gateway::new(builder.build().unwrap(), Platform::Generic);
            let request = || {
                let request = Request::get(uri).header("host", "www.example.com");
                request.body(()).unwrap()
            };
            drop(gateway.handle(request(), None));
            let request = request();
            let mut action = None;
            let count = measure(|| action = Some(gateway.handle(request, None))).count_total;
            assert!(matches!(action, Some(Action::Forward(..))), "{uri}");
            count
        });
        assert_eq!(any, listed, "{uri}");
    }
}
