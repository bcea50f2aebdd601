"""What a bulletin can be: where in its life, how urgent, and sent only to measure. Without the models of the wire."""

from enum import IntEnum, StrEnum


class State(StrEnum):
    """Where a bulletin is in its life; docs/states.md shows every arrow."""

    QUEUED = "queued"
    PUBLISHED = "published"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    QUARANTINED = "quarantined"
    WITHDRAWN = "withdrawn"


class Priority(IntEnum):
    """Who is served first: the lower number. As PostgreSQL holds it; on the wire it is its name in small letters."""

    FLASH = 0
    NORMAL = 5


PROBE = "bantin.probe"
"""The source under which the desk sends bulletins that measure; nobody ever sees what is made of them."""
