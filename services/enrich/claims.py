"""What a worker has in hand, what it makes of it, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.enrich.text.article import Article
from shared.contracts.article import ChangeType, VersionKind
from shared.contracts.states import Priority, State


@dataclass(frozen=True, kw_only=True, slots=True)
class Claimed:
    """A bulletin that this transaction holds, with its history of attempts.

    One that was put under a key has the `article_id` of the key, its number there, and what it is to the one before.
    """

    id: UUID
    source: str | None
    external_id: str | None
    published: date | None
    received_at: datetime
    media_type: str
    charset: str
    raw_sha256: bytes
    size: int
    attempts: int
    failures: int
    priority: int = int(Priority.NORMAL)
    request_id: str = ""
    traceparent: str | None = None
    article_id: UUID | None = None
    revision: int = 1
    kind: str | None = None
    note: str | None = None
    embargo_until: datetime | None = None
    suspect: bool = False
    probe: bool = False

    @property
    def number(self) -> int:
        """The number of the attempt that is now made."""
        return self.attempts + 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What became of one attempt: the bulletin's next state and, where it failed, in which stage, why, when it runs again,
    and whether `alone`, because it could do harm to others of its batch."""

    bulletin: Claimed
    state: State
    outcome: str
    error_class: str | None = None
    error: str | None = None
    run_at: datetime | None = None
    alone: bool = False
    stage_ms: Mapping[str, float] | None = None
    stage: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """A version that is to be kept, and what it does to its article.

    `first`: it makes the article's row. `current`: it is the one that is shown from now on. `announced`: the article is
    in the feed, or is from now on. `holds_words`: a later bulletin that says the same is a duplicate of it. `change` is
    what readers are told, if anything.
    """

    bulletin: Claimed
    article: Article
    number: int = 1
    kind: VersionKind = "first"
    first: bool = True
    current: bool = True
    announced: bool = True
    embargo_until: datetime | None = None
    holds_words: bool = True
    change: ChangeType | None = "article.published"
