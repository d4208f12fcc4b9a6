"""Judges the mutants of cargo-mutants: what `scripts/mutants` is made of."""
