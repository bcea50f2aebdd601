"""What many addresses need: the database, cursors, ids in the path, our own address."""

from typing import Annotated

from fastapi import Depends, Path, Request
from sqlalchemy import Engine

from services.api.cursor import Cursors
from services.api.records.secrets import secret
from shared.database import transaction


def the_engine(request: Request) -> Engine:
    """The pool of connections to the database."""
    engine: Engine = request.app.state.engine
    return engine


TheEngine = Annotated[Engine, Depends(the_engine)]


def the_cursors(request: Request) -> Cursors:
    """What makes and reads cursors; without a setting, by the secret that the database holds."""
    state = request.app.state
    if state.cursors is None:
        with transaction(state.engine) as tx:
            state.cursors = Cursors(secret(tx, "cursor"))
    cursors: Cursors = state.cursors
    return cursors


TheCursors = Annotated[Cursors, Depends(the_cursors)]

ArticleId = Annotated[str, Path(description="An article's id.")]
VersionNumber = Annotated[int, Path(ge=1, le=2**31 - 1, description="A version's number.")]


def base_of(request: Request) -> str:
    """The address of this service as readers know it: as it is set, else as this one wrote it."""
    return str(request.app.state.public_url or request.base_url).rstrip("/")
