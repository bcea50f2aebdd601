"""Repairs, piece by piece: each piece in a transaction that also keeps who asked for it and why."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Engine

from services.ops.records import jobs
from services.ops.records.repairs import Action, Which, change_next, change_taken, of_document
from shared.database import transaction

_PIECE = 500
"""Bulletins changed in one transaction: no lock is held for long, and what is done stays done."""


def repair(
    engine: Engine, action: Action, which: Which, *, actor: str, reason: str, now: datetime
) -> Iterator[tuple[int, int]]:
    """Let the bulletins that are meant run again, each alone and its tries counted anew, or give them up.

    After each piece, its action's number and how many bulletins it changed. What is stopped between two pieces can
    simply be asked for again.
    """
    while True:
        with transaction(engine) as tx:
            changed = change_next(tx, action, which, actor=actor, reason=reason, now=now, most=_PIECE)
        if changed is None:
            return
        yield changed


def do_piece(engine: Engine, *, now: datetime) -> bool:
    """Do the next piece of the long repair that is due, if one is: a second's worth at most, whole or not at all."""
    with transaction(engine) as tx:
        this = jobs.due(tx, now=now)
        if this is None:
            return False
        most = max(1, min(_PIECE, round(this["rate"])))
        taken = change_taken(
            tx,
            this["action"],
            of_document(this["filter"]),
            action_id=this["action_id"],
            after=this["after_id"],
            held_before=this["asked_at"],
            most=most,
            now=now,
        )
        jobs.move_on(tx, this["id"], taken, over=len(taken) < most, now=now)
    return True
