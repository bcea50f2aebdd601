"""Where a follower of the feed is, and how it gets on: by long polls, or by server-sent events. Without connections."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from shared.client.errors import FeedReset, Refused, StrangeAnswer
from shared.client.reading import get
from shared.client.talk import Ask
from shared.contracts.article import ChangeList, ChangeOut

_MOST = 200
_POLL = 1.0
"""Seconds between two looks at a service that knows no long polls."""


def piece(since: int, limit: int, wait: float | None, wanted: Mapping[str, Any]) -> Ask:
    """A piece of the feed."""
    return get("/v1/changes", {**wanted, "since": since, "limit": limit, "wait": wait})


@dataclass(slots=True)
class Follower:
    """One who follows: `position` is the last `seq` behind which everything was asked for, `wanted` which changes."""

    position: int
    wait: float | None
    wanted: Mapping[str, Any] = field(default_factory=dict)

    def ask(self) -> Ask:
        """What follows."""
        return piece(self.position, _MOST, self.wait, self.wanted)

    def refused(self, error: Refused) -> None:
        """The service does not wait: look again and again instead. Raises whatever else it said."""
        knows_no_wait = error.problem.code == "invalid_parameter" and any(
            "wait" in fault.pointer for fault in error.problem.errors
        )
        if not knows_no_wait or self.wait is None:
            raise error
        self.wait = None

    def seen(self, found: ChangeList) -> float:
        """The whole piece was taken: go on behind it. Seconds to wait before."""
        if found.head_seq < self.position:
            raise FeedReset(found.head_seq)
        self.position = max(self.position, found.last_seq)
        return _POLL if self.wait is None and not found.changes else 0.0


@dataclass(slots=True)
class EventReader:
    """Reads a stream of server-sent events, as the WHATWG's HTML standard says they are read."""

    position: int | None = None
    """The last id: from there on a broken stream is taken up again."""
    retry: float = 1.0
    """Seconds to wait before that."""
    _rest: str = ""
    _id: str = ""
    _event: str = ""
    _data: list[str] = field(default_factory=list)

    def feed(self, text: str) -> Iterator[ChangeOut]:
        """The changes that end in this piece of the stream. Raises FeedReset and StrangeAnswer."""
        # Not splitlines: that breaks at characters which JSON may hold.
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            if change := self._line(line.removesuffix("\r")):
                yield change

    def _line(self, line: str) -> ChangeOut | None:
        if not line:
            return self._dispatch()
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match name:
            case "id":
                self._id = value
            case "event":
                self._event = value
            case "data":
                self._data.append(value)
            case "retry" if value.isdecimal():
                self.retry = int(value) / 1000
        return None

    def broken(self) -> None:
        """The stream broke: what had begun will come again, whole."""
        self._event, self._data, self._rest = "", [], ""

    def _dispatch(self) -> ChangeOut | None:
        event, data = self._event, "\n".join(self._data)
        self._event, self._data = "", []
        if self._id.isdecimal():
            self.position = int(self._id)
        if not data:
            return None
        if event == "reset":
            raise FeedReset(self.position or 0)
        try:
            return ChangeOut.model_validate_json(data)
        except ValidationError as error:
            raise StrangeAnswer(f"the stream holds an event that is no change: {data[:80]}") from error


def stream(position: int | None, wanted: Mapping[str, Any]) -> Ask:
    """The stream of changes, from behind a position on; None: from now on."""
    headers: dict[str, str | bytes] = {"Accept": "text/event-stream"}
    if position is not None:
        headers["Last-Event-ID"] = str(position)
    told = {name: value for name, value in wanted.items() if value is not None}
    return Ask(service="api", method="GET", path="/v1/changes/stream", params=told, headers=headers)
