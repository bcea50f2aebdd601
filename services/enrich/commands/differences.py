"""What two findings of one text say differently, field by field."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """What a field said and says no more, and what it says now; one entry for each mention, part or value."""

    field: str
    was: Sequence[Any]
    now: Sequence[Any]


def differences(before: Mapping[str, Any], after: Mapping[str, Any], fields: Sequence[str]) -> list[Difference]:
    """The fields that say something else, in the order of `fields`. Both are documents as JSON holds them.

    Why a value was found (its `basis`: rule, version, confidence, reason) is no part of what it says; nor is the order
    of the entries of a field.
    """
    found = []
    for field in fields:
        was, now = _entries(before.get(field)), _entries(after.get(field))
        if was != now:
            found.append(Difference(field=field, was=_only(was, now), now=_only(now, was)))
    return found


def _entries(value: Any) -> Counter[bytes]:
    values = value if isinstance(value, list) else [] if value in (None, {}) else [value]
    return Counter(orjson.dumps(_without_basis(one), option=orjson.OPT_SORT_KEYS) for one in values)


def _without_basis(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_basis(inner) for key, inner in value.items() if key != "basis"}
    if isinstance(value, list):
        return [_without_basis(inner) for inner in value]
    return value


def _only(these: Counter[bytes], those: Counter[bytes]) -> list[Any]:
    return [orjson.loads(entry) for entry in (these - those).elements()]
