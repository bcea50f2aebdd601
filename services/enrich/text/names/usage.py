"""How the press uses words and names: statistics of unannotated news, in lexicon/*.tsv. How they were made: docs/model-card-names.md."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from services.enrich.text.names.lexicons import lengths


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
def _known() -> tuple[dict[str, str], dict[str, tuple[int, ...]]]:
    """Names that the press wrote, each with what it was read as; and how long those are that begin with a word."""
    path = files(__package__) / "lexicon" / "seen.tsv"
    rows = (line.split("\t") for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#"))
    known = {name: code for code, *names in rows for name in names}
    return known, lengths(known)


def known_names(written: Sequence[str]) -> dict[int, tuple[str, str, str, str]]:
    """For each word in or beside a known name: the name's code, the word's part of it, and those of its neighbours.

    Names are read from the left. A part is B, I, E or S; a neighbour's stands before its code. What is not, is empty.
    """
    known, possible = _known()
    parts: dict[int, tuple[str, str]] = {}
    done = 0
    for place in [place for place, word in enumerate(written) if word in possible]:
        if place < done:
            continue
        for length in possible[written[place]]:
            code = known.get(" ".join(written[place : place + length]))
            if code and place + length <= len(written):
                done = place + length
                parts[place] = (code, "B" if length > 1 else "S")
                for inner in range(place + 1, done):
                    parts[inner] = (code, "I" if inner < done - 1 else "E")
                break
    nothing = ("", "")
    near = {beside for place in parts for beside in (place - 1, place, place + 1)} if parts else ()
    return {
        place: (*parts.get(place, nothing), _joined(parts.get(place - 1)), _joined(parts.get(place + 1)))
        for place in near
    }


def _joined(neighbour: tuple[str, str] | None) -> str:
    return f"{neighbour[1]}{neighbour[0]}" if neighbour else ""
