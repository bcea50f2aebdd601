"""What the newsroom reads back of a bulletin: its receipt, from its row."""

from sqlalchemy import Connection

from services.ingest import intake
from shared.contracts.bulletin import Failure, PriorityName, Receipt
from shared.contracts.states import Priority, State
from shared.database import AnyRow
from shared.decoding import label_of
from shared.errors import ArticleKilled, ArticleWithheld, NoSuchBulletin, ServiceError
from shared.ids import ARTICLE, BULLETIN, read, written
from shared.reading import article_of

_PRIORITY_NAMES: dict[int, PriorityName] = {Priority.FLASH: "flash", Priority.NORMAL: "normal"}


class UnderEmbargo(ServiceError):
    """Nobody sees this before its moment."""

    status, code = 403, "under_embargo"


def row_of(tx: Connection, id: str) -> AnyRow:
    """The row of a written id. Raises NoSuchBulletin."""
    uuid = read(BULLETIN, id)
    row = uuid and intake.bulletin_row(tx, uuid)
    if not row:
        raise NoSuchBulletin(
            f"no bulletin {id}: an id is bul_ and 32 hexadecimal digits, as the answer to its POST said"
        )
    return row


def receipt(tx: Connection, row: AnyRow) -> Receipt:
    """The receipt of a bulletin's row, with the article if there is one that may be seen."""
    waiting = intake.is_waiting(row)
    embargoed = row.made_id is not None and not row.announced and row.pub_status != "canceled"
    return Receipt(
        id=written(BULLETIN, row.id),
        state="embargoed" if embargoed else State(row.status),
        revision=row.revision,
        embargo_until=row.hidden_until,
        received_at=row.received_at,
        closed_at=row.closed_at,
        priority=_PRIORITY_NAMES[row.priority],
        source=row.source,
        external_id=row.external_id,
        published=row.published,
        charset=label_of(row.charset),
        charset_reason=row.charset_reason,
        sha256=row.raw_sha256.hex(),
        size=row.size,
        attempts=row.attempts,
        next_try_at=row.run_at if waiting and row.attempts else None,
        failure=_failure(row),
        duplicate_of=written(ARTICLE, row.original_id) if row.original_id else None,
        pub_status=row.pub_status if row.made_id is not None and row.announced else None,
        article=article_of(tx, row.made_id) if row.made_id else None,
    )


def check_shown(row: AnyRow) -> None:
    """May what was filed be shown? Raises UnderEmbargo, ArticleWithheld, ArticleKilled."""
    if "canceled" in (row.pub_status, row.original_status):
        raise ArticleKilled("its bytes are kept, and shown no more")
    if (not row.announced) if row.its_article_id is not None else row.under_embargo:
        raise UnderEmbargo(f"nobody sees it before {row.hidden_until.isoformat()}")
    if row.pub_status == "withheld":
        raise ArticleWithheld("its bytes are kept, and shown again when it is released")


def _failure(row: AnyRow) -> Failure | None:
    """The class and the message of the last fault; where it came from in our code is the operator's to see."""
    if row.error_class is None:
        return None
    return Failure(error_class=row.error_class, detail=((row.last_error or "").strip().splitlines() or [""])[-1])
