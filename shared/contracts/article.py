"""An article on the wire.

Every offset is half-open, in Unicode code points, into `text`: the bulletin's text as it was filed. No field has a
default: what goes out is always whole.
"""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts import examples

BlockKind = Literal[
    "dateline", "kicker", "headline", "lead", "paragraph", "subhead", "list", "table", "caption", "placeholder", "byline",
    "source", "tail",
]  # fmt: skip
EntityType = Literal["PERSON", "ORGANIZATION", "LOCATION", "LEGAL_DOCUMENT", "PROGRAMME"]
VersionKind = Literal["first", "revision", "correction"]
PubStatus = Literal["usable", "withheld", "canceled"]


class SpanOut(BaseModel):
    """The characters from `start` up to, not including, `end` of the filed text."""

    start: int
    end: int


class BasisOut(BaseModel):
    """Why a value is believed: the rule or model with its version, how sure it is, and what it rests on."""

    method: str
    version: str
    confidence: float
    reason: str
    evidence: list[SpanOut]


class BlockOut(SpanOut):
    """A part of the bulletin: its kind and its clean text (NFC).

    `picture` is the number of the picture that a placeholder and its caption belong to, where one is written.
    """

    kind: BlockKind
    text: str
    picture: int | None
    basis: BasisOut


class ItemOut(SpanOut):
    """One of the articles of a bulletin that holds several for certain."""

    title: str


class BylineOut(SpanOut):
    """Who wrote it, as the bulletin's own line says."""

    author: str
    affiliation: str | None
    basis: BasisOut


class SourceLineOut(SpanOut):
    """From whom the newsroom has it, as the bulletin says; who filed the bulletin is `source`."""

    name: str
    basis: BasisOut


class AbbreviationOut(SpanOut):
    """A short form, at its explanation or first use, and what it stands for: by the text's own word, or the lexicon's."""

    short: str
    long: str
    origin: Literal["text", "lexicon"]
    basis: BasisOut


class SlipOut(SpanOut):
    """A likely slip of the pen and what may have been meant; the text itself is left as it was filed."""

    kind: Literal["doubled_word", "lost_letter"]
    text: str
    suggestion: str
    basis: BasisOut


class NoteOut(BaseModel):
    """Something to know about the whole bulletin, and where it shows."""

    code: Literal["several_articles", "mended_encoding", "mended_letters", "taken_from_html"]
    detail: str
    spans: list[SpanOut]


class DateOut(SpanOut):
    """A temporal expression; `value` is ISO 8601 as TIMEX3 uses it, and always solar.

    `written` names the fields of the value that the expression says itself, `inferred` those found elsewhere; `lunar`
    is the lunar day, month or year as written.
    """

    text: str
    type: Literal["DATE", "TIME", "DURATION", "SET"]
    value: str
    calendar: Literal["solar", "lunar"]
    granularity: str
    modifier: str | None
    written: list[str]
    inferred: list[str]
    lunar: str | None
    basis: BasisOut


class EntityOut(SpanOut):
    """A name; `key` identifies what it names where that is known, such as `vn-province:38`.

    `entity` is the id under which all articles know it; null where the name alone does not say which it is.
    """

    text: str
    type: EntityType
    name: str
    key: str | None
    entity: str | None
    basis: BasisOut


class PlaceOut(SpanOut):
    """A place as written, and the unit that it meant on the day of the event, else of publication.

    `unit` is its code in the administrative map, valid from `valid_from` up to `valid_to` (null: still valid), or the
    ISO 3166 code of a place abroad; null where the text leaves several `candidates` open. `lies_in` are the codes of
    its district and province on that day; `today` those of the units that it is, or lies in, today.
    """

    text: str
    unit: str | None
    name: str | None
    valid_from: date | None
    valid_to: date | None
    lies_in: list[str]
    today: list[str]
    candidates: list[str]
    entity: str | None
    basis: BasisOut


class RankOut(SpanOut):
    """A rank or degree, as worded."""

    text: str


