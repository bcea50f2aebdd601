"""The desk's addresses for what was measured: latency, sources, drift, probes."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.ops.contracts.measured import Consumers, Drift, Latency, Probes, Sources, Webhooks
from services.ops.documents import latency, probes, sources
from services.ops.records import followers
from services.ops.routes.asking import Now, TheEngine
from shared.database import transaction
from shared.errors import DatabaseAway, InvalidParameter
from shared.http import json_response, problem_answers

router = APIRouter(prefix="/ops/v1", tags=["ops"])


@router.get(
    "/latency",
    response_model=Latency,
    summary="How long it takes",
    responses=problem_answers(InvalidParameter, DatabaseAway),
)
def get_latency(engine: TheEngine, now: Now, minutes: Annotated[int, Query(ge=1, le=1440)] = 60) -> Response:
    """By stage, and from accepted to readable, as distributions over the last minutes."""
    with transaction(engine) as tx:
        return json_response(latency.latency(tx, now=now, minutes=minutes))


@router.get(
    "/sources", response_model=Sources, summary="Who sends, and who is odd", responses=problem_answers(DatabaseAway)
)
def get_sources(engine: TheEngine, now: Now) -> Response:
    """Every source, and whether it has gone quiet or loud against its own habit."""
    with transaction(engine) as tx:
        return json_response(sources.sources(tx, now=now))


@router.get(
    "/drift",
    response_model=Drift,
    summary="What is found less than before",
    responses=problem_answers(InvalidParameter, DatabaseAway),
)
def get_drift(
    engine: TheEngine,
    now: Now,
    days: Annotated[int, Query(ge=1, le=90)] = 14,
    source: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """By source and day the shares of refused dates, unresolved places, unread bytes, duplicates and quarantined."""
    with transaction(engine) as tx:
        return json_response(sources.drift(tx, now=now, days=days, source=source))


@router.get(
    "/consumers",
    response_model=Consumers,
    summary="How far consumers are behind",
    responses=problem_answers(DatabaseAway),
)
def get_consumers(engine: TheEngine, now: Now) -> Response:
    """Every named consumer, with the changes that it has not acknowledged."""
    with transaction(engine) as tx:
        return json_response({"at": now, "consumers": followers.consumers(tx, now=now)})


@router.get(
    "/webhooks", response_model=Webhooks, summary="What cannot be delivered", responses=problem_answers(DatabaseAway)
)
def get_webhooks(engine: TheEngine, now: Now) -> Response:
    """Every webhook, with what waits for it and what failed."""
    with transaction(engine) as tx:
        return json_response({"at": now, "webhooks": followers.webhooks(tx, now=now)})


@router.get(
    "/probes", response_model=Probes, summary="The synthetic bulletins", responses=problem_answers(DatabaseAway)
)
def get_probes(engine: TheEngine, now: Now) -> Response:
    """Those of the last hour: how long each took end to end."""
    with transaction(engine) as tx:
        return json_response(probes.probes(tx, now=now))
