"""Plants the mutants of a package together, without those that do not compile."""
import re
from typing import NamedTuple

from planting import Wrong
from planting.switch import Switchboard


class Planted(NamedTuple):
    # By the number that chooses them.
    mutants: dict
    # Those outside of functions whose bodies can be chosen.
    alone: list
    unviable: list
    # Where the mutants of a number are; the functions in the order of their own numbers.
    functions: dict
    entered: list
    programs: dict


class Garden:
    def __init__(self, mutants, tree, cargo):
        self.cargo = cargo
        self.board, self.mutants, self.functions = Switchboard(tree), {}, {}
        self.alone, self.unviable = [], []
        for number, mutant in enumerate(mutants, 1):
            source = self.board.source(mutant.file)
            function = source.around(mutant.change)
            if not function:
                self.alone.append(mutant)
                continue
            source.add(number, {function: [mutant.change]})
            self.mutants[number], self.functions[number] = mutant, (mutant.file, function)

    def build(self, package, targets):
        """Compiles again and again, until nothing is left that does not compile."""
        # Checking is quicker than building, and finds all but a few.
        for compiled in (lambda: self.cargo.check(package), lambda: self.cargo.build(package, targets)):
            while True:
                entered = self.board.write()
                built = compiled()
                if not built.errors:
                    break
                self.drop(built.errors)
        # Some tests read the sources.
        self.board.restore()
        return Planted(self.mutants, self.alone, self.unviable, self.functions, entered, built.programs)

    def drop(self, errors):
        """Takes out what these errors are about."""
        before = len(self.mutants)
        for error in errors:
            if (error.get("code") or {}).get("code") == "E0015":
                self.needed_by_compiler(error)
                continue
            for body in filter(None, (self.body_of(span) for span in sites(error))):
                name, body = body
                if body.number:
                    self.take_out(body.number, self.unviable)
                else:
                    self.leave((name, body.function))
                break
        if len(self.mutants) == before:
            raise Wrong("".join(error["rendered"] for error in errors[:3]))

    def body_of(self, span):
        source = self.board.sources.get(span["file_name"])
        body = source and source.body_at(span["line_start"], span["column_start"])
        return body and (source.name, body)

    def needed_by_compiler(self, error):
        """A function that runs at compile time has no choice."""
        name = re.search(r"`([^`]*)`", error["message"])[1].rsplit("::", 1)[-1]
        for file, function in set(self.functions.values()):
            text = self.board.sources[file].text
            if function.const and re.match(rf"const fn {name}\b", text[function.const[0] :]):
                self.leave((file, function))

    def leave(self, place):
        """The mutants of a function have to be built alone."""
        for number in [number for number, where in self.functions.items() if where == place]:
            self.take_out(number, self.alone)

    def take_out(self, number, where):
        if number in self.mutants:
            file, function = self.functions.pop(number)
            self.board.sources[file].remove(function, number)
            where.append(self.mutants.pop(number))


def sites(error):
    """The places that an error is about, the first ones first: of what macros wrote, where they were called."""
    spans = sorted(error["spans"], key=lambda span: not span["is_primary"])
    spans += [span for child in error["children"] for span in child["spans"]]
    for span in spans:
        while span:
            yield span
            span = (span.get("expansion") or {}).get("span")
