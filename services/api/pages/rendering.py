"""Pages drawn: the templates, the reader's language and colours, and problems told to people."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import orjson
from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.api.pages.reasons import reason
from services.api.pages.words import LANGUAGES, day, iso, moment, months, share, words
from shared.errors import ArticleMerged

THEMES = ("auto", "light", "dark")
_HEADERS = {
    # What is taken back must be gone at the next look.
    "Cache-Control": "private, no-cache",
    "Vary": "Accept-Language, Cookie",
}
_FOR_MACHINES = ("/v1/", "/openapi.json", "/livez", "/readyz", "/metrics")

_pages = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_pages.filters.update(reason=reason, day=day, iso=iso, moment=moment, months=months, share=share)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """How somebody wants to read: a language, colours; and the address that is being read, to come back to."""

    language: str
    theme: str
    here: str
    path: str


def the_reader(request: Request) -> Reader:
    """As the cookies say, else as the browser says, else in Vietnamese."""
    accepted = [
        part.split(";")[0].strip()[:2].lower() for part in request.headers.get("accept-language", "").split(",")
    ]
    wishes = [request.cookies.get("lang", ""), *accepted]
    theme = request.cookies.get("theme", "auto")
    query = request.url.query
    return Reader(
        language=next((wish for wish in wishes if wish in LANGUAGES), "vi"),
        theme=theme if theme in THEMES else "auto",
        here=request.url.path + (f"?{query}" if query else ""),
        path=request.url.path,
    )


TheReader = Annotated[Reader, Depends(the_reader)]


def page(name: str, reader: Reader, status: int = 200, **values: Any) -> HTMLResponse:
    """A page drawn from its template, which knows the words as `w`."""
    drawn = _pages.get_template(name).render(
        w=words(reader.language), language=reader.language, reader=reader, **values
    )
    return HTMLResponse(drawn, status, headers=_HEADERS)


def tell_people_of_problems(app: FastAPI) -> None:
    """Who asks for a page is told of a problem by a page; whatever the problem, it is made as before."""
    for kind, make in list(app.exception_handlers.items()):
        app.add_exception_handler(kind, _as_page(make))


def _as_page(make: Callable[..., Any]) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, error: Exception) -> Response:
        made: Response = await make(request, error)
        if not _wants_page(request):
            return made
        if isinstance(error, ArticleMerged):
            # The documents' address of the original is the page's, but for its beginning.
            return RedirectResponse(made.headers["location"].removeprefix("/v1"), made.status_code)
        told = page("problem.html", the_reader(request), made.status_code, problem=orjson.loads(bytes(made.body)))
        for name in ("retry-after", "allow", "x-robots-tag"):
            if value := made.headers.get(name):
                told.headers[name] = value
        return told

    return answer


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(_FOR_MACHINES)
