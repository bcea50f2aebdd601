"""Every statement by which workers and sweeps say that they are there, and what they have in hand. None commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from services.enrich.claims import Claimed
from services.enrich.records.statements import execute, fetch


@dataclass(frozen=True, kw_only=True, slots=True)
class Beat:
    """A sign of life of a worker or sweep: who it is, when it last got on, how much memory it takes, and its children."""

    worker: str
    role: str
    pipeline: str
    started_at: datetime
    progress_at: datetime
    memory_bytes: int | None = None
    children: Sequence[int] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """In which stage a worker is with a bulletin, and since when."""

    worker: str
    bulletin: UUID
    stage: str
    since: datetime


def beat(side: Connection, sign: Beat, *, now: datetime) -> None:
    """Say that a worker or sweep is there, and when it last got on with its work."""
    sql = """
    INSERT INTO worker_heartbeat (worker, role, pipeline, started_at, seen_at, progress_at, memory_bytes, children)
    VALUES (%(worker)s, %(role)s, %(pipeline)s, %(started_at)s, %(now)s, %(progress_at)s, %(memory_bytes)s, %(children)s)
    ON CONFLICT (worker) DO UPDATE SET seen_at = excluded.seen_at, progress_at = excluded.progress_at,
        memory_bytes = excluded.memory_bytes, children = excluded.children
    """
    children = list(sign.children) if sign.children is not None else None
    execute(
        side,
        sql,
        worker=sign.worker,
        role=sign.role,
        pipeline=sign.pipeline,
        started_at=sign.started_at,
        progress_at=sign.progress_at,
        memory_bytes=sign.memory_bytes,
        children=children,
        now=now,
    )


def heard_from(tx: Connection, *, host: str, since: datetime, progress_since: datetime | None = None) -> bool:
    """Has a worker or sweep of this host beaten since then? Workers must also have got on since `progress_since`."""
    sql = """
    SELECT EXISTS (SELECT FROM worker_heartbeat WHERE starts_with(worker, %(host)s) AND seen_at >= %(since)s
                   AND (role <> 'worker' OR %(progress_since)s::timestamptz IS NULL OR progress_at >= %(progress_since)s))
    """
    return bool(fetch(tx, sql, host=f"{host}:", since=since, progress_since=progress_since)[0][0])


def sign_off(side: Connection, worker: str) -> None:
    """Say that a worker or sweep has ended as it should: nobody needs to miss it."""
    execute(side, "DELETE FROM worker_heartbeat WHERE worker = %(worker)s", worker=worker)


def forget_workers(tx: Connection, *, unseen_since: datetime) -> None:
    """Forget the workers that are long gone."""
    execute(tx, "DELETE FROM worker_heartbeat WHERE seen_at < %(unseen_since)s", unseen_since=unseen_since)
    execute(tx, "DELETE FROM worker_hand WHERE since < %(unseen_since)s", unseen_since=unseen_since)


def note_hand(side: Connection, bulletin: Claimed | None, *, worker: str, now: datetime) -> None:
    """Note which bulletin of its batch a worker now reads, or that it reads none. Commits at once, like the start.

    The table is not logged: what it says is lost only when PostgreSQL dies, and then no worker is to blame.
    """
    sql = """
    INSERT INTO worker_hand (worker, bulletin_id, number, since) VALUES (%(worker)s, %(id)s, %(number)s, %(now)s)
    ON CONFLICT (worker) DO UPDATE SET bulletin_id = excluded.bulletin_id, number = excluded.number, since = excluded.since
    """
    id, number = (bulletin.id, bulletin.number) if bulletin else (None, None)
    execute(side, sql, worker=worker, id=id, number=number, now=now)


def note_stages(side: Connection, stages: Sequence[Stage], *, over: Sequence[str], now: datetime) -> None:
    """Note what workers are slow at, and that those of `over` are so no more. Who is to blame for a death is not touched."""
    sql = """
    INSERT INTO worker_hand (worker, since, stage_of, stage, stage_since)
    SELECT worker, %(now)s, bulletin, stage, begun FROM unnest(
        %(workers)s::text[], %(bulletins)s::uuid[], %(stages)s::text[], %(begun)s::timestamptz[]
    ) AS told (worker, bulletin, stage, begun)
    ON CONFLICT (worker) DO UPDATE SET stage_of = excluded.stage_of, stage = excluded.stage, stage_since = excluded.stage_since
    """
    execute(
        side,
        sql,
        workers=[one.worker for one in stages],
        bulletins=[one.bulletin for one in stages],
        stages=[one.stage for one in stages],
        begun=[one.since for one in stages],
        now=now,
    )
    ended = """
    UPDATE worker_hand SET stage_of = NULL, stage = NULL, stage_since = NULL WHERE worker = ANY(%(over)s::text[])
    """
    execute(side, ended, over=list(over))
