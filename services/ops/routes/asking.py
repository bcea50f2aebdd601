"""What every address of the desk is handed: the database, the moment, who asks, and where logs are looked up."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Engine

from shared.access.gate import caller_of
from shared.access.keys import Caller
from shared.settings import Settings


def the_engine(request: Request) -> Engine:
    """The pool of connections to the database."""
    engine: Engine = request.app.state.engine
    return engine


def this_moment(request: Request) -> datetime:
    """Now, by the application's clock."""
    clock: Callable[[], datetime] = request.app.state.clock
    return clock()


def the_log_url(request: Request) -> str:
    """Where logs are looked up by an id."""
    settings: Settings = request.app.state.settings
    return settings.log_url


TheEngine = Annotated[Engine, Depends(the_engine)]
Now = Annotated[datetime, Depends(this_moment)]
LogUrl = Annotated[str, Depends(the_log_url)]
Asker = Annotated[Caller, Depends(caller_of)]
