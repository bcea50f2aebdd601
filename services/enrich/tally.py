"""What a worker counts and traces of a batch, once its transaction is committed: nothing is told that did not happen."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.enrich.claims import Claimed, Verdict, Version
from services.enrich.text.article import Article
from shared import tracing
from shared.contracts.states import Priority
from shared.metrics import (
    ATTEMPTS,
    CLAIM_SIZE,
    CLAIM_WAIT,
    CLAIMS_SKIPPED,
    DATINGS,
    DUPLICATES,
    ENTITIES,
    PLACES,
    PUBLISHED,
    RETRIES,
    STAGES,
)

_MOST_CLASSES = 50
_classes: set[str] = set()


@dataclass(frozen=True, kw_only=True, slots=True)
class Closed:
    """What one transaction wrote: the ends of attempts, the versions that were kept, and every article that was read."""

    verdicts: Sequence[Verdict] = ()
    versions: Sequence[Version] = ()
    articles: Sequence[Article] = ()


def count_claim(claimed: Sequence[Claimed], now: datetime) -> None:
    """Count what was taken in hand, and how long each had waited for its first attempt."""
    CLAIM_SIZE.observe(len(claimed))
    for bulletin in claimed:
        if not bulletin.attempts:
            CLAIM_WAIT.labels(_priority(bulletin)).observe(_since(bulletin, now))


def count_skipped(ids: Sequence[UUID], claimed: Sequence[Claimed]) -> None:
    """Count the bulletins that were rung for and not taken."""
    CLAIMS_SKIPPED.inc(len(set(ids).difference(bulletin.id for bulletin in claimed)))


def count(closed: Closed, now: datetime) -> None:
    """Count what was committed."""
    for verdict in closed.verdicts:
        ATTEMPTS.labels(verdict.outcome).inc()
        if verdict.outcome == "retry":
            RETRIES.labels(bounded(verdict.error_class or "")).inc()
        for stage, milliseconds in (verdict.stage_ms or {}).items():
            STAGES.labels(stage).observe(milliseconds / 1000)
    for version in closed.versions:
        if version.announced:
            PUBLISHED.labels(_priority(version.bulletin)).observe(_since(version.bulletin, now))
    for article in closed.articles:
        _count_findings(article)


def batch_span(claimed: Sequence[Claimed], worker: str) -> AbstractContextManager[Any]:
    """The span of one transaction, linked to the requests that brought its bulletins. It is in none of their traces."""
    attributes: tracing.Attributes = {"bantin.bulletins": len(claimed), "bantin.worker": worker}
    return tracing.span("batch", attributes=attributes, links=[bulletin.traceparent for bulletin in claimed])


def trace(closed: Closed, began: datetime, ended: datetime, worker: str) -> None:
    """In the trace of each bulletin's request: how long it waited, and its attempt, up to the commit that closed it."""
    if not tracing.is_on():
        return
    for verdict in closed.verdicts:
        bulletin = verdict.bulletin
        if not bulletin.attempts:
            received = bulletin.received_at.timestamp()
            tracing.note("wait", received, parent=bulletin.traceparent, ended=began.timestamp())
        attributes: tracing.Attributes = {
            "bantin.bulletin": bulletin.id.hex,
            "bantin.attempt": bulletin.number,
            "bantin.outcome": verdict.outcome,
            "bantin.worker": worker,
            **{f"bantin.stage.{stage}.ms": spent for stage, spent in (verdict.stage_ms or {}).items()},
        }
        tracing.note(
            "enrich", began.timestamp(), parent=bulletin.traceparent, ended=ended.timestamp(), attributes=attributes
        )


def bounded(error_class: str) -> str:
    """The class of a fault as a label; `other` once there are too many, which only a fault of ours can bring about."""
    if error_class in _classes or len(_classes) < _MOST_CLASSES:
        _classes.add(error_class)
        return error_class
    return "other"


def _count_findings(article: Article) -> None:
    DATINGS.labels("publication", article.published.status).inc()
    DATINGS.labels("event", article.event.status).inc()
    for relation in article.relations:
        DUPLICATES.labels(relation.kind).inc()
    for entity in article.entities:
        ENTITIES.labels(entity.type).inc()
    for place in article.places:
        PLACES.labels("resolved" if place.unit else "ambiguous" if place.candidates else "unknown").inc()


def _priority(bulletin: Claimed) -> str:
    return Priority(bulletin.priority).name.lower()


def _since(bulletin: Claimed, now: datetime) -> float:
    return max(0.0, (now - bulletin.received_at).total_seconds())
