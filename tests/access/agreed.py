"""What Schemathesis is told of our services: a media type of ours, and what a description cannot say.

It is loaded by Schemathesis itself, by the name in SCHEMATHESIS_HOOKS.
"""

import json
from typing import Any

import schemathesis
from requests import Response

VALID_AND_REFUSED = "ST202"
INVALID_AND_ACCEPTED = "ST201"

BEYOND_A_SCHEMA = {
    "bad_cursor": "only what a page gave is a cursor",
    "cursor_filter_mismatch": "and only for the same filters",
    "bad_query": "the syntax of a search is no regular language",
    "empty_text": "blanks that nobody sees are not told by a pattern",
    "empty_batch": "blank lines are passed over",
    "undecodable": "a schema does not know the bytes of a charset",
    "unsupported_charset": "the media type's parameters are not described",
    "unsafe_url": "where an address leads is not in it",
    "unknown_unit": "which names units bear is not in a schema",
    "article_killed": "it was valid before somebody took it back",
    "precondition_failed": "what is under the key decides",
    "idempotency_key_reused": "what was sent before decides",
}
"""Problems of requests that are valid by the description, and why it cannot say more."""
OF_THE_STATE = (410, 412)
"""Statuses of requests that are refused for what is there, whatever else is wrong with them."""


ELSEWHERE = ("/note", "/source", "/external_id", "query/date_to", "query/fields", "query/as_of_seq", "body")
"""Fields that depend on the address, on a header, on another field or on what is there, which OpenAPI cannot tell."""
OF_FILES = ("malformed_json", "invalid_bulletin")
"""Problems of files that call themselves JSON: to the description all files are bytes."""


@schemathesis.hook
def filter_failure(context: Any, failure: Any, case: Any, response: Response) -> bool:
    """Is it a failure, after all?"""
    if failure.code == INVALID_AND_ACCEPTED:
        return response.status_code not in OF_THE_STATE and not any(_problems(response))
    if failure.code != VALID_AND_REFUSED:
        return True
    known = {*BEYOND_A_SCHEMA, *(OF_FILES if case.media_type == "multipart/form-data" else ())}
    return not all(problem["code"] in known or _elsewhere(problem) for problem in _problems(response))


def _problems(response: Response) -> list[dict[str, Any]]:
    """What was refused: of many bulletins each has its own verdict."""
    told = json.loads(response.content)
    verdicts = told.get("results", [{"problem": told if response.status_code >= 400 else None}])
    return [verdict["problem"] for verdict in verdicts if verdict["problem"]]


def _elsewhere(problem: dict[str, Any]) -> bool:
    return bool(problem["errors"]) and all(fault["pointer"] in ELSEWHERE for fault in problem["errors"])


@schemathesis.serializer("application/x-ndjson")
def as_lines(context: Any, value: Any) -> bytes:
    """Of a generated text each line is filed as a bulletin; the example is sent as it is."""
    if not isinstance(value, str):
        return json.dumps(value).encode()
    lines = value.splitlines()
    if not all(map(_is_a_bulletin, lines)):
        lines = [json.dumps({"text": line}) for line in lines]
    return "\n".join(lines).encode()


def _is_a_bulletin(line: str) -> bool:
    try:
        return "text" in json.loads(line)
    except (ValueError, TypeError):
        return False