class PositionOut(SpanOut):
    """A post, as worded; `organisation` is the whole name of its body, where that is known."""

    text: str
    organisation: str | None


class PersonOut(BaseModel):
    """Someone whom the article names, by the fullest name; `titles` are the places that say the post alone."""

    name: str
    mentions: list[SpanOut]
    titles: list[SpanOut]
    rank: RankOut | None
    positions: list[PositionOut]
    entity: str | None
    basis: BasisOut


class CitationOut(SpanOut):
    """A law, decision or programme that the article refers to, and the parts of the reference as they are written."""

    text: str
    type: Literal["LEGAL_DOCUMENT", "PROGRAMME"]
    kind: str
    number: str | None
    year: str | None
    issuer: str | None
    entity: str | None
    basis: BasisOut


class DifferenceOut(SpanOut):
    """Where this text and another differ: characters of this `text`, and those of the other's in their place."""

    other_start: int
    other_end: int


class RelationOut(BaseModel):
    """What a bulletin and an article are to each other, decided when the later one came.

    `direction` says which of the two is this article's: "to" an earlier article, or "from" a later bulletin, whose own
    article, if it has one, is `article`. `differences` are told of this article's own relations only.
    """

    kind: Literal["exact", "near", "revision", "same_event", "none"]
    direction: Literal["to", "from"]
    article: str | None
    bulletin: str
    score: float
    method: str
    version: str
    reason: str
    differences: list[DifferenceOut]
    decided_by: Literal["rule", "person"]
    decided_at: datetime


class DatingOut(BaseModel):
    """When something was, ISO 8601 or null, and how that is known. What nobody says is unknown, never today."""

    value: str | None
    basis: Literal["stated", "inferred", "given", "unknown"]
    method: str
    version: str
    confidence: float
    reason: str
    evidence: list[SpanOut]


class ArticleOut(BaseModel):
    """An article, with what was found in it and why."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.ARTICLE_OUT]})

    id: str
    version: int
    kind: VersionKind
    note: str | None = Field(description="What the newsroom says of this version; a correction always has one.")
    pub_status: PubStatus
    bulletin: str
    source: str | None
    external_id: str | None
    received_at: datetime
    available_at: datetime
    pipeline: str
    title: str
    text: str
    published: DatingOut = Field(description="When the newsroom published it; never when it reached us.")
    event: DatingOut = Field(description="When what it tells of took place.")
    blocks: list[BlockOut]
    items: list[ItemOut]
    byline: BylineOut | None
    source_line: SourceLineOut | None
    abbreviations: list[AbbreviationOut]
    slips: list[SlipOut]
    notes: list[NoteOut]
    dates: list[DateOut]
    entities: list[EntityOut]
    places: list[PlaceOut]
    people: list[PersonOut]
    citations: list[CitationOut]
    story: str | None = Field(description="The story of its event, if another article tells of it too.")
    relations: list[RelationOut] = Field(
        description="To earlier articles, then from later bulletins, newest first; 100."
    )


class ArticleSummary(BaseModel):
    """An article in a list."""

    id: str
    version: int
    pub_status: PubStatus
    bulletin: str
    source: str | None
    available_at: datetime
    title: str
    published: DatingOut
    href: str


class HighlightOut(SpanOut):
    """A place of the article's `title` or `text` that was hit."""

    field: Literal["title", "text"]


class SnippetOut(SpanOut):
    """A piece of the article's `text`, where most was hit."""

    text: str


class ArticleFound(ArticleSummary):
    """An article in a list; the last two only where they were asked for."""

    highlights: list[HighlightOut] = Field(default_factory=list)
    snippet: SnippetOut | None = None


class Page(BaseModel):
    """Where a list goes on: an opaque cursor, or null at its end."""

    limit: int
    next: str | None


class FacetValue(BaseModel):
    """A value that articles have, what it is called, and how many have it."""

    value: str
    name: str
    count: int


