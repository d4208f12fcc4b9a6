"""Compiles many changes of the code together, one of which counts when a program runs.

A build takes minutes and a test moments. So a function that is changed gets all its bodies, and a variable of
the environment decides. `scripts/planted-bugs` and `scripts/mutants` are built on this.
"""
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


class Wrong(Exception):
    """What a user has to mend: the tree, the arguments, what a change is made from."""


def printed(command, folder=ROOT):
    """What a command prints. Its errors are shown."""
    return subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout
