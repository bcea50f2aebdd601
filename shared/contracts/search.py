"""What is looked up, and where values come from, on the wire."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from shared.contracts import examples
from shared.contracts.article import ArticleSummary, SpanOut


class CleanSpanOut(SpanOut):
    """A place in the clean text of a block: characters of `blocks[block].text`."""

    block: int


class PlacedOut(SpanOut):
    """A place in the text as filed, the same in the clean text, and the bytes as received that stand for it.

    `clean` is null for what lies in no one block, or left nothing in it; `bytes` are half-open, in bytes.
    """

    clean: CleanSpanOut | None
    bytes: SpanOut | None


class ProvenanceValue(BaseModel):
    """A value of an article: its JSON pointer in the article, what it says, and why. A note or an item has no rule of its own."""

    path: str
    value: str | None
    spans: list[PlacedOut]
    method: str | None
    version: str | None
    confidence: float | None
    reason: str | None
    evidence: list[PlacedOut]


class ProvenanceOut(BaseModel):
    """Where every value of an article comes from; `media_type` and `charset` say how the bytes were read."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.PROVENANCE]})

    article: str
    version: int
    pipeline: str
    media_type: str | None
    charset: str | None
    data: list[ProvenanceValue]


Typed = Annotated[str, Field(json_schema_extra={"pattern": r"^[^\x00]*$"})]
"""What nobody's text holds is refused."""


class ExternalId(BaseModel):
    """A sender's own key for what it filed."""

    model_config = ConfigDict(extra="forbid")

    source: Typed = Field(min_length=1, max_length=200)
    external_id: Typed = Field(min_length=1, max_length=500)


_ASKS_FOR_SOMETHING: JsonValue = [
    {"required": [name], "properties": {name: {"type": "array", "minItems": 1}}}
    for name in ("ids", "external_ids", "sources", "hashes", "texts", "urls")
]


class LookupIn(BaseModel):
    """What is known of some articles; at most 100 of all kinds together, 20 of them texts."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [examples.LOOKUP_IN], "anyOf": _ASKS_FOR_SOMETHING}
    )

    ids: list[Typed] = Field([], max_length=100, description="Ids of articles.")
    external_ids: list[ExternalId] = Field([], max_length=100)
    sources: list[Typed] = Field([], max_length=100, description="Who filed it: the newest 20 of each.")
    hashes: list[Annotated[str, Field(json_schema_extra={"pattern": "^[0-9a-fA-F]{64}$"})]] = Field(
        [], max_length=100, description="SHA-256 of the bytes as received, 64 hexadecimal digits."
    )
    texts: list[Typed] = Field([], max_length=20, description="The whole text, in these words.")
    urls: list[Typed] = Field(
        [], max_length=100, description="An article's address here, or the sender's key, if it is one."
    )


class FoundOut(BaseModel):
    """What was found for one thing that was asked for, the newest first."""

    by: Literal["id", "external_id", "source", "hash", "text", "url"]
    asked: str | ExternalId
    articles: list[ArticleSummary]


class LookupOut(BaseModel):
    """What was found, in the order of the question: ids, external_ids, sources, hashes, texts, urls."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.LOOKUP_OUT]})

    data: list[FoundOut]
