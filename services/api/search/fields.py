"""Which fields of an article are shown: those that were asked for, or a selection that the operator saved."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.contracts.article import ArticleOut, ArticleSummary
from shared.contracts.problem import Fault
from shared.errors import InvalidParameter

SUMMARY = frozenset(ArticleSummary.model_fields)
ALL = SUMMARY | frozenset(ArticleOut.model_fields)
_ALWAYS = ("id",)


def chosen(asked: Sequence[str], saved: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The fields that are meant, each once; `id` is always the first. Raises InvalidParameter for one that is none."""
    names: list[str] = list(_ALWAYS)
    for one in asked:
        if one.startswith("@"):
            if one[1:] not in saved:
                raise _refused(
                    f"no selection {one} is saved, only: {', '.join('@' + name for name in sorted(saved)) or 'none'}"
                )
            names += saved[one[1:]]
        else:
            names.append(one)
    if unknown := [name for name in names if name not in ALL]:
        raise _refused(f"an article has no field {unknown[0]!r}; it has {', '.join(sorted(ALL))}")
    return tuple(dict.fromkeys(names))


def need_document(fields: Sequence[str]) -> bool:
    """Is more asked for than a summary holds?"""
    return not SUMMARY.issuperset(fields)


def only(document: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    """These fields of a document, in this order."""
    return {name: document[name] for name in fields}


def _refused(detail: str) -> InvalidParameter:
    return InvalidParameter(detail, errors=[Fault(pointer="query/fields", detail=detail)])
