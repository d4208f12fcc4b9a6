//! Prints the digest that the host computes.

fn main() {
    println!("{:016x}", firstparty_purity::digest());
}
