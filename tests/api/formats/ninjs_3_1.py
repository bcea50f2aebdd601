"""What the schema of IPTC ninjs 3.1 allows, restated without its prose, to hold our documents against.

By https://www.iptc.org/std/ninjs/ninjs-schema_3.1.json (IPTC, CC BY 4.0): the names, types, enumerations and required
properties of all that a text and its associations can have; what only planning, events and renditions have is left out,
and hence refused.
"""

from typing import Any

URI = {"type": "string", "pattern": r"^[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+$"}
MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"}
TEXT = {"type": "string"}
COUNT = {"type": "integer"}


def closed(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": list(required), "properties": properties}


def many(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


TOLD = {"role": TEXT, "contentType": TEXT, "value": TEXT}
CONCEPT = {"name": TEXT, "rel": TEXT, "uri": URI, "literal": TEXT}
PERCENT = {"type": "integer", "minimum": 0, "maximum": 100}
PROPERTIES = {
    "uri": URI,
    "type": {"enum": [
        "text", "audio", "video", "picture", "graphic", "composite", "component", "event", "planning",
    ]},
    "representationType": {"enum": ["full", "partial"]},
    "profile": TEXT, "version": TEXT,
    "firstCreated": MOMENT, "versionCreated": MOMENT, "contentCreated": MOMENT, "embargoedUntil": MOMENT, "expires": MOMENT,
    "pubStatus": {"enum": ["usable", "withheld", "canceled"]},
    "urgency": {"type": "integer", "minimum": 1, "maximum": 9},
    "copyrightHolder": TEXT, "copyrightNotice": TEXT, "usageTerms": TEXT, "edNote": TEXT, "language": TEXT,
    "title": TEXT, "by": TEXT, "slugline": TEXT, "located": TEXT,
    "headlines": many(closed(("value",), **TOLD)),
    "descriptions": many(closed(("value",), **TOLD)),
    "bodies": many(closed(("value",), **TOLD, charCount=COUNT, wordCount=COUNT)),
    "people": many(closed(**CONCEPT)),
    "organisations": many(closed(**CONCEPT)),
    "places": many(closed(**CONCEPT)),
    "objects": many(closed(**CONCEPT)),
    "events": many(closed(**CONCEPT, id=TEXT)),
    "subjects": many(closed(**CONCEPT, creator=TEXT, relevance=PERCENT, confidence=PERCENT)),
    "infoSources": many(closed(name=TEXT, role=TEXT, uri=URI, literal=TEXT)),
    "altIds": many(closed(role=TEXT, value=TEXT)),
    "standard": closed(name=TEXT, version=TEXT, schema=URI),
}  # fmt: skip
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json",
    "$defs": {
        "ninjsType": {
            "type": "object",
            "properties": {
                **PROPERTIES,
                "associations": many({
                    "$ref": "#/$defs/ninjsType",
                    "properties": {"name": TEXT, "rel": TEXT},
                    "required": ["name", "uri"],
                    "unevaluatedProperties": False,
                }),
            },
        }
    },
    "$ref": "#/$defs/ninjsType",
    "required": ["uri"],
    "unevaluatedProperties": False,
}  # fmt: skip
