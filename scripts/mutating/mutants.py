"""What cargo-mutants would change."""
import json
import re
from fnmatch import fnmatchcase
from typing import NamedTuple

from planting import ROOT, printed
from planting.switch import Change


class Mutant(NamedTuple):
    # Its place too: `FILE:LINE:COLUMN: what is changed`.
    name: str
    package: str
    file: str
    change: Change

    @property
    def title(self):
        """The name without the place, which moves with every edit."""
        return re.sub(r":\d+:\d+:", ":", self.name, count=1)


def listed(tree, package, globs):
    """The mutants of a package in files that one of the patterns fits, if there are patterns."""
    folder = printed([ROOT / "scripts/tool", "cargo-mutants", "27.1.0"]).strip()
    command = [f"{folder}/cargo-mutants", "mutants", "--list", "--json", "--all-features", "--package", package]
    found = json.loads(printed(command, tree.path))
    texts = {one["file"]: tree.read(one["file"]).splitlines(keepends=True) for one in found}
    return [
        Mutant(one["name"], package, one["file"], change(one, texts[one["file"]]))
        for one in found
        if not globs or any(fnmatchcase(one["file"], glob) for glob in globs)
    ]


def change(mutant, lines):
    start, end = (place(mutant["span"][edge], lines) for edge in ("start", "end"))
    # A space, or `a -b` might become another word.
    return Change(start, end, f"{mutant['replacement']} ")


def place(edge, lines):
    return sum(map(len, lines[: edge["line"] - 1])) + edge["column"] - 1
