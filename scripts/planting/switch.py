"""Sources with several bodies in a function, and what chooses among them."""
import bisect
from typing import NamedTuple

from planting.functions import functions

# At the root of each crate that has a change. No lookup for each call: some are in loops. Numbers, as
# they are compared each time. A function that is entered first is written down, if somebody asks.
SWITCH = """
mod planted {
    use std::env;
    use std::fs::File;
    use std::io::Write;
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

    static CHANGE: AtomicU32 = AtomicU32::new(u32::MAX);
    static ENTERED: [AtomicBool; FUNCTIONS] = [const { AtomicBool::new(false) }; FUNCTIONS];

    pub(crate) fn change(function: usize) -> u32 {
        if !ENTERED[function].load(Ordering::Acquire) {
            enter(function);
        }
        CHANGE.load(Ordering::Relaxed)
    }

    #[cold]
    fn enter(function: usize) {
        let change = env::var("PLANTED").map_or(0, |change| change.parse().unwrap());
        CHANGE.store(change, Ordering::Relaxed);
        ENTERED[function].store(true, Ordering::Release);
        if let Ok(path) = env::var("PLANTED_ENTERED") {
            let mut file = File::options().create(true).append(true).open(path).unwrap();
            file.write_all(format!("{function}\\n").as_bytes()).unwrap();
        }
    }
}
"""


class Change(NamedTuple):
    """The bytes of a file that are changed, and what stands there then."""

    start: int
    end: int
    new: str


def patched(text, changes, start=0, end=None):
    """A piece of a text with these changes."""
    piece = text[start:end]
    for one in sorted(changes, reverse=True):
        piece = piece[: one.start - start] + one.new + piece[one.end - start :]
    return piece


class Body(NamedTuple):
    """Where a body stands in the written text."""

    start: int
    end: int
    function: object
    # 0 is the function as it is.
    number: int


class Source:
    """A file with all changes that are planted in it."""

    def __init__(self, name, text):
        self.name, self.text = name, text
        self.functions = list(functions(self.text))
        self.bodies = {}
        self.written, self.places = "", []

    def plan(self, changes):
        """The changes by function; None stands for what is outside of all functions."""
        plan = {}
        for change in changes:
            plan.setdefault(self.around(change), []).append(change)
        return plan

    def around(self, change):
        """The function with all of a change in its body."""
        return next((one for one in self.functions if one.start <= change.start and change.end <= one.end), None)

    def add(self, number, plan):
        for function, changes in plan.items():
            body = patched(self.text, changes, function.start, function.end)
            self.bodies.setdefault(function, {})[number] = body

    def remove(self, function, number):
        del self.bodies[function][number]
        if not self.bodies[function]:
            del self.bodies[function]

    def switch(self, first):
        """Writes the text with all bodies. Its functions get numbers, from this one on."""
        text, places, at = "", [], 0
        for index, (function, bodies) in enumerate(sorted(self.bodies.items()), first):
            start, end, const, boxed = function
            if const:
                text, at = text + self.text[at : const[0]], const[1]
            text += self.text[at:start]
            text += f" let boxed: Box<{boxed}> = " if boxed else ""
            text += f"match crate::planted::change({index}) {{\n"
            for number, body in [*bodies.items(), (0, self.text[start:end])]:
                text += f"{number or '_'} => "
                arm = f"Box::new({{{body}\n}})" if boxed else f"{{{body}\n}}"
                places.append(Body(len(text), len(text) + len(arm), function, number))
                text += f"{arm},\n"
            text, at = text + ("}; boxed " if boxed else "} "), end
        self.written, self.places = text + self.text[at:], places

    def body_at(self, line, column):
        """The body with this place of the written text, counted from 1."""
        lines = self.written.splitlines(keepends=True)
        offset = sum(map(len, lines[: line - 1])) + column - 1
        found = bisect.bisect_right(self.places, offset, key=lambda body: body.start) - 1
        if found >= 0 and offset <= self.places[found].end:
            return self.places[found]
        return None


class Switchboard:
    """All sources of a copy of the tree that are changed, by name."""

    def __init__(self, tree):
        self.tree, self.sources = tree, {}

    def source(self, name):
        if name not in self.sources:
            self.sources[name] = Source(name, self.tree.read(name))
        return self.sources[name]

    def write(self):
        """Writes them with all changes. Returns the functions, in the order of their numbers."""
        entered = []
        for source in self.sources.values():
            source.switch(len(entered))
            entered += [(source.name, function) for function in sorted(source.bodies)]
        texts = {name: source.written for name, source in self.sources.items()}
        for root in {self.tree.crate_root(name) for name, source in self.sources.items() if source.bodies}:
            text = self.source(root).text if root not in texts else texts[root]
            texts[root] = text + SWITCH.replace("FUNCTIONS", str(len(entered)))
        for name, text in texts.items():
            self.tree.write(name, text)
        return entered

    def restore(self):
        """Writes them as they were."""
        for name, source in self.sources.items():
            self.tree.write(name, source.text)
