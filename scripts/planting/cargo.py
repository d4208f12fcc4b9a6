"""Cargo in the copy of the tree, and the test programs that it builds."""
import json
import os
import signal
import subprocess
from pathlib import Path
from typing import NamedTuple

from planting import Wrong

# A property finds a bug every time or never. The smallest input for it is of no use here.
PROPERTIES = {
    "PROPTEST_RNG_SEED": "1",
    "PROPTEST_MAX_SHRINK_ITERS": "0",
    "PROPTEST_DISABLE_FAILURE_PERSISTENCE": "1",
}


class Program(NamedTuple):
    """A test program, which runs in the folder of its package."""

    path: Path
    folder: Path
    # Cargo's: a test may build an example.
    environment: dict

    def run(self, arguments, seconds, **environment):
        """What it says. Raises `subprocess.TimeoutExpired`."""
        return subprocess.run(
            [self.path, *arguments], cwd=self.folder, timeout=seconds, capture_output=True, text=True, errors="replace",
            env=self.environment | PROPERTIES | {"CARGO_MANIFEST_DIR": str(self.folder)} | environment,
        )


class Built(NamedTuple):
    # The test programs by target.
    programs: dict
    # The compiler's messages, as JSON has them.
    errors: list

    def sound(self):
        """The programs, if nothing went wrong."""
        if self.errors:
            raise Wrong("".join(error["rendered"] for error in self.errors[:3]))
        return self.programs


class Cargo:
    def __init__(self, tree, target, **settings):
        self.tree = tree
        self.environment = os.environ | {"CARGO_TARGET_DIR": str(target)} | settings

    def check(self, package):
        """Compiles a library as far as errors are found."""
        return self.run("check", package, ["--lib"])

    def build(self, package, targets, seconds=None):
        """Builds test programs: each target is `--lib` or `--test NAME`. Raises `subprocess.TimeoutExpired`."""
        return self.run("test", package, ["--no-run", *" ".join(targets).split()], seconds)

    def run(self, command, package, options, seconds=None):
        command = ["cargo", command, "--locked", "--message-format", "json", "--all-features", "--package", package]
        cargo = subprocess.Popen(
            [*command, *options], cwd=self.tree.path, env=self.environment, start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        try:
            output, said = cargo.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            # The compiler, too, which evaluates constants.
            os.killpg(cargo.pid, signal.SIGKILL)
            cargo.communicate()
            raise
        messages = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
        errors = [one["message"] for one in messages if one.get("message", {}).get("level") == "error"]
        if cargo.returncode and not errors:
            raise Wrong(said)
        programs = (program(message, self.environment) for message in messages if is_test(message))
        return Built(dict(programs), errors)


def is_test(message):
    return message.get("executable") and message["profile"]["test"]


def program(message, environment):
    name = message["target"]["name"]
    target = f"--test {name}" if "test" in message["target"]["kind"] else "--lib"
    return target, Program(Path(message["executable"]), Path(message["manifest_path"]).parent, environment)
