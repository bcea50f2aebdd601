"""`bantin relate` and `bantin stories`: a person's word on what says the same, and what tells of one event."""

import getpass
import os
from collections.abc import Callable
from typing import Annotated, Any, NoReturn, TypeVar, cast

import typer
from pydantic import ValidationError

from services.cli import show
from services.cli.client import connect, document, exit_code
from shared.client import Bantin, BantinError
from shared.contracts.decision import DecisionOut, RelationKind

T = TypeVar("T")

stories = typer.Typer(
    no_args_is_help=True, help="Merge stories, split articles off, gather articles; list and undo that."
)

Reason = Annotated[str, typer.Option(help="Why; it is kept, and not shown to readers.")]
Actor = Annotated[str, typer.Option(help="Who decides; by default the user of this machine.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, one document a line.")]
_Story = Annotated[str, typer.Argument(help="A story's id, sto_…, or one that leads to it.")]
_Articles = Annotated[list[str], typer.Argument(help="Articles, art_…, or their bulletins, bul_…")]
_Decision = Annotated[str, typer.Argument(help="A decision's id, dec_…")]


@stories.callback()
def of_stories() -> None:
    """Merge stories, split articles off, gather articles; list and undo that."""


def relate(
    id: Annotated[str, typer.Argument(help="An article, art_…, or a bulletin that was taken for a duplicate, bul_…")],
    to: Annotated[str, typer.Option(help="The other article, art_…, or its bulletin, bul_…")],
    relation: Annotated[
        str, typer.Option(help="exact or near: a duplicate; revision, same_event or none: it is none.")
    ],
    reason: Reason,
    actor: Actor = "",
    as_json: Json = False,
) -> None:
    """Say what an article is to another one: whether it is a duplicate of it. It stands above all rules."""
    # What is no kind of relation is refused by the contract, which says so.
    kind = cast("RelationKind", relation)
    _decide(lambda client: client.relate(id, to=to, kind=kind, actor=_who(actor), reason=reason), as_json=as_json)


def undo(decision: _Decision, reason: Reason, actor: Actor = "", as_json: Json = False) -> None:
    """Take a decision on a duplicate or a story back: all is as it was before. Both decisions are kept."""
    _decide(lambda client: client.undo(decision, actor=_who(actor), reason=reason), as_json=as_json)


def decisions(
    id: Annotated[str, typer.Argument(help="An article, art_…, a bulletin, bul_…, or a story, sto_…")],
    as_json: Json = False,
) -> None:
    """List what people decided about an article, a bulletin or a story, the earliest first."""
    for one in _asked(lambda client: client.decisions(id)).data:
        _tell(one, as_json=as_json)


@stories.command()
def merge(
    id: _Story,
    into: Annotated[str, typer.Argument(help="The story that goes on; the id of the first leads to it.")],
    reason: Reason,
    actor: Actor = "",
    as_json: Json = False,
) -> None:
    """Say that two stories are one."""
    _decide(lambda client: client.merge_stories(id, into=into, actor=_who(actor), reason=reason), as_json=as_json)


@stories.command()
def split(id: _Story, articles: _Articles, reason: Reason, actor: Actor = "", as_json: Json = False) -> None:
    """Say that ARTICLES of a story tell of another event: they make a story of their own."""
    _decide(lambda client: client.split_story(id, articles, actor=_who(actor), reason=reason), as_json=as_json)


@stories.command()
def gather(id: _Story, articles: _Articles, reason: Reason, actor: Actor = "", as_json: Json = False) -> None:
    """Say that ARTICLES tell of the event of a story, whatever story they were in."""
    _decide(lambda client: client.gather_story(id, articles, actor=_who(actor), reason=reason), as_json=as_json)


stories.command(name="undo")(undo)
stories.command(name="log")(decisions)


def _decide(decide: Callable[[Bantin], DecisionOut], *, as_json: bool) -> None:
    _tell(_asked(decide), as_json=as_json)


def _asked(ask: Callable[[Bantin], T]) -> T:
    try:
        with connect() as client:
            return ask(client)
    except BantinError as error:
        show.fail(str(error), exit_code(error))
    except ValidationError as error:
        _wrong_use(error)


def _wrong_use(error: ValidationError) -> NoReturn:
    first = error.errors()[0]
    # The word of the command line, where it is another than that of the contract.
    word = {"kind": "relation"}.get(str(first["loc"][0]), str(first["loc"][0]))
    show.fail(f"invalid_parameter: {word}: {first['msg']}", 2)


def _tell(made: DecisionOut, *, as_json: bool) -> None:
    told = document(made)
    if as_json:
        show.document(told)
        return
    show.console.print(f"{made.id}  {_what(told)}", markup=False, soft_wrap=True)
    show.console.print(f"    {made.actor}, {made.decided_at}: {made.reason}", markup=False, soft_wrap=True)


def _what(made: dict[str, Any]) -> str:
    """A decision in words."""
    articles = ", ".join(made["articles"] or ())
    undone = f" (undone by {made['undone_by']})" if made["undone_by"] else ""
    said = {
        "relation": f"{made['article'] or made['bulletin']} is {made['relation']} to {made['original']}",
        "merge": f"{made['story']} is {made['into']}",
        "split": f"{articles} went from {made['story']} into {made['into']}",
        "gather": f"{articles} went into {made['into']}",
        "undo": f"{made['undoes']} holds no more",
    }[made["kind"]]
    return said + undone


def _who(actor: str) -> str:
    return actor or os.environ.get("SUDO_USER") or getpass.getuser()
