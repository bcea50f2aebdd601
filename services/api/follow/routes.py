"""The feed's addresses: by piece, by long poll, as a stream."""

import re
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import Field
from sqlalchemy import Connection, Engine

from services.api.follow.errors import PositionAhead
from services.api.follow.reading import FeedReader
from services.api.follow.stream import EventStream
from shared.contracts import examples_of_following as examples
from shared.contracts.article import ChangeList
from shared.contracts.follower import BIGGEST_SEQ, Since
from shared.contracts.following import ChangeFilter
from shared.errors import DatabaseAway, InvalidParameter
from shared.following import Piece, change_document, cloud_event, head_seq, wanted
from shared.http import dumps, json_response, problem_answers
from shared.settings import Settings

router = APIRouter(prefix="/v1", tags=["feed"])

_SEQ = re.compile("[0-9]{1,19}")
_CLOUD_EVENTS = "application/cloudevents-batch+json"


def the_reader(request: Request) -> FeedReader:
    """The feed, for those who follow it."""
    reader: FeedReader = request.app.state.feed
    return reader


def the_settings(request: Request) -> Settings:
    """The settings of this process."""
    settings: Settings = request.app.state.settings
    return settings


def the_followers_engine(request: Request) -> Engine:
    """The connections that may write, on the followers' tables."""
    engine: Engine = request.app.state.followers_engine
    return engine


def the_time(request: Request) -> datetime:
    """The moment of the request."""
    now: datetime = request.app.state.clock()
    return now


TheReader = Annotated[FeedReader, Depends(the_reader)]
TheSettings = Annotated[Settings, Depends(the_settings)]
FollowersEngine = Annotated[Engine, Depends(the_followers_engine)]
Now = Annotated[datetime, Depends(the_time)]


class ChangesAsked(ChangeFilter):
    """What may be asked of the feed; anything else is refused."""

    since: Since = Field(0, description="The last `seq` that is known; 0 for all, `now` for what comes.")
    limit: int = Field(200, ge=1, le=1000, description="The most changes in one answer.")
    wait: float = Field(0, ge=0, le=3600, description="Seconds to wait for a change if there is none.")

    def onward(self, since: int) -> str:
        """The address of what follows."""
        told = self.model_dump(exclude_unset=True) | {"since": since, "limit": self.limit}
        order = ("since", "limit", "wait", "type", "source", "entity")
        return f"/v1/changes?{urlencode([(name, told[name]) for name in order if name in told], doseq=True)}"


class StreamAsked(ChangeFilter):
    """What may be asked of the stream; anything else is refused."""

    since: Since = Field("now", description="The last `seq` that is known; 0 for all, `now` for what comes.")


@router.get(
    "/changes",
    response_model=ChangeList,
    summary="What changed, in order",
    responses={
        200: {
            "content": {
                _CLOUD_EVENTS: {
                    "schema": {"type": "array", "items": {"type": "object"}},
                    "example": examples.CLOUD_EVENTS,
                }
            }
        },
        **problem_answers(InvalidParameter, DatabaseAway),
    },
)
async def list_changes(
    asked: Annotated[ChangesAsked, Query()], request: Request, feed: TheReader, settings: TheSettings
) -> Response:
    """The feed from after `since` on. `seq` has no gap and is in the order of commits: who has seen `last_seq` has
    seen everything up to it that was asked for. With `wait` the answer comes when there is something, or when the time
    is over."""
    since = await feed.position(None if asked.since == "now" else asked.since)
    piece = await feed.piece(since, wanted(asked), asked.limit, wait=min(asked.wait, settings.max_feed_wait))
    return piece_response(piece, asked.onward(piece.last_seq), request)


LastEventId = Annotated[
    str | None,
    Header(
        description="As EventSource sends it; outranks `since`.",
        json_schema_extra={"anyOf": [{"type": "string", "pattern": "^([0-9]{1,18})?$"}]},
    ),
]


@router.get(
    "/changes/stream",
    summary="What changes, as it happens",
    response_class=Response,
    responses={
        200: {
            "description": "Server-sent events: `id` is the `seq`, `event` the type, `data` the change as in the list.",
            "content": {"text/event-stream": {"schema": {"type": "string"}, "example": examples.EVENT_STREAM}},
        },
        **problem_answers(InvalidParameter, DatabaseAway),
    },
)
async def stream_changes(
    asked: Annotated[StreamAsked, Query()],
    feed: TheReader,
    settings: TheSettings,
    last_event_id: LastEventId = None,
) -> Response:
    """The feed from after `Last-Event-ID` or `since` on, without end. A comment comes where nothing else does, with the
    position up to which the feed was looked at as its id."""
    feed.is_there()
    if last_event_id:
        since: int | None = _position(last_event_id)
    else:
        since = None if asked.since == "now" else asked.since
    frames = feed.frames(await feed.position(since), wanted(asked), settings.feed_heartbeat)
    return EventStream(frames)


def piece_response(piece: Piece, onward: str, request: Request, **more: Any) -> Response:
    """A piece of the feed as a document, or as CloudEvents where those are asked for."""
    if _CLOUD_EVENTS in request.headers.get("accept", ""):
        headers = {"Link": f'<{onward}>; rel="next"'}
        return Response(dumps([cloud_event(one) for one in piece.changes]), headers=headers, media_type=_CLOUD_EVENTS)
    return json_response(
        {
            "changes": [change_document(change) for change in piece.changes],
            "last_seq": piece.last_seq,
            "head_seq": max(piece.head_seq, piece.last_seq),
            "next": onward,
            **more,
        }
    )


def reached(tx: Connection, seq: int | None) -> int:
    """The position, or the head for None. Raises PositionAhead if the feed has not come there."""
    head = head_seq(tx)
    if seq is not None and seq > head:
        raise PositionAhead(f"the feed is at {head}; {seq} is not told yet")
    return head if seq is None else seq


def _position(last_event_id: str) -> int:
    if not _SEQ.fullmatch(last_event_id) or int(last_event_id) > BIGGEST_SEQ:
        raise InvalidParameter(f"Last-Event-ID {last_event_id[:40]!r} is no position of the feed")
    return int(last_event_id)
