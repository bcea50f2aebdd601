"""Which address needs which scope: the rules of a service, the first that fits. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from shared.access.scopes import Scope

ANY: tuple[str, ...] = ()
"""Every method."""
READS = ("GET", "HEAD")

OPEN = frozenset(("/livez", "/readyz", "/metrics", "/openapi.json", "/docs", "/docs.css", "/login", "/logout"))
"""What everybody may ask for. Orchestrators and Prometheus hold no keys, and find figures there, never ids or texts."""


class Rule(NamedTuple):
    """Who wants one of `methods` (ANY: all) of an address that begins so needs one of `scopes`."""

    methods: tuple[str, ...]
    begins: str
    scopes: tuple[Scope, ...]


Rules = Sequence[Rule]


def is_open(path: str) -> bool:
    """May everybody ask for this address?"""
    return path in OPEN or path.startswith("/static/")


def needed(rules: Rules, method: str, path: str) -> tuple[Scope, ...]:
    """The scopes one of which is needed; nothing for what is open. What no rule names is for nobody but admins."""
    if is_open(path):
        return ()
    for rule in rules:
        if path.startswith(rule.begins) and (not rule.methods or method in rule.methods):
            return rule.scopes
    return (Scope.ADMIN,)
