"""The client for programs with asyncio: the same methods as `Bantin`, awaited."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self, TypeVar, Unpack

import httpx
from pydantic import BaseModel

from shared.client import filing, following, reading
from shared.client.errors import NoAnswer, Refused
from shared.client.filing import PLAIN, About, Beside, Filed
from shared.client.patience import Patience
from shared.client.talk import Ask, Manner, Pause, Talk, document, persistently, read
from shared.client.wire import API_URL, EVER, INGEST_URL, LONGEST_WAIT, TIMEOUT, head_seq, new_key, wire
from shared.contracts.article import (
    ArticleList,
    ArticleOut,
    ArticleSummary,
    ChangeList,
    ChangeOut,
    DiffOut,
    ReadingList,
    ReadingOut,
    VersionList,
)
from shared.contracts.bulletin import (
    Accepted,
    AcceptedRevision,
    BatchReceipt,
    EventList,
    KillOrder,
    Order,
    Receipt,
    RevisionKind,
    Standing,
)
from shared.contracts.decision import ArticlesOrder, DecisionList, DecisionOut, MergeOrder, RelationKind, RelationOrder
from shared.contracts.entity import EntityDetail, EntityFound, EntityList
from shared.contracts.ninjs import MEDIA_TYPE as NINJS
from shared.contracts.ninjs import NinjsOut
from shared.contracts.states import State
from shared.contracts.story import StoryList, StoryOut, StorySummary
from shared.ids import STORY

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class AsyncExport:
    """An export that comes in. It is whole only when `pieces` end without an error."""

    head_seq: int
    media_type: str
    pieces: AsyncIterator[bytes]


class AsyncBantin:
    """Speaks to ingest and api as `Bantin` does, without blocking. Usable as an asynchronous context manager."""

    def __init__(
        self,
        ingest_url: str = INGEST_URL,
        api_url: str = API_URL,
        *,
        key: str | None = None,
        patience: Patience = Patience(),
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
        new_key: Callable[[], str] = new_key,
    ) -> None:
        self._wire = wire(ingest_url, api_url, key, patience, clock=clock, chance=chance, new_key=new_key)
        self._http, self._sleep = httpx.AsyncClient(timeout=TIMEOUT, transport=transport), sleep

    @property
    def ingest_url(self) -> str:
        """Where ingest is."""
        return self._wire.ingest_url

    @property
    def api_url(self) -> str:
        """Where api is."""
        return self._wire.api_url

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Let the connections go."""
        await self._http.aclose()

    async def post(
        self,
        content: str | bytes,
        content_type: str = PLAIN,
        *,
        key: str | None = None,
        wait: float = 0.0,
        **about: Unpack[About],
    ) -> Filed[Accepted]:
        """File one bulletin; wait for its article up to `wait` seconds (20 at most)."""
        ask = filing.post(content, content_type, about, key or self._wire.new_key(), min(wait, LONGEST_WAIT))
        return await self._say(filing.filed(ask, Accepted, self._wire.manner))

    async def post_batch(self, lines: bytes, *, key: str | None = None, **about: Unpack[About]) -> BatchReceipt:
        """File many bulletins, one JSON object a line; a verdict for each."""
        return await self._say(
            filing.batch(filing.post_batch(lines, about, key or self._wire.new_key()), self._wire.manner)
        )

    async def put(
        self,
        source: str,
        external_id: str,
        content: str | bytes,
        content_type: str = PLAIN,
        *,
        kind: RevisionKind | None = None,
        note: str | None = None,
        if_match: str | None = None,
        only_if_new: bool = False,
        wait: float = 0.0,
        **about: Unpack[Beside],
    ) -> Filed[AcceptedRevision]:
        """File a bulletin under its sender's own key: the first time an article, then its next version."""
        conditions = filing.conditions(kind, note, if_match, only_if_new=only_if_new)
        ask = filing.put((source, external_id), content, content_type, about, min(wait, LONGEST_WAIT), conditions)
        return await self._say(filing.filed(ask, AcceptedRevision, self._wire.manner))

    async def bulletin(self, id: str) -> Receipt:
        """A bulletin's receipt."""
        return await self._document(Ask(service="ingest", method="GET", path=f"/v1/bulletins/{id}"), Receipt)

    async def until_finished(self, id: str, seconds: float, every: float = 0.2) -> AsyncIterator[Receipt]:
        """The bulletin's receipt, again and again until it is finished or the time is over."""
        deadline = self._wire.manner.clock() + seconds
        while True:
            receipt = await self.bulletin(id)
            yield receipt
            if receipt.state != State.QUEUED or self._wire.manner.clock() > deadline:
                return
            await self._sleep(every)

    async def withhold(self, id: str, *, actor: str, reason: str) -> Standing:
        """Hide an article until it is released; the id may be that of a bulletin it was made from."""
        return await self._document(filing.order("withhold", id, Order(actor=actor, reason=reason)), Standing)

    async def release(self, id: str, *, actor: str, reason: str) -> Standing:
        """Show an article again."""
        return await self._document(filing.order("release", id, Order(actor=actor, reason=reason)), Standing)

    async def kill(
        self, id: str, *, actor: str, reason: str, note: str | None = None, with_duplicates: bool = False
    ) -> Standing:
        """Take an article back for good; `note` is what readers are told."""
        said = KillOrder(actor=actor, reason=reason, note=note, with_duplicates=with_duplicates)
        return await self._document(filing.order("kill", id, said), Standing)

    async def events(self, id: str) -> EventList:
        """What was done to an article, by whom and why."""
        return await self._document(Ask(service="ingest", method="GET", path=f"/v1/articles/{id}/events"), EventList)

    async def relate(self, id: str, *, to: str, kind: RelationKind, actor: str, reason: str) -> DecisionOut:
        """Say what an article or a bulletin is to another article; it stands above all rules."""
        said = RelationOrder(actor=actor, reason=reason, to=to, kind=kind)
        return await self._document(filing.ordered(f"/v1/articles/{id}/relations", said), DecisionOut)

    async def merge_stories(self, id: str, *, into: str, actor: str, reason: str) -> DecisionOut:
        """Say that two stories are one: that of `into`."""
        said = MergeOrder(actor=actor, reason=reason, into=into)
        return await self._document(filing.ordered(f"/v1/stories/{id}:merge", said), DecisionOut)

    async def split_story(self, id: str, articles: Sequence[str], *, actor: str, reason: str) -> DecisionOut:
        """Take articles out of a story into one of their own."""
        said = ArticlesOrder(actor=actor, reason=reason, articles=list(articles))
        return await self._document(filing.ordered(f"/v1/stories/{id}:split", said), DecisionOut)

    async def gather_story(self, id: str, articles: Sequence[str], *, actor: str, reason: str) -> DecisionOut:
        """Put articles into a story."""
        said = ArticlesOrder(actor=actor, reason=reason, articles=list(articles))
        return await self._document(filing.ordered(f"/v1/stories/{id}:gather", said), DecisionOut)

    async def undo(self, decision: str, *, actor: str, reason: str) -> DecisionOut:
        """Take a decision on a duplicate or a story back."""
        said = Order(actor=actor, reason=reason)
        return await self._document(filing.ordered(f"/v1/decisions/{decision}:undo", said), DecisionOut)

    async def decisions(self, id: str) -> DecisionList:
        """What people decided about an article, a bulletin or a story, the earliest first."""
        what = "stories" if id.startswith(STORY) else "articles"
        return await self._document(
            Ask(service="ingest", method="GET", path=f"/v1/{what}/{id}/decisions"), DecisionList
        )

    async def article(self, id: str, version: int | None = None) -> ArticleOut:
        """An article, in its newest version or that of a number."""
        return await self._document(reading.get(_article(id, version)), ArticleOut)

    async def ninjs(self, id: str, version: int | None = None) -> NinjsOut:
        """The same as IPTC ninjs 3.1; of an article that was taken back, its tombstone."""
        return await self._document(reading.get(_article(id, version), accept=NINJS), NinjsOut)

    async def versions(self, id: str) -> VersionList:
        """All versions of an article."""
        return await self._document(reading.get(f"/v1/articles/{id}/versions"), VersionList)

    async def readings(self, id: str) -> ReadingList:
        """What earlier engines said of an article."""
        return await self._document(reading.get(f"/v1/articles/{id}/readings"), ReadingList)

    async def earlier_reading(self, id: str, version: int, number: int) -> ReadingOut:
        """What an earlier engine said of a version of an article."""
        return await self._document(reading.get(f"/v1/articles/{id}/readings/{version}/{number}"), ReadingOut)

    async def diff(self, id: str, before: int | None = None, after: int | None = None) -> DiffOut:
        """What differs between two versions, by default the newest two."""
        return await self._document(reading.get(f"/v1/articles/{id}/diff", {"from": before, "to": after}), DiffOut)

    def articles(self, limit: int = 200, **filters: Any) -> AsyncIterator[ArticleSummary]:
        """All articles, newest first, with the filters of GET /v1/articles; `limit` of them are asked for at once."""
        return self._pages("/v1/articles", {"limit": limit, **filters}, ArticleList)

    def entities(self, limit: int = 200, **filters: Any) -> AsyncIterator[EntityFound]:
        """All entities, with the filters of GET /v1/entities."""
        return self._pages("/v1/entities", {"limit": limit, **filters}, EntityList)

    async def entity(self, id: str) -> EntityDetail:
        """An entity."""
        return await self._document(reading.get(f"/v1/entities/{id}"), EntityDetail)

    def articles_of(self, entity: str, limit: int = 200) -> AsyncIterator[ArticleSummary]:
        """All articles that name an entity, newest first."""
        return self._pages(f"/v1/entities/{entity}/articles", {"limit": limit}, ArticleList)

    def stories(self, limit: int = 200) -> AsyncIterator[StorySummary]:
        """All stories, that of the latest news first."""
        return self._pages("/v1/stories", {"limit": limit}, StoryList)

    async def story(self, id: str) -> StoryOut:
        """A story."""
        return await self._document(reading.get(f"/v1/stories/{id}"), StoryOut)

    async def changes(self, since: int = 0, limit: int = 200, **wanted: Any) -> ChangeList:
        """A piece of the feed, from behind a position on."""
        return await self._document(following.piece(since, limit, None, wanted), ChangeList)

    async def follow(
        self, since: int | None = None, *, wait: float = LONGEST_WAIT, patience: float = EVER, **wanted: Any
    ) -> AsyncIterator[ChangeOut]:
        """The feed from behind a position on (None: from now on), without end, by long polls.

        It goes on where it was, however often the service is away, until that has lasted for `patience` seconds. Who
        keeps the `seq` of what was dealt with, and gives it as `since` the next time, misses nothing.
        """
        position = (await self.changes(0, 1)).head_seq if since is None else since
        follower = following.Follower(position, min(wait, LONGEST_WAIT), wanted)
        while True:
            try:
                found = await self._say(document(follower.ask(), ChangeList, self._wire.patient(patience)))
            except Refused as error:
                follower.refused(error)
                continue
            for change in found.changes:
                yield change
            await self._sleep(follower.seen(found))

    async def stream(
        self, since: int | None = None, *, patience: float = EVER, **wanted: Any
    ) -> AsyncIterator[ChangeOut]:
        """The same by server-sent events, without a request for every change."""
        events = following.EventReader(position=since)
        while True:
            async with self._opened(following.stream(events.position, wanted), self._wire.patient(patience)) as answer:
                head_seq(answer)
                try:
                    async for text in answer.aiter_text():
                        for change in events.feed(text):
                            yield change
                except httpx.TransportError:
                    pass
            events.broken()
            await self._sleep(events.retry)

    @asynccontextmanager
    async def export(self, format: reading.ExportFormat = "ndjson", **filters: Any) -> AsyncIterator[AsyncExport]:
        """Everything at once, with the filters of `articles`; raises NoAnswer if it breaks off."""
        ask = reading.get("/v1/export", {"format": format, **filters})
        async with self._opened(ask, self._wire.manner) as answer:
            seq = head_seq(answer)
            yield AsyncExport(head_seq=seq, media_type=answer.headers["content-type"], pieces=_whole(answer))

    async def _document(self, ask: Ask, model: type[M]) -> M:
        return await self._say(document(ask, model, self._wire.manner))

    async def _pages(self, path: str, params: dict[str, Any], model: type[Any]) -> AsyncIterator[Any]:
        cursor = None
        while True:
            found = read(await self._say(persistently(reading.page(path, params, cursor), self._wire.manner)), model)
            for one in found.data:
                yield one
            cursor = found.page.next
            if cursor is None:
                return

    @asynccontextmanager
    async def _opened(self, ask: Ask, manner: Manner) -> AsyncIterator[httpx.Response]:
        """An answer whose content has not been read, unless it is a problem."""
        answer = await self._say(persistently(ask, manner), streamed=True)
        try:
            yield answer
        finally:
            await answer.aclose()

    async def _say(self, talk: Talk[T], *, streamed: bool = False) -> T:
        try:
            step = next(talk)
            while True:
                step = talk.send(await self._do(step, streamed=streamed))
        except StopIteration as end:
            result: T = end.value
            return result

    async def _do(self, step: Ask | Pause, *, streamed: bool) -> httpx.Response | httpx.TransportError | None:
        if isinstance(step, Pause):
            await self._sleep(step.seconds)
            return None
        try:
            answer = await self._http.send(self._http.build_request(**self._wire.request(step)), stream=streamed)
            if not answer.is_success:
                await answer.aread()
            return answer
        except httpx.TransportError as error:
            return error


def _article(id: str, version: int | None) -> str:
    return f"/v1/articles/{id}" if version is None else f"/v1/articles/{id}/versions/{version}"


async def _whole(answer: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for piece in answer.aiter_bytes():
            yield piece
    except (httpx.TransportError, httpx.DecodingError) as error:
        raise NoAnswer(f"the export from {answer.request.url} broke off: {error}") from error
