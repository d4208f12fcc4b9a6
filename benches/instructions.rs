//! One call of every workload, for `scripts/instructions` to count under callgrind.
//!
//! `measured` is where counting is on; callgrind writes its counts each time the function is
//! left. The names of the calls come out in the same order.

mod workload;

use std::hint::black_box;

use workload::{Counter, Workloads};

fn main() {
    let workloads = Workloads::new();
    workloads.visit(&mut Once);
    workloads.grow(&mut Once);
    workloads.set_up(&mut Once);
}

/// Runs everything once while it is counted, and before that a few times to fill the caches of
/// the allocator and to choose the vector code.
struct Once;

impl Counter for Once {
    fn count<I, O>(&mut self, name: &str, input: impl Fn() -> I, run: impl Fn(I) -> O) {
        for _ in 0..8 {
            drop(black_box(run(black_box(input()))));
        }
        let input = black_box(input());
        drop(black_box(measured(&run, input)));
        println!("{name}");
    }
}

#[inline(never)]
fn measured<I, O>(run: &impl Fn(I) -> O, input: I) -> O {
    run(input)
}
