"""The webhooks' addresses: where changes are sent to, and what came of it. `services.deliver` sends them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from services.api.cursor import BadCursor, CursorFilterMismatch
from services.api.follow import registry
from services.api.follow.errors import NoSuchDelivery, NoSuchWebhook, PositionAhead, UnsafeUrl
from services.api.follow.routes import FollowersEngine, Now, TheSettings, reached
from services.api.follow.targets import BadSecret, new_secret, safe_url, usable_secret
from services.api.routes.dependencies import TheCursors
from shared.contracts.follower import (
    BIGGEST_SEQ,
    DeliveryList,
    DeliveryOut,
    Rotation,
    WebhookIn,
    WebhookList,
    WebhookOut,
    WebhookPatch,
    WebhookSecret,
)
from shared.database import AnyRow, transaction
from shared.errors import DatabaseAway, InvalidParameter
from shared.following import event_id, head_seq, trial_event_id
from shared.http import json_response, problem_answers
from shared.ids import ARTICLE, WEBHOOK, NewId, read, written
from shared.networks import networks

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])

_DELIVERIES = "deliveries"
# A secret must not stay in a cache on its way.
_SECRET = {"Cache-Control": "no-store"}

WebhookId = Annotated[str, Path(description="A webhook's id.")]
_ABOUT_ONE = problem_answers(NoSuchWebhook, DatabaseAway)


def the_ids(request: Request) -> NewId:
    """What makes ids."""
    new_id: NewId = request.app.state.new_id
    return new_id


def the_chance(request: Request) -> Callable[[int], bytes]:
    """What makes random bytes."""
    chance: Callable[[int], bytes] = request.app.state.chance
    return chance


class DeliveriesAsked(BaseModel):
    """What may be asked of the list of deliveries; anything else is refused."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["waiting", "delivered", "failed"] | None = Field(None, description="Only those in this state.")
    limit: int = Field(50, ge=1, le=200, description="Deliveries on a page.")
    cursor: str | None = Field(None, max_length=500, description="`page.next` of the page before.")


class ReplayAsked(BaseModel):
    """From where everything shall be sent again."""

    model_config = ConfigDict(extra="forbid")

    first: int = Field(alias="from", ge=1, le=BIGGEST_SEQ, description="The first `seq` that is sent again.")


@router.post(
    "",
    status_code=201,
    response_model=WebhookSecret,
    summary="Make a webhook",
    responses=problem_answers(InvalidParameter, UnsafeUrl, BadSecret, PositionAhead, DatabaseAway),
)
def make_webhook(
    told: WebhookIn,
    engine: FollowersEngine,
    settings: TheSettings,
    now: Now,
    new_id: Annotated[NewId, Depends(the_ids)],
    chance: Annotated[Callable[[int], bytes], Depends(the_chance)],
) -> Response:
    """From now on changes are sent to `url`, signed with the secret of the answer, which is shown this once."""
    url = safe_url(told.url, networks(settings.webhook_networks))
    secret = usable_secret(told.secret) if told.secret is not None else new_secret(chance)
    id = new_id()
    with transaction(engine) as tx:
        registry.add_webhook(
            tx,
            id=id,
            url=url,
            filter=told.filter.model_dump(),
            format=told.format,
            secret=secret,
            position=reached(tx, None if told.since == "now" else told.since),
            created_at=now,
        )
        document = _document(tx, _row(tx, written(WEBHOOK, id)))
    headers = {"Location": document["href"], **_SECRET}
    return json_response({**document, "secret": secret}, 201, headers)


@router.get("", response_model=WebhookList, summary="All webhooks", responses=problem_answers(DatabaseAway))
def list_webhooks(engine: FollowersEngine) -> Response:
    """Where changes are sent to, the first made first; without the secrets."""
    with transaction(engine) as tx:
        return json_response({"data": [_document(tx, row) for row in registry.webhooks(tx)]})


@router.get("/{id:word}", response_model=WebhookOut, summary="One webhook", responses=_ABOUT_ONE)
def get_webhook(id: WebhookId, engine: FollowersEngine) -> Response:
    """Where it leads, up to which position its deliveries are made, and how many of them wait."""
    with transaction(engine) as tx:
        return json_response(_document(tx, _row(tx, id)))


@router.patch(
    "/{id:word}",
    response_model=WebhookOut,
    summary="Change a webhook",
    responses=problem_answers(NoSuchWebhook, InvalidParameter, UnsafeUrl, DatabaseAway),
)
def patch_webhook(
    id: WebhookId, told: WebhookPatch, engine: FollowersEngine, settings: TheSettings, now: Now
) -> Response:
    """Another address, filter or format; or disable it. Enabled again, it is sent all that came meanwhile."""
    with transaction(engine) as tx:
        row = _row(tx, id)
        values: dict[str, Any] = {}
        if told.url is not None:
            values["url"] = safe_url(told.url, networks(settings.webhook_networks))
        if told.filter is not None:
            values["filter"] = told.filter.model_dump()
        if told.format is not None:
            values["format"] = told.format
        if told.enabled is False and row.disabled is None:
            values |= {"disabled": "by_request", "disabled_at": now}
        registry.change_webhook(tx, row.id, **values)
        if told.enabled and row.disabled is not None:
            registry.enable_webhook(tx, row.id, now=now)
        return json_response(_document(tx, _row(tx, id)))


@router.delete("/{id:word}", status_code=204, response_class=Response, summary="Remove a webhook", responses=_ABOUT_ONE)
def delete_webhook(id: WebhookId, engine: FollowersEngine) -> Response:
    """Nothing is sent any more, and its deliveries are gone with it."""
    with transaction(engine) as tx:
        registry.forget_webhook(tx, _row(tx, id).id)
    return Response(status_code=204)


