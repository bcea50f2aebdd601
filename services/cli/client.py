"""The newsroom's and the reader's side of the wire."""

import json
import os
import time
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx

_PATIENCE = 30.0
"""Seconds a request is tried again while a service does not answer."""


class ClientError(Exception):
    """The request failed; `code` is the exit code that says how."""

    def __init__(self, message: str, code: int = 1, problem: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code, self.problem = code, problem


_LONGEST_WAIT = 20.0
"""Seconds a posting may ask ingest to wait for its article."""

FAILED, USAGE, NOT_FOUND, TEMPORARY = 1, 2, 3, 4


class Client:
    """Speaks to ingest and api. Every posting has an idempotency key, so that trying again is harmless."""

    def __init__(self, ingest_url: str, api_url: str, patience: float = _PATIENCE) -> None:
        self.ingest_url, self.api_url = ingest_url, api_url
        self._patience = patience
        # As BANTIN_KEY, never as a word of the command line: `ps` shows those to everybody.
        key = os.environ.get("BANTIN_KEY")
        self._http = httpx.Client(
            timeout=httpx.Timeout(_LONGEST_WAIT + 15, connect=5),
            headers={"Authorization": f"Bearer {key}"} if key else None,
        )

    def close(self) -> None:
        """Let the connections go."""
        self._http.close()

    def post(
        self,
        content: bytes,
        content_type: str,
        *,
        headers: Mapping[str, str] | None = None,
        key: str | None = None,
        wait: float = 0.0,
    ) -> dict[str, Any]:
        """File one bulletin; its receipt, or the answer of its acceptance where `wait` seconds are not enough."""
        asked = _headers(content_type, headers, key)
        if wait:
            asked["Prefer"] = f"wait={wait:.0f}"
        return self._json("POST", f"{self.ingest_url}/v1/bulletins", content=content, headers=asked)

    def post_batch(
        self, lines: bytes, *, headers: Mapping[str, str] | None = None, key: str | None = None
    ) -> dict[str, Any]:
        """File many bulletins, one JSON object a line; a verdict for each."""
        asked = _headers("application/x-ndjson", headers, key)
        return self._json("POST", f"{self.ingest_url}/v1/bulletins:batch", content=lines, headers=asked)

    def bulletin(self, id: str) -> dict[str, Any]:
        """A bulletin's receipt."""
        return self._json("GET", f"{self.ingest_url}/v1/bulletins/{id}")

    def order(self, what: str, id: str, order: dict[str, Any]) -> dict[str, Any]:
        """Withhold, release or kill an article; how it stands then."""
        return self._json("POST", f"{self.ingest_url}/v1/articles/{id}:{what}", json=order)

    def article(self, id: str) -> dict[str, Any]:
        """An article."""
        return self._json("GET", f"{self.api_url}/v1/articles/{id}")

    def entities(self, path: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """An answer about entities: `path` is what stands behind /v1/entities."""
        return self._json("GET", f"{self.api_url}/v1/entities{path}", params=dict(asked))

    def changes(self, since: int, limit: int = 200) -> dict[str, Any]:
        """A piece of the feed."""
        return self._json("GET", f"{self.api_url}/v1/changes", params={"since": since, "limit": limit})

    def until_finished(self, id: str, seconds: float) -> Iterator[dict[str, Any]]:
        """The bulletin's receipt, again and again until it is finished or the time is over."""
        deadline = time.monotonic() + seconds
        while True:
            receipt = self.bulletin(id)
            yield receipt
            if receipt["state"] != "queued" or time.monotonic() > deadline:
                return
            time.sleep(0.2)

    def _json(self, method: str, url: str, **options: Any) -> dict[str, Any]:
        deadline = time.monotonic() + self._patience
        while True:
            try:
                answer = self._http.request(method, url, **options)
            except httpx.TransportError as error:
                if time.monotonic() > deadline:
                    raise ClientError(f"no answer from {url}: {error}", TEMPORARY) from None
            else:
                if answer.status_code not in (409, 429, 503) or time.monotonic() > deadline:
                    return _document(answer)
            time.sleep(0.2)


def _headers(content_type: str, about: Mapping[str, str] | None, key: str | None) -> dict[str, str | bytes]:
    """The headers of a posting: `about` names what is said of the bulletin, as source and priority."""
    # As UTF-8: httpx by itself sends ASCII only.
    told: dict[str, str | bytes] = {
        f"Bulletin-{name.title()}": value.encode() for name, value in (about or {}).items() if value
    }
    return {"Content-Type": content_type, "Idempotency-Key": key or uuid.uuid4().hex, **told}


def _document(answer: httpx.Response) -> dict[str, Any]:
    try:
        document: dict[str, Any] = answer.json()
    except json.JSONDecodeError:
        raise ClientError(f"{answer.request.url} answered {answer.status_code} and no JSON") from None
    if answer.is_success or "results" in document:
        return document
    exits = {404: NOT_FOUND, 429: TEMPORARY, 503: TEMPORARY}
    told = f"{document.get('code')}: {document.get('detail')}"
    raise ClientError(told, exits.get(answer.status_code, FAILED), document)


def content_type_of(path: Path, charset: str | None) -> str:
    """How a file is posted: JSON by its name, all else as plain text."""
    if path.suffix == ".json":
        return "application/json"
    return f"text/plain; charset={charset}" if charset else "text/plain"
