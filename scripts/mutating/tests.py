"""The tests of a program: which functions each enters, and how long it takes."""
import subprocess
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

# Longer than any test takes.
SECONDS = 600
# Bodies that are compiled together have their variables on one stack.
STACK = {"RUST_MIN_STACK": str(64 << 20)}
SETTINGS = STACK | {"PROPTEST_CASES": "200", "RUSTC_BOOTSTRAP": "1", "RUST_BACKTRACE": "0"}
# What a test takes more than without a mutant, before it counts as endless.
FACTOR, MORE = 4, 8
# The quickest tests find most: those of so many seconds run first, then those of more.
FIRST, GROWTH = 0.5, 4


class Test(NamedTuple):
    name: str
    seconds: float
    # The numbers of functions.
    entered: frozenset


def batches(tests):
    """These tests, the quickest first."""
    batch, seconds, limit = [], 0, FIRST
    for test in tests:
        if batch and seconds + test.seconds > limit:
            yield batch
            batch, seconds, limit = [], 0, limit * GROWTH
        batch.append(test)
        seconds += test.seconds
    if batch:
        yield batch


class Tests:
    """The tests of one program that pass without a mutant."""

    def __init__(self, program, left_out, pool):
        self.program = program
        listed = program.run(["--list", "--format", "terse"], SECONDS, **SETTINGS).stdout
        names = [line.removesuffix(": test") for line in listed.splitlines() if line.endswith(": test")]
        names = [name for name in names if not any(part in name for part in left_out)]
        tried = dict(zip(names, pool.map(self.measure, names)))
        self.failing = [name for name, test in tried.items() if not test]
        self.tests = sorted(filter(None, tried.values()), key=lambda test: test.seconds)

    def measure(self, name):
        """Runs a test by itself; nothing if it fails."""
        with tempfile.TemporaryDirectory() as folder:
            entered, started = Path(folder, "entered"), time.monotonic()
            done = self.program.run(["--exact", name], SECONDS, PLANTED_ENTERED=str(entered), **SETTINGS)
            took = time.monotonic() - started
            numbers = entered.read_text().split() if entered.exists() else []
        return None if done.returncode else Test(name, took, frozenset(map(int, numbers)))

    def that_enter(self, function):
        return [test for test in self.tests if function in test.entered]

    def catch(self, tests, number=0):
        """How these tests find the mutant of this number, if they do."""
        return next(filter(None, (self.fail(some, number) for some in batches(tests))), None)

    def fail(self, tests, number):
        names = [test.name for test in tests]
        options = ["-Z", "unstable-options", "--fail-fast", "--test-threads", "1", "--exact"]
        limit = MORE + FACTOR * sum(test.seconds for test in tests)
        try:
            done = self.program.run([*options, *names], limit, PLANTED=str(number), **SETTINGS)
        except subprocess.TimeoutExpired:
            return f"no end within {limit:.0f} s"
        if not done.returncode:
            return None
        failed = [line for line in done.stdout.splitlines() if line.endswith(" ... FAILED")]
        return failed[0].removeprefix("test ").removesuffix(" ... FAILED") if failed else f"ends with {done.returncode}"
