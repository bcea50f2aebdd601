"""Patterns that find any of many words in one sweep over a text."""

import re
from collections.abc import Iterable
from typing import Any


def any_word_of(words: Iterable[str]) -> str:
    """A pattern for any of `words` that tries common beginnings once; the longest that fits counts."""
    tree: dict[str, Any] = {}
    for word in words:
        branch = tree
        for letter in word:
            branch = branch.setdefault(letter, {})
        branch[_END] = {}
    return _pattern(tree)


_END = ""


def _pattern(tree: dict[str, Any]) -> str:
    ways = [re.escape(letter) + _pattern(branch) for letter, branch in sorted(tree.items()) if letter != _END]
    if not ways:
        return ""
    inside = f"(?:{'|'.join(ways)})"
    return f"{inside}?" if _END in tree else inside
