"""`bantin status|show`: what the services tell of a bulletin, and of its article."""

from typing import Annotated

import typer

from services.cli import show
from services.cli.client import connect, document, exit_code
from services.cli.home import addresses
from shared.client import BantinError
from shared.contracts.article import ArticleOut

Json = Annotated[bool, typer.Option("--json", help="Print JSON, one document a line.")]


def status(id: Annotated[str, typer.Argument(help="A bulletin's id, bul_…")], as_json: Json = False) -> None:
    """Say what became of a bulletin."""
    with _ToldErrors(), connect() as client:
        receipt = document(client.bulletin(id))
    if as_json:
        show.document(receipt)
    else:
        show.receipt(receipt, addresses()["ingest_url"])


def show_article(
    id: Annotated[str, typer.Argument(help="An article's id, art_…, or its bulletin's, bul_…")],
    as_json: Json = False,
    as_ninjs: Annotated[bool, typer.Option("--ninjs", help="Write it as IPTC ninjs 3.1.")] = False,
) -> None:
    """Show an article with everything that was found in it."""
    with _ToldErrors(), connect() as client:
        found: ArticleOut | None
        if id.startswith("bul_"):
            receipt = client.bulletin(id)
            found = client.article(receipt.duplicate_of) if receipt.duplicate_of else receipt.article
        else:
            found = client.article(id)
        if found is None:
            show.fail(f"{id} has no article: see `bantin status {id}`", 3)
        if as_ninjs:
            show.document(client.ninjs(found.id).model_dump(mode="json", by_alias=True, exclude_unset=True))
            return
    article = document(found)
    if as_json:
        show.document(article)
    else:
        show.article(article, addresses()["api_url"])


class _ToldErrors:
    """Turns what goes wrong with a service into one line and its exit code."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, BantinError):
            show.fail(str(error), exit_code(error))
        if isinstance(error, KeyboardInterrupt):
            raise typer.Exit(0)