class FacetsOut(BaseModel):
    """Of each facet that was asked for the 50 most frequent values.

    `articles` were counted; if not `complete`, they are the newest of what is found.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [examples.FACETS]})

    counts: dict[str, list[FacetValue]]
    articles: int
    complete: bool


class CountOut(BaseModel):
    """How many articles are found; if not `exact`, at least so many."""

    articles: int
    exact: bool


class ArticleSelection(BaseModel):
    """Articles of which only some fields were asked for; `id` is always there."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.ARTICLE_SELECTION]})

    data: list[dict[str, Any]]
    page: Page
    facets: FacetsOut | None = None
    count: CountOut | None = None


class ArticleList(BaseModel):
    """Articles: newest first in the order in which they became readable, or as was asked."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.ARTICLE_LIST]})

    data: list[ArticleFound]
    page: Page
    facets: FacetsOut | None = Field(None, description="Only where they were asked for.")
    count: CountOut | None = Field(None, description="Only where it was asked for.")


class EmbargoOut(BaseModel):
    """An article under embargo in the list of these."""

    id: str
    version: int
    bulletin: str
    source: str | None
    title: str
    embargo_until: datetime
    href: str


class EmbargoList(BaseModel):
    """Articles that are made and not yet published: those that end soonest."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.EMBARGO_LIST]})

    data: list[EmbargoOut]


class VersionOut(BaseModel):
    """A version of an article in the list of its versions; `valid_from` is when it was made."""

    version: int
    kind: VersionKind
    note: str | None
    current: bool
    bulletin: str
    received_at: datetime
    valid_from: datetime
    pipeline: str
    title: str
    href: str


class VersionList(BaseModel):
    """All versions of an article, the first first. Numbers are those of the sendings; one that failed is missing."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.VERSION_LIST]})

    data: list[VersionOut]


class ReadingSummary(BaseModel):
    """What an earlier engine said of a version, in the list: its number, who found it, and until when it was shown."""

    version: int
    reading: int = Field(description="1 is the first that gave way.")
    pipeline: str
    replaced_at: datetime
    title: str
    href: str


class ReadingList(BaseModel):
    """The readings of an article that gave way to another one, by version, the first first."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.READING_LIST]})

    data: list[ReadingSummary]


class FieldDiff(BaseModel):
    """A field that says something else: what only the earlier version says, and what only the later one says.

    A field that holds one value has at most one entry on each side; where a thing stands in the text is no part of it.
    """

    field: str
    removed: list[Any]
    added: list[Any]


class ReadingOut(ReadingSummary):
    """An earlier reading. `found` has the title and the findings under the names of an article, as that engine wrote them;
    `since` has the fields that the version says otherwise now: `removed` only then, `added` only now."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.READING_OUT]})

    found: dict[str, Any]
    since: list[FieldDiff]


class SpanDiff(BaseModel):
    """A changed place: the characters that were replaced, in the earlier filed text, by those in the later."""

    before: SpanOut
    after: SpanOut
    removed: str
    added: str


class DiffOut(BaseModel):
    """What differs between two versions of an article; `text` is empty if the filed texts are the same.

    `coarse` is true where texts differ so much that not every single word was compared.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [examples.DIFF]})

    article: str
    before: int
    after: int
    fields: list[FieldDiff]
    text: list[SpanDiff]
    coarse: bool


ChangeType = Literal[
    "article.published", "article.revised", "article.corrected", "article.reread", "article.merged",
    "article.withheld", "article.released", "article.killed", "article.erased",
]  # fmt: skip


class ChangeOut(BaseModel):
    """One entry of the feed: `seq` is gapless and in the order of commits."""

    seq: int
    type: ChangeType
    article: str
    version: int
    time: datetime
    href: str


class ChangeList(BaseModel):
    """A piece of the feed. Ask again with `next` for what follows; `head_seq` is the newest of all."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.CHANGE_LIST]})

    changes: list[ChangeOut]
    last_seq: int
    head_seq: int
    next: str
