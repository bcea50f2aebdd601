"""What a key can be allowed to do. Pure."""

from collections.abc import Iterable
from enum import StrEnum


class Scope(StrEnum):
    """One thing that may be allowed."""

    POST = "post"
    """File bulletins, and read what became of them."""
    READ = "read"
    """Read what is public: articles, entities, places, stories, the feed."""
    EMBARGO = "embargo"
    """Read, and see what is under embargo."""
    VIEW = "operate:view"
    """Look at the operator's desk."""
    OPERATE = "operate"
    """Look, let bulletins run again, and withhold, release and kill articles."""
    ADMIN = "operate:admin"
    """All that operators may, and give bulletins up."""


_INCLUDED = {
    Scope.EMBARGO: (Scope.READ,),
    Scope.OPERATE: (Scope.VIEW,),
    Scope.ADMIN: (Scope.OPERATE, Scope.VIEW),
}


class UnknownScope(ValueError):
    """There is no such scope."""


def scopes_of(names: Iterable[str]) -> frozenset[Scope]:
    """The scopes of these names, with all that they include. Raises UnknownScope."""
    told: set[Scope] = set()
    for name in names:
        try:
            scope = Scope(name)
        except ValueError:
            raise UnknownScope(f"there is no scope {name!r}: {', '.join(Scope)}") from None
        told |= {scope, *_INCLUDED.get(scope, ())}
    return frozenset(told)


def listed(text: str) -> list[str]:
    """The words of a setting that is a list: between commas or blanks."""
    return text.replace(",", " ").split()
