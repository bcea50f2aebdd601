"""The consumers' addresses: who follows the feed under a name, up to where, and how far behind."""

from datetime import datetime
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Body, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, Engine

from services.api.follow import registry
from services.api.follow.errors import NoSuchConsumer, PositionAhead
from services.api.follow.routes import FollowersEngine, Now, TheReader, TheSettings, piece_response, reached
from shared.contracts.follower import Ack, ConsumerChanges, ConsumerIn, ConsumerList, ConsumerOut, Seq
from shared.contracts.following import ChangeFilter
from shared.database import AnyRow, transaction
from shared.errors import DatabaseAway, InvalidParameter
from shared.following import head_seq, told_at, wanted
from shared.http import json_response, problem_answers

router = APIRouter(prefix="/v1/consumers", tags=["consumers"])

Name = Annotated[str, Path(pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", description="The consumer's name.")]


class ConsumersAsked(BaseModel):
    """What may be asked of the list of consumers; anything else is refused."""

    model_config = ConfigDict(extra="forbid")

    behind: Seq | None = Field(None, description="Only those that have not acknowledged this position.")


class PieceAsked(BaseModel):
    """What may be asked of a consumer's changes; anything else is refused."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(200, ge=1, le=1000, description="The most changes in one answer.")
    wait: float = Field(0, ge=0, le=3600, description="Seconds to wait for a change if there is none.")


@router.get(
    "",
    response_model=ConsumerList,
    summary="Who follows the feed under a name",
    responses=problem_answers(InvalidParameter, DatabaseAway),
)
def list_consumers(asked: Annotated[ConsumersAsked, Query()], engine: FollowersEngine, now: Now) -> Response:
    """All consumers by name, each with its lag."""
    with transaction(engine) as tx:
        rows = registry.consumers(tx, behind=asked.behind)
        return json_response({"data": [_document(tx, row, now) for row in rows]})


@router.put(
    "/{name:word}",
    response_model=ConsumerOut,
    summary="Make a consumer, or change its filter",
    responses={
        201: {"model": ConsumerOut, "description": "It was made."},
        **problem_answers(InvalidParameter, PositionAhead, DatabaseAway),
    },
)
def put_consumer(
    name: Name, engine: FollowersEngine, now: Now, told: Annotated[ConsumerIn | None, Body()] = None
) -> Response:
    """A consumer that is there keeps its position, so that it may be put at every start of its program."""
    told = told or ConsumerIn()
    with transaction(engine) as tx:
        position = reached(tx, None if told.since == "now" else told.since)
        made = registry.put_consumer(tx, name, told.filter.model_dump(), position=position, now=now)
        return json_response(_document(tx, _row(tx, name), now), 201 if made else 200)


@router.get(
    "/{name:word}",
    response_model=ConsumerOut,
    summary="One consumer",
    responses=problem_answers(NoSuchConsumer, InvalidParameter, DatabaseAway),
)
def get_consumer(name: Name, engine: FollowersEngine, now: Now) -> Response:
    """Its filter, the position that it has acknowledged, and how far that is behind the feed's head."""
    with transaction(engine) as tx:
        return json_response(_document(tx, _row(tx, name), now))


@router.delete(
    "/{name:word}",
    status_code=204,
    response_class=Response,
    summary="Forget a consumer",
    responses=problem_answers(NoSuchConsumer, InvalidParameter, DatabaseAway),
)
def delete_consumer(name: Name, engine: FollowersEngine) -> Response:
    """Its position is gone with it."""
    with transaction(engine) as tx:
        if not registry.forget_consumer(tx, name):
            raise _none_of(name)
    return Response(status_code=204)


@router.get(
    "/{name}/changes",
    response_model=ConsumerChanges,
    summary="What a consumer has not acknowledged yet",
    responses=problem_answers(NoSuchConsumer, InvalidParameter, DatabaseAway),
)
async def list_consumer_changes(
    name: Name,
    asked: Annotated[PieceAsked, Query()],
    request: Request,
    engine: FollowersEngine,
    feed: TheReader,
    settings: TheSettings,
) -> Response:
    """The feed behind the acknowledged position, by the consumer's filter. The position moves by `:ack` alone: whoever asks
    again without it gets the same again."""
    row = await run_sync(_read_row, engine, name)
    filter = ChangeFilter.model_validate(row.filter)
    piece = await feed.piece(row.position, wanted(filter), asked.limit, wait=min(asked.wait, settings.max_feed_wait))
    return piece_response(piece, f"/v1/consumers/{name}/changes", request, consumer=name)


@router.post(
    "/{name}:ack",
    response_model=ConsumerOut,
    summary="Acknowledge a position",
    responses=problem_answers(NoSuchConsumer, InvalidParameter, PositionAhead, DatabaseAway),
)
def acknowledge(name: Name, told: Ack, engine: FollowersEngine, now: Now) -> Response:
    """Everything up to `seq` is seen to. A position that was passed before changes nothing."""
    with transaction(engine) as tx:
        if not registry.acknowledge(tx, name, reached(tx, told.seq), now=now):
            raise _none_of(name)
        return json_response(_document(tx, _row(tx, name), now))


@router.post(
    "/{name}:seek",
    response_model=ConsumerOut,
    summary="Go to a position",
    responses=problem_answers(NoSuchConsumer, InvalidParameter, PositionAhead, DatabaseAway),
)
def seek(name: Name, told: Ack, engine: FollowersEngine, now: Now) -> Response:
    """Go on behind `seq`, also if that is a way back."""
    with transaction(engine) as tx:
        if not registry.seek(tx, name, reached(tx, told.seq)):
            raise _none_of(name)
        return json_response(_document(tx, _row(tx, name), now))


def _read_row(engine: Engine, name: str) -> AnyRow:
    with transaction(engine) as tx:
        return _row(tx, name)


def _row(tx: Connection, name: str) -> AnyRow:
    row = registry.consumer_named(tx, name)
    if row is None:
        raise _none_of(name)
    return row


def _none_of(name: str) -> NoSuchConsumer:
    return NoSuchConsumer(f"no consumer {name!r}: make it by PUT /v1/consumers/{name}")


def _document(tx: Connection, row: AnyRow, now: datetime) -> dict[str, Any]:
    head = head_seq(tx)
    first = told_at(tx, row.position + 1)
    return {
        "name": row.name,
        "filter": row.filter,
        "position": row.position,
        "head_seq": head,
        "lag": {
            "entries": max(0, head - row.position),
            "seconds": round(max(0.0, (now - first).total_seconds()), 3) if first else 0.0,
        },
        "created_at": row.created_at,
        "acked_at": row.acked_at,
        "href": f"/v1/consumers/{row.name}",
    }
