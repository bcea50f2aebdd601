"""IPTC ninjs 3.1 on the wire, as far as we fill it: https://www.iptc.org/std/ninjs/. Its names are ninjs's, in camelCase.

A document of the strict form holds nothing that its schema does not name; the extended form adds `bantin`.
"""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

MEDIA_TYPE = "application/vnd.iptc.ninjs+json"
EXTENDED_MEDIA_TYPE = "application/vnd.bantin.ninjs+json"
STANDARD_SCHEMA = "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json#"
EXTENSION = "ninjs-bantin"
"""The name of the extended form among our schemas."""


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NinjsText(_Closed):
    """A headline, description or body."""

    role: str
    contentType: str  # noqa: N815  # as ninjs names it
    charCount: int | None = None  # noqa: N815
    wordCount: int | None = None  # noqa: N815
    value: str


class NinjsConcept(_Closed):
    """Someone or something that the article names; `uri` is an entity's, `literal` how it is known otherwise."""

    id: str | None = None
    name: str
    rel: str | None = None
    role: str | None = None
    uri: str | None = None
    literal: str | None = None


class NinjsAltId(_Closed):
    """Another id of the article, and whose."""

    role: str
    value: str


class NinjsPicture(_Closed):
    """A picture that a caption speaks of; its bytes are not here."""

    name: str
    uri: str
    type: Literal["picture"]
    descriptions: list[NinjsText]


class NinjsStandard(_Closed):
    """The schema that the document keeps."""

    name: Literal["ninjs"]
    version: Literal["3.1"]
    schema_: str

    model_config = ConfigDict(extra="forbid", alias_generator=lambda name: name.rstrip("_"))


class NinjsOut(_Closed):
    """An article as ninjs 3.1. What is not known is left out; a tombstone has no words at all."""

    uri: str
    type: Literal["text"]
    representationType: Literal["full"] | None = None  # noqa: N815
    version: str
    firstCreated: datetime | None = None  # noqa: N815
    versionCreated: datetime  # noqa: N815
    contentCreated: datetime | None = None  # noqa: N815
    pubStatus: Literal["usable", "withheld", "canceled"]  # noqa: N815
    edNote: str | None = None  # noqa: N815
    language: Literal["vi"]
    title: str | None = None
    headlines: list[NinjsText] | None = None
    descriptions: list[NinjsText] | None = None
    bodies: list[NinjsText] | None = None
    associations: list[NinjsPicture] | None = None
    by: str | None = None
    located: str | None = None
    infoSources: list[NinjsConcept] | None = None  # noqa: N815
    people: list[NinjsConcept] | None = None
    organisations: list[NinjsConcept] | None = None
    places: list[NinjsConcept] | None = None
    objects: list[NinjsConcept] | None = None
    events: list[NinjsConcept] | None = None
    altIds: list[NinjsAltId]  # noqa: N815
    standard: NinjsStandard


def extended_schema(id: str, article: dict[str, Any]) -> dict[str, Any]:
    """The JSON Schema of the extended form at the address `id`: IPTC's, and `article`, the schema of an article."""
    article = dict(article)
    definitions = article.pop("$defs", {})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": id,
        "title": "ninjs 3.1 with the article of Bantin",
        "type": "object",
        "$defs": definitions,
        "$ref": f"{STANDARD_SCHEMA}/$defs/ninjsType",
        "properties": {"bantin": article},
        "required": ["uri", "bantin"],
        "unevaluatedProperties": False,
    }
