"""What is said to the services, and how their answers are read: without connections, so that both clients say the same.

A talk is a generator. It yields what to do, a request to send or a pause to make, is sent the answer or what broke it, and
returns what came of it.
"""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from shared.client.errors import BantinError, NoAnswer, StrangeAnswer, TryLater, refusal
from shared.client.patience import Patience
from shared.contracts.problem import Problem

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """A request to one of the services."""

    service: Literal["ingest", "api"]
    method: str
    path: str
    params: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str | bytes] = field(default_factory=dict)
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """Seconds to wait."""

    seconds: float


Talk: TypeAlias = Generator["Ask | Pause", "httpx.Response | httpx.TransportError | None", T]


@dataclass(frozen=True, kw_only=True, slots=True)
class Manner:
    """How a client asks: for how long again, by which clock and by which chance."""

    patience: Patience
    clock: Callable[[], float]
    chance: Callable[[], float]


def persistently(ask: Ask, manner: Manner) -> Talk[httpx.Response]:
    """Ask until there is an answer that is not "later"; whatever it says, it is returned.

    Every request is harmless when it comes twice: those that file something have an idempotency key. Raises NoAnswer and
    TryLater when patience is over.
    """
    deadline = manner.clock() + manner.patience.seconds
    tries = 0
    failure: BantinError
    while True:
        answer = yield ask
        tries += 1
        if isinstance(answer, httpx.Response):
            later = _later(answer)
            if later is None:
                return answer
            failure, asked = later, later.retry_after
        else:
            failure, asked = NoAnswer(_broken(ask, answer)), None
        pause = manner.patience.pause(tries, asked, manner.chance())
        if manner.clock() + pause > deadline:
            raise failure
        yield Pause(pause)


def _broken(ask: Ask, error: httpx.TransportError | None) -> str:
    try:
        where = str(error.request.url) if error else ask.path
    except RuntimeError:
        where = ask.path
    return f"no answer from {where}: {error or 'it said nothing'}"


def _later(answer: httpx.Response) -> TryLater | None:
    """What says that it should be asked again, if the answer says so."""
    if answer.status_code not in (408, 409, 429, 502, 503, 504):
        return None
    try:
        found = refusal(Problem.model_validate_json(answer.content), retry_after(answer))
    except ValidationError:
        # What stands before our services, such as a proxy, does not know problems.
        told = Problem(
            type="about:blank", title="", status=answer.status_code, code=f"http_{answer.status_code}",
            detail=f"{answer.request.url} says {answer.status_code}", errors=[], request_id="",
        )  # fmt: skip
        found = refusal(told, retry_after(answer))
    return found if isinstance(found, TryLater) else None


def retry_after(answer: httpx.Response) -> float | None:
    """The seconds of Retry-After, if it has seconds."""
    told = answer.headers.get("retry-after", "")
    return float(told) if told.isdecimal() and len(told) < 7 else None


def read(answer: httpx.Response, model: type[M]) -> M:
    """The document of an answer. Raises Refused if it is a problem, StrangeAnswer if it is neither."""
    raise_for_problem(answer)
    try:
        return model.model_validate_json(answer.content)
    except ValidationError as error:
        raise StrangeAnswer(
            f"{answer.request.url} answered no {model.__name__}: {error.error_count()} faults"
        ) from error


def raise_for_problem(answer: httpx.Response) -> None:
    """Raise Refused if an answer, whose content was read, is a problem; StrangeAnswer if it is none of ours."""
    if answer.is_success:
        return
    try:
        problem = Problem.model_validate_json(answer.content)
    except ValidationError as error:
        raise StrangeAnswer(f"{answer.request.url} answered {answer.status_code} and no problem") from error
    raise refusal(problem, retry_after(answer))


def document(ask: Ask, model: type[M], manner: Manner) -> Talk[M]:
    """Ask for a document."""
    return read((yield from persistently(ask, manner)), model)
