"""Every statement of the workers and the sweep; those about duplicates are in fingerprints.py. None of them commits.

Arrays go to PostgreSQL in binary (`%(name)b`): as text they would be escaped letter by letter.

Bulletins are locked first, skipping what another holds; shared/feed.py has the order of all locks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection

from services.enrich.claims import Claimed, Verdict, Version
from services.enrich.document import findings
from services.enrich.records.gate import EVERYTHING, Reach
from services.enrich.records.statements import execute, fetch
from services.enrich.text.article import Article
from services.enrich.text.period import days_of, united
from shared.contracts.states import Priority
from shared.decoding import filed_text
from shared.feed import Told, tell
from shared.tables.articles import FINDINGS

# Of the bulletins under one key only the earliest that is queued: the next waits until that one is closed. Their rows
# are committed in the order of their numbers, so whoever sees one sees all before it.
_IN_TURN = """
(bulletin.article_id IS NULL OR NOT EXISTS (
    SELECT FROM bulletin AS earlier WHERE earlier.article_id = bulletin.article_id
           AND earlier.revision < bulletin.revision AND earlier.status = 'queued'))
"""
_CLAIM = """
SELECT id, source, external_id, published, received_at, media_type, charset, raw_sha256, size, priority, request_id,
       traceparent, article_id, revision, kind, note, embargo_until, suspect, probe
