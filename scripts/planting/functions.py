"""The functions of a Rust source, as far as their bodies can be chosen when the program runs."""
import re
from typing import NamedTuple

# What may hold a brace that opens no block: comments, strings, characters (but not lifetimes).
QUIET = re.compile(
    r"""//[^\n]*|/\*.*?\*/|b?r(#*)".*?"\1|b?"(?:\\.|[^"\\])*"|b?'(?:\\(?:u\{\w+\}|x\w\w|.)|[^\\'])'""", re.S
)
HEAD = re.compile(r"^[ \t]*(?:pub(?:\([^)]*\))? )?(const )?(?:async )?fn \w+", re.M)
# Bodies of different types are one type in a box, if nothing but an iterator is promised.
ITERATOR = re.compile(r"-> impl (Iterator<.*?>)\s*(?:\+ *(?:'\w+|use<[^>]*>)\s*)*(?:where .*)?$", re.S)


class Function(NamedTuple):
    """The bytes between a function's braces."""

    start: int
    end: int
    # Those of the word, if it can run at compile time, when no variable has a value.
    const: tuple | None = None
    # What its body is if it only promises a trait: bodies of several types have to become one.
    boxed: str | None = None

    @property
    def is_plain(self):
        return not self.const and not self.boxed


def functions(text):
    """The outer ones: what is inside of another one changes with it. None that promises a trait which no
    box keeps."""
    bare = QUIET.sub(lambda quiet: re.sub(r"[^\n]", " ", quiet[0]), text)
    last = 0
    for head in HEAD.finditer(bare):
        body = opening(bare, head.end())
        if head.start() < last or not body:
            continue
        depth, last = 1, body
        while depth and last < len(bare):
            depth += {"{": 1, "}": -1}.get(bare[last], 0)
            last += 1
        signature = text[head.end() : body - 1]
        iterator = ITERATOR.search(signature)
        if iterator or "-> impl" not in signature:
            const = head.span(1) if head[1] else None
            yield Function(body, last - 1, const, f"dyn {iterator[1]} + '_" if iterator else None)


def opening(bare, start):
    """Where the body of a function begins, if it has one: no brace of a pattern among its arguments, and
    no `;` of an array's type."""
    depth = 0
    for mark in re.compile(r"[][(){};]").finditer(bare, start):
        if depth == 0 and mark[0] in "{;":
            return mark.end() if mark[0] == "{" else None
        depth += {"(": 1, "[": 1, "{": 1, ";": 0}.get(mark[0], -1)
    return None
