"""An article as IPTC ninjs 3.1, strict or with an extension for what ninjs cannot hold, and the tombstone of one taken back.

ninjs is closed: no property may be added to a document that claims its schema. The extended form claims a schema of our own.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from services.api.formats import parts
from services.api.formats.item import Document, Item, entity_urn, story_urn, urn
from shared.contracts.ninjs import EXTENSION, STANDARD_SCHEMA
from shared.ids import ARTICLE

_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d))?")
_SURE_ENOUGH = 0.8
"""An inferred day of publication that is less sure is told in the note alone."""

Ninjs = dict[str, Any]


def ninjs(item: Item) -> Ninjs:
    """The article as ninjs 3.1. Lists that would be empty, and values that nobody knows, are left out."""
    return _without_nothing({**_head(item), **_words(item), **_named(item.article)}) | {
        "standard": {"name": "ninjs", "version": "3.1", "schema": STANDARD_SCHEMA}
    }


def extended(item: Item) -> Ninjs:
    """The same with the whole article as `bantin`: offsets, confidences, dates, ranks and posts."""
    return ninjs(item) | {
        "standard": {"name": "ninjs", "version": "3.1", "schema": f"{item.base}/v1/schemas/{EXTENSION}"},
        "bantin": item.article,
    }


def tombstone(id: str, *, version: int, pub_status: str, at: datetime, note: str | None) -> Ninjs:
    """What is left of an article that was taken back: which, since when, and what readers are told. No word of it."""
    return _without_nothing(
        {
            "uri": urn(ARTICLE, id),
            "type": "text",
            "version": str(version),
            "versionCreated": at,
            "pubStatus": pub_status,
            "edNote": note,
            "language": "vi",
            "altIds": [{"role": "article", "value": id}],
            "standard": {"name": "ninjs", "version": "3.1", "schema": STANDARD_SCHEMA},
        }
    )


def _head(item: Item) -> Ninjs:
    article = item.article
    return {
        "uri": item.urn,
        "type": "text",
        "representationType": "full",
        "version": str(article["version"]),
        "firstCreated": article["available_at"],
        "versionCreated": item.modified_at,
        "contentCreated": _content_created(article["published"]),
        "pubStatus": article["pub_status"],
        "edNote": _ed_note(article),
        "language": "vi",
        "altIds": _alt_ids(article),
    }


def _content_created(published: Document) -> str | None:
    """The moment of publication; ninjs has no days, so a day begins at midnight in Hà Nội."""
    found = _DAY.match(published["value"] or "")
    if not found or (published["basis"] == "inferred" and published["confidence"] < _SURE_ENOUGH):
        return None
    return f"{found[1]}T{found[2] or '00:00'}:00+07:00"


def _ed_note(article: Document) -> str | None:
    published, told = article["published"], [article["note"]]
    if published["basis"] == "inferred" and published["value"]:
        told.append(f"Ngày đăng {published['value']} được suy ra, bản tin không ghi.")
    return "\n".join(one for one in told if one) or None


def _alt_ids(article: Document) -> list[Ninjs]:
    known = (
        ("article", article["id"]), ("bulletin", article["bulletin"]), ("source", article["source"]),
        ("external-id", article["external_id"]),
    )  # fmt: skip
    return [{"role": role, "value": value} for role, value in known if value]


def _words(item: Item) -> Ninjs:
    article = item.article
    text, byline = parts.body(article), article["byline"]
    return {
        "title": article["title"],
        "headlines": [
            {"role": "main", "contentType": "text/plain", "value": article["title"]},
            *({"role": "kicker", "contentType": "text/plain", "value": one} for one in parts.texts(article, "kicker")),
        ],
        "descriptions": [
            {"role": "summary", "contentType": "text/plain", "value": one} for one in [parts.lead(article)] if one
        ],
        "bodies": [
            {
                "role": "main", "contentType": "text/plain", "charCount": len(text), "wordCount": len(text.split()),
                "value": text,
            },
            {"role": "main", "contentType": "text/html", "value": parts.html(article)},
        ] if text else [],
        "associations": [_picture(item, number, text) for number, text in enumerate(parts.texts(article, "caption"), 1)],
        "by": _by(byline) if byline else None,
        "located": _located(article),
        "infoSources": _info_sources(article),
    }  # fmt: skip


def _picture(item: Item, number: int, caption: str) -> Ninjs:
    """The picture of a caption. Its bytes are not ours: it has no rendition."""
    return {
        "name": f"photo-{number}",
        "uri": f"{item.urn}#photo-{number}",
        "type": "picture",
        "descriptions": [{"role": "caption", "contentType": "text/plain", "value": caption}],
    }


def _by(byline: Document) -> str:
    return f"{byline['author']} ({byline['affiliation']})" if byline["affiliation"] else str(byline["author"])


def _located(article: Document) -> str | None:
    """The place that the dateline names."""
    lines = [(block["start"], block["end"]) for block in article["blocks"] if block["kind"] == "dateline"]
    named = (
        place["text"]
        for place in article["places"]
        for start, end in lines
        if start <= place["start"] and place["end"] <= end
    )
    return next(named, None)


def _info_sources(article: Document) -> list[Ninjs]:
    said = article["source_line"]
    return [
        *([{"name": said["name"], "role": "source"}] if said else []),
        *([{"name": article["source"], "role": "supplier"}] if article["source"] else []),
    ]


def _named(article: Document) -> Ninjs:
    return {
        "people": _once(_person(person, article["text"]) for person in article["people"]),
        "organisations": _once(
            _mention(one["name"], one["entity"], one["text"])
            for one in article["entities"]
            if one["type"] == "ORGANIZATION"
        ),
        "places": _once(
            _mention(one["text"], one["entity"], f"vn-unit:{one['unit']}" if one["unit"] else None)
            for one in article["places"]
        ),
        "objects": _once(
            _mention(one["text"], one["entity"], one["number"], rel="cites") for one in article["citations"]
        ),
        "events": _event(article),
    }


def _person(person: Document, text: str) -> Ninjs:
    places = [*person["mentions"], *person["titles"]]
    literal = text[places[0]["start"] : places[0]["end"]] if places else None
    return _mention(person["name"], person["entity"], literal)


def _mention(name: str, entity: str | None, literal: str | None, rel: str = "mentioned") -> Ninjs:
    return _without_nothing({"name": name, "rel": rel, "uri": entity_urn(entity), "literal": literal})


def _event(article: Document) -> list[Ninjs]:
    """What it tells of: the story, or at least its day."""
    story, day = article["story"], article["event"].get("value")
    if not story and not day:
        return []
    told = {"id": story, "name": article["title"], "rel": "about", "uri": story_urn(story), "literal": day}
    return [_without_nothing(told)]


def _once(named: Iterable[Ninjs]) -> list[Ninjs]:
    """Each thing once, as it is written first."""
    return list({(one.get("uri"), one["name"]): one for one in reversed(list(named))}.values())[::-1]


def _without_nothing(values: Ninjs) -> Ninjs:
    return {name: value for name, value in values.items() if value is not None and value != []}