FROM bulletin WHERE status = 'queued' AND run_at <= %(now)s AND priority BETWEEN %(first)s AND %(last)s AND {in_turn} {which}
FOR UPDATE SKIP LOCKED
"""
_RUNG_FOR = _CLAIM.format(in_turn=_IN_TURN, which="AND id = ANY(%(ids)s) AND (%(alone)s OR NOT suspect) ORDER BY id")
_WAITING = _CLAIM.format(
    in_turn=_IN_TURN,
    which="AND NOT suspect AND id <> ALL(%(held)s) ORDER BY priority, run_at LIMIT %(limit)s",
)
_NEXT = _CLAIM.format(in_turn=_IN_TURN, which="AND NOT suspect AND article_id = ANY(%(keys)s) ORDER BY article_id")
_SUSPECT = _CLAIM.format(in_turn=_IN_TURN, which="AND suspect ORDER BY run_at LIMIT 1")

_HISTORY = """
SELECT bulletin_id, count(*), count(*) FILTER (WHERE outcome = 'retry' AND number > forgiven), bool_or(ended_at IS NULL)
FROM attempt JOIN bulletin ON bulletin.id = bulletin_id WHERE bulletin_id = ANY(%(ids)s) GROUP BY bulletin_id
"""


def claim(
    tx: Connection,
    ids: Sequence[UUID],
    *,
    now: datetime,
    limit: int,
    max_bytes: int,
    fill: bool = True,
    reach: Reach = EVERYTHING,
) -> list[Claimed]:
    """Take the bulletins that were rung for, and others that wait, up to `limit` and `max_bytes`; the oldest first.

    Only those within `reach`, as with every claim here. A suspect is taken only if it was rung for alone, and then nothing else is. What another transaction holds is
    passed over.
    """
    alone = len(ids) == 1
    rows = fetch(tx, _RUNG_FOR, ids=list(ids[:limit]), alone=alone, now=now, **reach._asdict())
    claimed = _with_history(tx, rows)
    if alone and claimed and claimed[0].suspect:
        return claimed
    if fill and len(claimed) < limit:
        held, room = [row[0] for row in rows], limit - len(claimed)
        more = fetch(tx, _WAITING, held=held, limit=room, now=now, **reach._asdict())
        claimed += _with_history(tx, more)
    return _cut(sorted(claimed, key=lambda bulletin: (bulletin.received_at, bulletin.id)), max_bytes)


def claim_flash(tx: Connection, *, now: datetime, limit: int, max_bytes: int) -> list[Claimed]:
    """Take the flash bulletins that wait, whatever was rung for."""
    flash = int(Priority.FLASH)
    rows = fetch(tx, _WAITING, held=[], limit=limit, now=now, first=flash, last=flash)
    return _cut(_with_history(tx, rows), max_bytes)


def flash_waits(tx: Connection, *, besides: Sequence[UUID], now: datetime) -> bool:
    """Is a flash bulletin due that is none of `besides`, no suspect, and perhaps free?"""
    sql = """
    SELECT EXISTS (SELECT FROM bulletin WHERE status = 'queued' AND NOT suspect AND priority <= %(priority)s
                   AND run_at <= %(now)s AND id <> ALL(%(besides)s))
    """
    return bool(fetch(tx, sql, priority=int(Priority.FLASH), besides=list(besides), now=now)[0][0])


def claim_suspect(tx: Connection, *, now: datetime, reach: Reach = EVERYTHING) -> list[Claimed]:
    """Take one bulletin that failed or killed its worker before."""
    return _with_history(tx, fetch(tx, _SUSPECT, now=now, **reach._asdict()))


def claim_next(
    tx: Connection, keys: Sequence[UUID], *, now: datetime, max_bytes: int, reach: Reach = EVERYTHING
) -> list[Claimed]:
    """Take of each key the bulletin whose turn it now is."""
    return _cut(_with_history(tx, fetch(tx, _NEXT, keys=list(keys), now=now, **reach._asdict())), max_bytes)


def hold(tx: Connection, ids: Sequence[UUID], *, now: datetime) -> list[UUID]:
    """Lock the bulletins of `ids` that are queued and free; which these are."""
    sql = "SELECT id FROM bulletin WHERE id = ANY(%(ids)s) AND status = 'queued' ORDER BY id FOR UPDATE SKIP LOCKED"
    return [row[0] for row in fetch(tx, sql, ids=list(ids), now=now)]


def _with_history(tx: Connection, rows: Sequence[Any]) -> list[Claimed]:
    """The bulletins just locked, without those whose last attempt has no end: the sweep rules on deaths.

    A statement of its own: it must see what was committed until the locks were had.
    """
    history = {row[0]: row[1:] for row in fetch(tx, _HISTORY, ids=[row[0] for row in rows])} if rows else {}
    claimed = []
    for row in rows:
        attempts, failures, open_end = history.get(row[0], (0, 0, False))
        if not open_end:
            claimed.append(Claimed(**row._asdict(), attempts=attempts, failures=failures))
    return claimed


def _cut(claimed: list[Claimed], max_bytes: int) -> list[Claimed]:
    """As many as fit; at least one. The others are let go at the end of the transaction."""
    size = 0
    for index, bulletin in enumerate(claimed):
        size += bulletin.size
        if index and size > max_bytes:
            return claimed[:index]
    return claimed


def texts(tx: Connection, claimed: Sequence[Claimed]) -> dict[UUID, str]:
    """The text as filed of each bulletin."""
    sql = "SELECT sha256, bytes FROM raw_object WHERE sha256 = ANY(%(keys)s)"
    raw = dict(fetch(tx, sql, keys=list({bulletin.raw_sha256 for bulletin in claimed})))
    # Only erased bytes are none: nothing empty is taken in.
    return {b.id: filed_text(raw[b.raw_sha256], b.media_type, b.charset) if raw[b.raw_sha256] else "" for b in claimed}


def note_starts(side: Connection, claimed: Sequence[Claimed], *, worker: str, pipeline: str, now: datetime) -> None:
    """Note that the attempts begin. On a connection of its own that commits at once: it must outlive the worker."""
    sql = """
    INSERT INTO attempt (bulletin_id, number, worker, pipeline, started_at)
    SELECT id, number, %(worker)s, %(pipeline)s, %(now)s FROM unnest(%(ids)b::uuid[], %(numbers)b::int[]) AS t (id, number)
    """
    ids, numbers = [b.id for b in claimed], [b.number for b in claimed]
    execute(side, sql, ids=ids, numbers=numbers, worker=worker, pipeline=pipeline, now=now)


def add_articles(tx: Connection, made: Sequence[Version], *, pipeline: str, now: datetime) -> None:
    """Keep versions of articles, and new articles."""
    if not made:
        return
    bulletins = [one.bulletin for one in made]
    plain = [one.first and one.holds_words for one in made]
    execute(
        tx,
        _ADD_ARTICLES,
        id=[one.article.id for one in made],
        key=[one.article.exact_key if one.holds_words else None for one in made],
        version_key=[None if simple else one.article.exact_key for one, simple in zip(made, plain, strict=True)],
        number=[one.number for one in made],
        kind=[one.kind for one in made],
        note=[one.bulletin.note for one in made],
        first=[one.first for one in made],
        announced=[one.announced for one in made],
        embargo_until=[one.embargo_until for one in made],
        source=[bulletin.source for bulletin in bulletins],
        external_id=[bulletin.external_id for bulletin in bulletins],
        bulletin_id=[bulletin.id for bulletin in bulletins],
        received_at=[bulletin.received_at for bulletin in bulletins],
        text=[one.article.filed for one in made],
        **found_columns([one.article for one in made]),
        pipeline=pipeline,
        now=now,
    )


def found_columns(articles: Sequence[Article]) -> dict[str, list[Any]]:
    """What was found in articles, each as the values of a column of their versions (FOUND has the types)."""
    found = [findings(article) for article in articles]
    return {
        "title": [article.title for article in articles],
        **{name: [one[name] and _json(one[name]) for one in found] for name in _NULLABLE},
        **{name: [_json(one[name]) for one in found] for name in FINDINGS if name not in _NULLABLE},
        "published_days": [_range(article.published.value) for article in articles],
        "event_days": [_range(article.event.value) for article in articles],
        "mentioned_days": [_multirange(mention.value for mention in article.dates) for article in articles],
        "place_terms": [_json(article.place_terms) for article in articles],
    }


_NULLABLE = ("byline", "source_line")
_SEARCHED = ("published_days", "event_days", "mentioned_days", "place_terms")
FOUND: dict[str, str] = {
    "title": "{}", **dict.fromkeys(FINDINGS, "{}::jsonb"), "published_days": "{}::daterange",
    "event_days": "{}::daterange", "mentioned_days": "{}::datemultirange",
    "place_terms": "ARRAY(SELECT jsonb_array_elements_text({}::jsonb))",
}  # fmt: skip
"""The columns of a version that are made from its text, and how the values of `found_columns` become theirs."""
_VALUES = {
    "id": "uuid", "key": "bytea", "version_key": "bytea", "number": "int", "kind": "text", "note": "text", "first": "bool",
    "announced": "bool", "embargo_until": "timestamptz", "source": "text", "external_id": "text", "bulletin_id": "uuid",
    "received_at": "timestamptz", "text": "text", **dict.fromkeys(("title", *FINDINGS, *_SEARCHED), "text"),
}  # fmt: skip
_ADD_ARTICLES = f"""
WITH made AS (
    SELECT * FROM unnest({", ".join(f"%({name})b::{type}[]" for name, type in _VALUES.items())})
    AS t ({", ".join(_VALUES)})
), article AS (
    INSERT INTO article (id, exact_key, source, external_id, current_version, pub_status, available_at, announced,
                         embargo_until)
    SELECT id, key, source, external_id, number, 'usable', %(now)s, announced, embargo_until FROM made WHERE first
)
INSERT INTO article_version (article_id, version, bulletin_id, kind, note, exact_key, pipeline, received_at, valid_from,
                             text, {", ".join(FOUND)})
