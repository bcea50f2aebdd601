"""The desk as pages: drawn by the server, brought up to date by a few lines of script, complete without it."""

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import ValidationError
from sqlalchemy import Engine

from services.ops import desk, repairs, watching
from services.ops.contracts import RepairAsked
from services.ops.routes import Now, TheEngine, which_of
from services.ops.words import LANGUAGES, ago, duration, moment, words
from shared.access.gate import actor_of, caller_of, check_origin
from shared.access.keys import Caller
from shared.access.scopes import Scope
from shared.database import transaction
from shared.errors import InvalidParameter, NotAllowed

router = APIRouter(include_in_schema=False)

_MOST_GROUPS, _MOST_ACTIONS, _MOST_HELD = 50, 10, 50
_HEADERS = {"Cache-Control": "no-store"}
_pages = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_pages.filters.update(duration=duration, ago=ago, moment=moment)


def the_language(request: Request, lang: Annotated[str | None, Query()] = None) -> str:
    """The language that was asked for, else the browser's, else Vietnamese."""
    asked = lang or request.headers.get("accept-language", "")[:2]
    return asked if asked in LANGUAGES else "vi"


Language = Annotated[str, Depends(the_language)]
Asker = Annotated[Caller, Depends(caller_of)]


@router.get("/")
def show_desk(engine: TheEngine, now: Now, language: Language, caller: Asker, told: str = "") -> Response:
    """The whole desk on one page."""
    return _page("desk.html", language, caller, told=told[:200], **_figures(engine, now))


@router.get("/fragment")
def show_fragment(engine: TheEngine, now: Now, language: Language, caller: Asker) -> Response:
    """What changes on that page, for its script."""
    return _page("figures.html", language, caller, **_figures(engine, now))


@router.get("/quarantine/{signature}")
def show_group(signature: str, engine: TheEngine, language: Language, caller: Asker) -> Response:
    """A group of quarantined bulletins, each text beside its trace."""
    with transaction(engine) as tx:
        held = watching.quarantine_list(tx, signature=signature, after=repairs.FIRST, limit=_MOST_HELD)
        texts = watching.texts(tx, [one["id"] for one in held])
    return _page("group.html", language, caller, signature=signature, held=held, texts=texts)


@router.get("/bulletins/{id}")
def show_bulletin(id: str, engine: TheEngine, language: Language, caller: Asker) -> Response:
    """One bulletin's life."""
    with transaction(engine) as tx:
        found = desk.history(tx, id)
    return _page("bulletin.html", language, caller, history=found)


@router.get("/find")
def find(id: str, language: Language) -> Response:
    """To the page of a bulletin or article."""
    return RedirectResponse(f"/bulletins/{quote(id.strip(), safe='')}?lang={language}", 303)


@router.post("/quarantine")
def repair(
    request: Request,
    engine: TheEngine,
    now: Now,
    language: Language,
    action: Annotated[str, Form()],
    reason: Annotated[str, Form()],
    actor: Annotated[str | None, Form()] = None,
    signature: Annotated[str | None, Form()] = None,
    bulletin: Annotated[str | None, Form()] = None,
) -> Response:
    """Replay or discard a group or one bulletin, then back to the desk."""
    check_origin(request)
    if action not in ("replay", "discard"):
        raise InvalidParameter(f"action is replay or discard, not {action!r}")
    try:
        asked = RepairAsked(actor=actor, reason=reason, signature=signature, bulletins=[bulletin] if bulletin else None)
    except ValidationError as error:
        raise InvalidParameter(f"{error.errors()[0]['loc'][0]}: {error.errors()[0]['msg']}") from None
    caller = caller_of(request)
    if action == "discard" and not caller.may(Scope.ADMIN):
        raise NotAllowed(f"to give bulletins up needs {Scope.ADMIN}: it cannot be undone")
    doing = repairs.repair(
        engine,
        "replay" if action == "replay" else "discard",
        which_of(asked),
        actor=actor_of(caller, asked.actor),
        reason=asked.reason,
        now=now,
    )
    changed = sum(count for _, count in doing)
    told = f"{words(language)[f'done_{action}']}: {changed}"
    return RedirectResponse(f"/?lang={language}&told={quote(told)}", 303)


def _figures(engine: Engine, now: Any) -> dict[str, Any]:
    with transaction(engine) as tx:
        return {
            "now": now,
            "queues": desk.queues(tx, now=now),
            "workers": desk.workers(tx, now=now),
            "groups": desk.groups(tx, limit=_MOST_GROUPS)["groups"],
            "actions": watching.actions(tx, limit=_MOST_ACTIONS),
        }


def _page(name: str, language: str, caller: Caller, **values: Any) -> HTMLResponse:
    may = {"operate": caller.may(Scope.OPERATE), "discard": caller.may(Scope.ADMIN)}
    page = _pages.get_template(name).render(w=words(language), language=language, who=caller.label, may=may, **values)
    return HTMLResponse(page, headers=_HEADERS)
