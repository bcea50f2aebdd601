"""What a person decides of duplicates and stories, and how it is told afterwards."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.contracts import examples
from shared.contracts.bulletin import Order

ArticleRef = Annotated[str, StringConstraints(pattern=r"^(art|bul)_[0-9a-f]{32}$")]
StoryRef = Annotated[str, StringConstraints(pattern=r"^sto_[0-9a-f]{32}$")]
RelationKind = Literal["exact", "near", "revision", "same_event", "none"]


class RelationOrder(Order):
    """What an article or a bulletin is to another article; `exact` and `near` make it a duplicate, the others none."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [examples.RELATION_ORDER]})

    to: ArticleRef = Field(description="The other article, by its id or that of its bulletin.")
    kind: RelationKind = Field(description="`none`: they have nothing to do with each other.")


class MergeOrder(Order):
    """Two stories are one: `into` goes on, and the id of the other leads there."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [examples.MERGE_ORDER]})

    into: StoryRef


class ArticlesOrder(Order):
    """The articles that tell of the event of a story, or of another."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [examples.ARTICLES_ORDER]})

    articles: list[ArticleRef] = Field(min_length=1, max_length=200)


class DecisionOut(BaseModel):
    """A decision: what, by whom, when and why. It is the newsroom's own: readers are not told who and why.

    `relation`: `bulletin` is `relation` to `original`. `merge`: `story` went into `into`. `split`: `articles` went out of
    `story` into `into`, a new one. `gather`: `articles` went into `into`. `undo`: `undoes` holds no more.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [examples.DECISION]})

    id: str
    kind: Literal["relation", "merge", "split", "gather", "undo"]
    bulletin: str | None
    article: str | None = Field(description="The bulletin's own article, if it has one by now.")
    original: str | None
    relation: RelationKind | None
    story: str | None
    into: str | None
    articles: list[str] | None
    undoes: str | None
    undone_by: str | None
    actor: str
    reason: str
    decided_at: datetime


class DecisionList(BaseModel):
    """Decisions, the earliest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.DECISION_LIST]})

    data: list[DecisionOut]
