"""How the press uses words and names: statistics of unannotated news, in lexicon/*.tsv. How they were made: docs/model-card-names.md."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files


@cache
def clusters() -> dict[str, tuple[str, ...]]:
    """Of each frequent word the numbers of the clusters that it is in, from coarse to fine."""
    path = files(__package__) / "lexicon" / "clusters.tsv"
    rows = (line.split("\t") for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#"))
    return {row[0]: tuple(row[1:]) for row in rows}


@cache
def habits() -> dict[str, str]:
    """Of each word how often the press writes it with a capital inside a sentence."""
    path = files(__package__) / "lexicon" / "capitals.tsv"
    rows = (line.split("\t") for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#"))
    return {word: share for share, listed in rows for word in listed.split(" ")}


@cache
def _known() -> tuple[dict[str, str], dict[str, int]]:
    """Names that the press wrote, each with what it was read as; and how long those are that begin with a word."""
    path = files(__package__) / "lexicon" / "seen.tsv"
    rows = (line.split("\t") for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#"))
    known = {name: code for code, *names in rows for name in names}
    longest: dict[str, int] = {}
    for name in known:
        first, *rest = name.split(" ")
        longest[first] = max(longest.get(first, 0), len(rest) + 1)
    return known, longest


def known_names(written: Sequence[str]) -> list[tuple[str, str]]:
    """For each word the code of the known name that it is in, from the left, and its part of it: B, I, E or S."""
    known, longest = _known()
    count = len(written)
    result = [("", "")] * count
    done = 0
    for place, word in enumerate(written):
        if place < done or word not in longest:
            continue
        for length in range(min(longest[word], count - place), 0, -1):
            code = known.get(" ".join(written[place : place + length]) if length > 1 else word)
            if code:
                done = place + length
                if length == 1:
                    result[place] = (code, "S")
                else:
                    result[place] = (code, "B")
                    result[place + 1 : done] = [(code, "I")] * (length - 2) + [(code, "E")]
                break
    return result
