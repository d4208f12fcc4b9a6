//! The example `doctor` as a process: what it says of the example proxy, and of servers that are broken.
#![cfg(test)]

mod broken;
mod certificates;
mod output;
mod proxy;
mod run;
mod tls;