SELECT id, number, bulletin_id, kind, note, version_key, %(pipeline)s, received_at, %(now)s, text,
       {", ".join(cast.format(name) for name, cast in FOUND.items())}
FROM made
"""


def _range(value: str | None) -> str | None:
    """The days of a value, as PostgreSQL writes a daterange."""
    days = days_of(value) if value else None
    return f"[{days[0]},{days[1]}]" if days else None


def _multirange(values: Iterable[str]) -> str | None:
    """All days of some values, as PostgreSQL writes a datemultirange."""
    periods = united(days for value in values if (days := days_of(value)))
    return "{" + ",".join(f"[{first},{last}]" for first, last in periods) + "}" if periods else None


def close(tx: Connection, verdicts: Sequence[Verdict], *, now: datetime) -> None:
    """Close the bulletins, or put them back for a later try, and write the ends of their attempts."""
    if not verdicts:
        return
    sql = """
    WITH verdict AS (
        SELECT * FROM unnest(
            %(id)b::uuid[], %(number)b::int[], %(state)b::text[], %(outcome)b::text[], %(error_class)b::text[],
            %(error)b::text[], %(run_at)b::timestamptz[], %(alone)b::bool[], %(stage_ms)b::text[], %(stage)b::text[]
        ) AS t (id, number, state, outcome, error_class, error, run_at, alone, stage_ms, stage)
    ), ended AS (
        UPDATE attempt SET ended_at = %(now)s, outcome = verdict.outcome, error_class = verdict.error_class,
                           error = verdict.error, stage_ms = verdict.stage_ms::jsonb, error_stage = verdict.stage
        FROM verdict WHERE attempt.bulletin_id = verdict.id AND attempt.number = verdict.number
    )
    UPDATE bulletin SET
        status = verdict.state,
        closed_at = CASE WHEN verdict.state = 'queued' THEN NULL ELSE %(now)s::timestamptz END,
        suspect = verdict.state = 'queued' AND verdict.alone,
        run_at = coalesce(verdict.run_at, bulletin.run_at),
        rung_at = CASE WHEN verdict.state = 'queued' THEN NULL ELSE bulletin.rung_at END,
        error_class = verdict.error_class,
        last_error = verdict.error,
        error_stage = verdict.stage
    FROM verdict WHERE bulletin.id = verdict.id
    """
    execute(
        tx,
        sql,
        id=[verdict.bulletin.id for verdict in verdicts],
        number=[verdict.bulletin.number for verdict in verdicts],
        state=[verdict.state.value for verdict in verdicts],
        outcome=[verdict.outcome for verdict in verdicts],
        error_class=[verdict.error_class for verdict in verdicts],
        error=[verdict.error for verdict in verdicts],
        run_at=[verdict.run_at for verdict in verdicts],
        alone=[verdict.alone for verdict in verdicts],
        stage_ms=[_json(verdict.stage_ms) if verdict.stage_ms is not None else None for verdict in verdicts],
        stage=[verdict.stage for verdict in verdicts],
        now=now,
    )


def publish(tx: Connection, made: Sequence[Version], *, now: datetime) -> None:
    """Tell readers of what was made. The last statement of its transaction: from here on all others wait."""
    tell(tx, [Told(one.change, one.article.id, one.number) for one in made if one.change], now=now)


def interrupt(tx: Connection, claimed: Sequence[Claimed], *, error: str, now: datetime) -> None:
    """End attempts whose transaction was lost, with what the database said; they come back one by one."""
    sql = """
    WITH lost AS (SELECT * FROM unnest(%(ids)b::uuid[], %(numbers)b::int[]) AS t (id, number)),
    ended AS (
        UPDATE attempt SET ended_at = %(now)s, outcome = 'interrupted', error = %(error)s FROM lost
        WHERE attempt.bulletin_id = lost.id AND attempt.number = lost.number AND attempt.ended_at IS NULL
    )
    UPDATE bulletin SET suspect = true, rung_at = NULL FROM lost WHERE bulletin.id = lost.id AND status = 'queued'
    """
    execute(tx, sql, ids=[b.id for b in claimed], numbers=[b.number for b in claimed], error=error, now=now)


@dataclass(frozen=True, kw_only=True, slots=True)
class Abandoned:
    """A free bulletin whose last attempt has no end: how many workers it has now lost, how often it was begun, and
    whether it is to blame for this one."""

    id: UUID
    number: int
    deaths: int
    attempts: int
    blamed: bool


def abandoned(tx: Connection, *, limit: int) -> list[Abandoned]:
    """Bulletins whose attempt has no end although nobody holds them: now held by this transaction.

    The one that its worker was reading is to blame. Where the worker read none, every one of its batch is. When
    PostgreSQL itself was started anew meanwhile, none is.
    """
    found = """
    SELECT bulletin.id FROM bulletin JOIN attempt ON attempt.bulletin_id = bulletin.id AND attempt.ended_at IS NULL
    WHERE bulletin.status = 'queued' ORDER BY bulletin.id LIMIT %(limit)s FOR UPDATE OF bulletin SKIP LOCKED
    """
    ids = [row[0] for row in fetch(tx, found, limit=limit)]
    if not ids:
        return []
    # Asked again under the locks: the attempt of a row that was let go in between has an end now.
    ends = """
    SELECT bulletin_id, max(attempt.number) FILTER (WHERE ended_at IS NULL),
           count(*) FILTER (WHERE outcome = 'died' AND attempt.number > forgiven),
           count(*) FILTER (WHERE attempt.number > forgiven),
           bool_or(ended_at IS NULL AND started_at >= pg_postmaster_start_time() AND NOT EXISTS (
               SELECT FROM worker_hand AS hand JOIN attempt AS other USING (worker, bulletin_id, number)
               WHERE hand.worker = attempt.worker AND other.ended_at IS NULL
                     AND hand.bulletin_id <> attempt.bulletin_id))
    FROM attempt JOIN bulletin ON bulletin.id = bulletin_id
    WHERE bulletin_id = ANY(%(ids)s) GROUP BY bulletin_id HAVING bool_or(ended_at IS NULL)
    """
    return [
        Abandoned(id=id, number=number, deaths=died + blamed, attempts=attempts, blamed=blamed)
        for id, number, died, attempts, blamed in fetch(tx, ends, ids=ids)
    ]


def rule_on(
    tx: Connection, case: Abandoned, *, quarantine: str | None, alone: bool, run_at: datetime, now: datetime
) -> None:
    """End an abandoned attempt, and quarantine its bulletin for the reason given or let it run again: `alone`, or with
    others."""
    sql = """
    WITH ended AS (
        UPDATE attempt SET ended_at = %(now)s, outcome = %(outcome)s
        WHERE bulletin_id = %(id)s AND number = %(number)s
    )
    UPDATE bulletin SET
        suspect = %(reason)s::text IS NULL AND %(alone)s, rung_at = NULL, run_at = %(run_at)s,
        status = CASE WHEN %(reason)s::text IS NULL THEN 'queued' ELSE 'quarantined' END,
        closed_at = CASE WHEN %(reason)s::text IS NULL THEN NULL ELSE %(now)s::timestamptz END,
        error_class = CASE WHEN %(reason)s::text IS NULL THEN error_class ELSE 'WorkerDied' END,
        last_error = coalesce(%(reason)s::text, last_error),
        error_stage = CASE WHEN %(reason)s::text IS NULL THEN error_stage END
    WHERE id = %(id)s
    """
    outcome = "died" if case.blamed else "interrupted"
    execute(
        tx, sql, id=case.id, number=case.number, outcome=outcome, reason=quarantine, alone=alone, run_at=run_at, now=now
    )


def overdue(
    tx: Connection, *, rung_before: datetime, now: datetime, limit: int, reach: Reach = EVERYTHING
) -> list[tuple[UUID, Priority]]:
    """Bulletins within `reach`, no suspects, that are due and free and for which nobody rang since `rung_before`; with their priority.

    They are marked as rung for now.
    """
    sql = """
    WITH free AS (
        SELECT id FROM bulletin
        WHERE status = 'queued' AND NOT suspect AND run_at <= %(now)s AND priority BETWEEN %(first)s AND %(last)s
              AND (rung_at IS NULL OR rung_at < %(rung_before)s) AND {in_turn}
        ORDER BY priority, run_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    )
    UPDATE bulletin SET rung_at = %(now)s FROM free WHERE bulletin.id = free.id
    RETURNING bulletin.id, priority
    """
    values = {"rung_before": rung_before, "now": now, "limit": limit, **reach._asdict()}
    rows = fetch(tx, sql.format(in_turn=_IN_TURN), **values)
    return [(id, Priority(priority)) for id, priority in rows]


def suspects_due(
    tx: Connection, *, rung_before: datetime, now: datetime, limit: int, reach: Reach = EVERYTHING
) -> list[UUID]:
    """Suspects within `reach` that are due and free and for which nobody rang since `rung_before`, marked as rung for now."""
    sql = """
    WITH free AS (
        SELECT id FROM bulletin
        WHERE status = 'queued' AND suspect AND run_at <= %(now)s AND (rung_at IS NULL OR rung_at < %(rung_before)s)
              AND priority BETWEEN %(first)s AND %(last)s AND {in_turn}
        ORDER BY run_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    )
    UPDATE bulletin SET rung_at = %(now)s FROM free WHERE bulletin.id = free.id RETURNING bulletin.id
    """
    values = {"rung_before": rung_before, "now": now, "limit": limit, **reach._asdict()}
    rows = fetch(tx, sql.format(in_turn=_IN_TURN), **values)
    return [row[0] for row in rows]


def work_waits(tx: Connection, *, since: datetime, reach: Reach = EVERYTHING) -> bool:
    """Is a bulletin within `reach` due since `since`, its turn come, and still queued?"""
    sql = f"""
    SELECT EXISTS (SELECT FROM bulletin WHERE status = 'queued' AND run_at <= %(since)s
                   AND priority BETWEEN %(first)s AND %(last)s AND {_IN_TURN})
    """
    return bool(fetch(tx, sql, since=since, **reach._asdict())[0][0])


def queue_figures(tx: Connection, *, now: datetime) -> list[tuple[Priority, int, int, float]]:
    """Of each priority: how many wait, how many wait for a later try, and the age in seconds of the oldest due."""
    sql = f"""
    SELECT priority, count(*) FILTER (WHERE run_at <= %(now)s), count(*) FILTER (WHERE run_at > %(now)s),
           coalesce(extract(epoch FROM %(now)s - min(run_at) FILTER (WHERE run_at <= %(now)s AND {_IN_TURN})), 0)::float8
    FROM bulletin WHERE status = 'queued' GROUP BY priority
    """
    return [(Priority(row[0]), row[1], row[2], row[3]) for row in fetch(tx, sql, now=now)]


def quarantine_figures(tx: Connection) -> list[tuple[str, int]]:
    """How many bulletins are quarantined, by class of fault."""
    sql = "SELECT coalesce(error_class, ''), count(*) FROM bulletin WHERE status = 'quarantined' GROUP BY 1"
    return [(row[0], row[1]) for row in fetch(tx, sql)]


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
