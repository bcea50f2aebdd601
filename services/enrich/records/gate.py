"""May work begin now, and on what? What operators paused and limited, asked by every claim. Nothing here commits.

A transaction that works under a limit holds one of so many advisory locks until it ends: whoever dies lets go of it, and no
more than so many can hold one, in whatever process and on whatever machine.
"""

from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection

from shared.contracts.states import Priority

Kind = Literal["flash", "normal", "any"]
"""What a claim is for: flash bulletins; all, flash ones if they need no slot of their own; or one bulletin, whatever it is."""


class Reach(NamedTuple):
    """The priorities that may be claimed, from the most pressing to the least."""

    first: int
    last: int


EVERYTHING = Reach(min(Priority), max(Priority))

_CLASSES = {"all": 7263101, "flash": 7263102, "normal": 7263103}
"""The advisory locks of each queue: a class of its own, and the slot's number."""

_SETTINGS = "SELECT queue, paused, most FROM ops_setting WHERE paused OR most IS NOT NULL"
# Asked slot by slot: the first that is free is taken, and no other.
_SLOT = """
SELECT slot FROM generate_series(1, %(most)s) AS slot WHERE pg_try_advisory_xact_lock(%(class)s, slot) LIMIT 1
"""


class _Setting(NamedTuple):
    queue: str
    paused: bool
    most: int | None


def enter(tx: Connection, kind: Kind) -> Reach | None:
    """What this transaction may claim, and None if nothing; the slots that it needs are its own until it ends."""
    settings = _settings(tx)
    if not settings:
        return EVERYTHING
    if not _may(tx, settings.get("all")):
        return None
    flash, normal = settings.get("flash"), settings.get("normal")
    open_flash = _may(tx, flash) if kind != "normal" or flash is None or flash.most is None else False
    open_normal = kind != "flash" and _may(tx, normal)
    return _reach({Priority.FLASH: open_flash, Priority.NORMAL: open_normal})


class Standing(NamedTuple):
    """What may be worked on now, if anything; and in how many transactions at once, if that is limited."""

    reach: Reach | None
    most: int | None


def standing(tx: Connection) -> Standing:
    """What workers may do now, for those who ring for them and watch them."""
    settings = _settings(tx)
    paused = {queue for queue, setting in settings.items() if setting.paused}
    reach = None
    if "all" not in paused:
        reach = _reach({one: one.name.lower() not in paused for one in (Priority.FLASH, Priority.NORMAL)})
    limits = [setting.most for queue, setting in settings.items() if setting.most and queue != "flash"]
    return Standing(reach, min(limits, default=None))


def paused(tx: Connection) -> dict[str, bool]:
    """Of each queue whether it is paused, by itself or with all."""
    settings = _settings(tx)
    all_of_them = "all" in settings and settings["all"].paused
    return {name: all_of_them or (name in settings and settings[name].paused) for name in ("flash", "normal")}


def _settings(tx: Connection) -> dict[str, _Setting]:
    rows: Iterable[Any] = tx.exec_driver_sql(_SETTINGS).fetchall()
    return {row[0]: _Setting(*row) for row in rows}


def _may(tx: Connection, setting: _Setting | None) -> bool:
    if setting is None:
        return True
    if setting.paused:
        return False
    if setting.most is None:
        return True
    values = {"most": setting.most, "class": _CLASSES[setting.queue]}
    return tx.exec_driver_sql(_SLOT, values).first() is not None


def _reach(opened: dict[Priority, bool]) -> Reach | None:
    priorities = [priority for priority, is_open in opened.items() if is_open]
    return Reach(min(priorities), max(priorities)) if priorities else None
