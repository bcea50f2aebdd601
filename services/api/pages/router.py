"""The pages put together: their addresses, their files, and how problems are told to people."""

from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, FastAPI, Query, Response
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles

from services.api.pages.finding import router as finding
from services.api.pages.following import check_local
from services.api.pages.following import router as following
from services.api.pages.forwarding import HttpIngest
from services.api.pages.reading import router as reading
from services.api.pages.rendering import tell_people_of_problems
from shared.settings import Settings

_STATIC = Path(__file__).parent / "static"
_A_YEAR = 365 * 86_400

router = APIRouter(include_in_schema=False)


@router.get("/switch")
def switch(
    back: Annotated[str, Query(max_length=2_000)] = "/",
    lang: Literal["vi", "en"] | None = None,
    theme: Literal["auto", "light", "dark"] | None = None,
) -> Response:
    """Keep a choice of language or colours in a cookie, and go back."""
    answer = RedirectResponse(check_local(back), 303, headers={"Cache-Control": "no-store"})
    for name, value in (("lang", lang), ("theme", theme)):
        if value is not None:
            answer.set_cookie(name, value, max_age=_A_YEAR, samesite="lax", httponly=True)
    return answer


def add_pages(app: FastAPI, settings: Settings) -> HttpIngest:
    """Give the application its pages; what is answered is to be closed with it."""
    app.state.ingest_url = settings.ingest_url
    app.state.ingest = HttpIngest(settings.ingest_url, settings.ingest_key)
    for one in (router, finding, reading, following):
        app.include_router(one)
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    tell_people_of_problems(app)
    ingest: HttpIngest = app.state.ingest
    return ingest
