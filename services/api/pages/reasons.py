"""The reasons of the rules in the reader's language: what has no translation is told in English, and said to be. Pure."""

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from services.api.pages.words import day

_HOLE = re.compile(r"\{(\w+)\}")
_JOINT = "; "


class Told(NamedTuple):
    """A reason, and the language it is in."""

    text: str
    language: str


def reason(told: str, language: str) -> Told:
    """A rule's reason for a reader of a language."""
    translated = _vietnamese(told) if language == "vi" else None
    return Told(told, "en") if translated is None else Told(translated, "vi")


def templates() -> dict[str, str]:
    """The reasons that rules give, with holes, and what they are in Vietnamese."""
    return tomllib.loads((files(__package__) / "reasons.toml").read_text(encoding="utf-8"))


@cache
def _rules() -> Sequence[tuple[re.Pattern[str], str]]:
    """What each template fits, and its translation; the one with the most words of its own first."""
    ordered = sorted(templates().items(), key=lambda pair: -len(_HOLE.sub("", pair[0])))
    return [(_pattern(english), vietnamese) for english, vietnamese in ordered]


def _pattern(template: str) -> re.Pattern[str]:
    pieces = _HOLE.split(template)
    # Pieces and holes take turns.
    return re.compile("".join(f"(?P<{one}>.+?)" if place % 2 else re.escape(one) for place, one in enumerate(pieces)))


def _vietnamese(told: str) -> str | None:
    """A whole reason, or several that are joined; None if there is a part without a translation."""
    if (whole := _part(told)) is not None:
        return whole
    parts = [_part(one) for one in told.split(_JOINT)]
    return _JOINT.join(one for one in parts if one is not None) if None not in parts else None


def _part(told: str) -> str | None:
    for pattern, vietnamese in _rules():
        if found := pattern.fullmatch(told):
            filled = {hole: _filled(hole, text) for hole, text in found.groupdict().items()}
            if None not in filled.values():
                return vietnamese.format(**filled)
    return None


def _filled(hole: str, text: str) -> str | None:
    if hole == "day":
        return day(text, "vi")
    if hole == "reason":
        return _vietnamese(text)
    if hole == "facts":
        *all_but_last, last = text.split(_JOINT)
        return _JOINT.join([*all_but_last, _part(last) or last])
    return text