@router.post(
    "/{id}:rotate",
    response_model=WebhookSecret,
    summary="Give a webhook a new secret",
    responses=problem_answers(NoSuchWebhook, InvalidParameter, DatabaseAway),
)
def rotate(
    id: WebhookId,
    engine: FollowersEngine,
    now: Now,
    chance: Annotated[Callable[[int], bytes], Depends(the_chance)],
    told: Annotated[Rotation | None, Body()] = None,
) -> Response:
    """For `keep_hours` deliveries carry two signatures, by the new secret and by the old one."""
    hours = (told or Rotation.model_validate({})).keep_hours
    secret = new_secret(chance)
    with transaction(engine) as tx:
        row = _row(tx, id)
        until = now + timedelta(hours=hours)
        registry.change_webhook(tx, row.id, secret=secret, old_secret=row.secret, old_secret_until=until)
        return json_response({**_document(tx, _row(tx, id)), "secret": secret}, headers=_SECRET)


@router.post(
    "/{id}:test", status_code=202, response_model=DeliveryOut, summary="Send a webhook a test", responses=_ABOUT_ONE
)
def send_trial(id: WebhookId, engine: FollowersEngine, now: Now) -> Response:
    """A delivery of the type `webhook.test`, once, also to a webhook that is disabled. What came of it is in its list."""
    with transaction(engine) as tx:
        return json_response(_delivery(registry.add_trial(tx, _row(tx, id).id, now=now)), 202)


@router.post(
    "/{id}:replay",
    status_code=202,
    response_model=WebhookOut,
    summary="Send everything from a position on again",
    responses=problem_answers(NoSuchWebhook, InvalidParameter, PositionAhead, DatabaseAway),
)
def replay(id: WebhookId, asked: Annotated[ReplayAsked, Query()], engine: FollowersEngine) -> Response:
    """With the same `webhook-id` as before, in order of each article."""
    with transaction(engine) as tx:
        registry.tell_again(tx, _row(tx, id).id, since=reached(tx, asked.first) - 1)
        return json_response(_document(tx, _row(tx, id)), 202)


@router.get(
    "/{id}/deliveries",
    response_model=DeliveryList,
    summary="What was sent to a webhook",
    responses=problem_answers(NoSuchWebhook, InvalidParameter, BadCursor, CursorFilterMismatch, DatabaseAway),
)
def list_deliveries(
    id: WebhookId, asked: Annotated[DeliveriesAsked, Query()], engine: FollowersEngine, cursors: TheCursors
) -> Response:
    """The newest first, each with its last attempts and what was answered."""
    filter, before = f"{id} {asked.state}", None
    if asked.cursor is not None:
        before = int(cursors.decode(_DELIVERIES, asked.cursor, (int,), filter)[0])
    with transaction(engine) as tx:
        rows = registry.deliveries(tx, _row(tx, id).id, state=asked.state, before=before, limit=asked.limit + 1)
    page = rows[: asked.limit]
    onward = cursors.encode(_DELIVERIES, (page[-1].id,), filter) if len(rows) > asked.limit else None
    return json_response({"data": [_delivery(row) for row in page], "page": {"limit": asked.limit, "next": onward}})


DeliveryNumber = Annotated[int, Path(ge=1, le=BIGGEST_SEQ, description="A delivery's id.")]


@router.post(
    "/{id}/deliveries/{number}:retry",
    status_code=202,
    response_model=DeliveryOut,
    summary="Send one delivery again",
    responses=problem_answers(NoSuchWebhook, NoSuchDelivery, InvalidParameter, DatabaseAway),
)
def retry(id: WebhookId, number: DeliveryNumber, engine: FollowersEngine, now: Now) -> Response:
    """At once, whatever came of it before."""
    with transaction(engine) as tx:
        row = registry.send_again(tx, _row(tx, id).id, number, now=now)
    if row is None:
        raise NoSuchDelivery(f"{id} has no delivery {number}: see /v1/webhooks/{id}/deliveries")
    return json_response(_delivery(row), 202)


def _row(tx: Connection, id: str) -> AnyRow:
    uuid: UUID | None = read(WEBHOOK, id)
    row = registry.webhook_of(tx, uuid) if uuid else None
    if row is None:
        raise NoSuchWebhook(f"no webhook {id}: an id is whk_ and 32 hexadecimal digits")
    return row


def _document(tx: Connection, row: AnyRow) -> dict[str, Any]:
    id = written(WEBHOOK, row.id)
    return {
        "id": id,
        "url": row.url,
        "filter": row.filter,
        "format": row.format,
        "enabled": row.disabled is None,
        "disabled": row.disabled,
        "disabled_at": row.disabled_at,
        "failing_since": row.failing_since,
        "old_secret_until": row.old_secret_until,
        "position": row.position,
        "head_seq": head_seq(tx),
        "waiting": row.waiting,
        "created_at": row.created_at,
        "href": f"/v1/webhooks/{id}",
    }


def _delivery(row: AnyRow) -> dict[str, Any]:
    waits: datetime | None = row.next_try_at if row.state == "waiting" else None
    return {
        "id": row.id,
        "event": event_id(row.seq) if row.seq is not None else trial_event_id(row.id),
        "seq": row.seq,
        "article": written(ARTICLE, row.article_id) if row.article_id else None,
        "state": row.state,
        "tries": row.tries,
        "next_try_at": waits,
        "made_at": row.made_at,
        "ended_at": row.ended_at,
        "attempts": row.attempts,
    }
