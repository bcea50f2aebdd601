"""A bulletin from the form handed on to ingest, and what ingest says of it. The key, if one is needed, stays here."""

from collections.abc import Mapping
from typing import Any, Protocol

import httpx
import orjson

from shared.errors import ServiceError

_PATIENCE = 10.0


class NoIngest(ServiceError):
    """Bulletins cannot be posted from this page."""

    status, code = 503, "posting_not_set_up"


class IngestAway(ServiceError):
    """Ingest does not answer."""

    status, code = 502, "ingest_away"


class Refused(Exception):
    """Ingest did not take the bulletin; `problem` says why."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        super().__init__(problem.get("detail"))
        self.problem = problem


class Ingest(Protocol):
    """What the pages want of ingest."""

    def post(self, bulletin: Mapping[str, Any]) -> str:
        """The id of the bulletin, once it is taken in. Raises Refused, NoIngest, IngestAway."""

    def receipt(self, id: str) -> dict[str, Any]:
        """The receipt of a bulletin. Raises Refused, NoIngest, IngestAway."""


class HttpIngest:
    """Ingest at its address, asked with a key of ours where one is set."""

    def __init__(self, url: str, key: str) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.Client(base_url=url, timeout=_PATIENCE, headers=headers, trust_env=False) if url else None

    def post(self, bulletin: Mapping[str, Any]) -> str:
        """The id of the bulletin, once it is taken in. Raises Refused, NoIngest, IngestAway."""
        headers = {"Content-Type": "application/json"}
        return str(self._asked("POST", "/v1/bulletins", content=orjson.dumps(bulletin), headers=headers)["id"])

    def receipt(self, id: str) -> dict[str, Any]:
        """The receipt of a bulletin. Raises Refused, NoIngest, IngestAway."""
        return self._asked("GET", f"/v1/bulletins/{id}")

    def close(self) -> None:
        """Let go of the connections."""
        if self._http is not None:
            self._http.close()

    def _asked(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        if self._http is None:
            raise NoIngest("BANTIN_INGEST_URL does not say where ingest is")
        try:
            answer = self._http.request(method, path, **more)
            told: dict[str, Any] = orjson.loads(answer.content)
        except (httpx.HTTPError, orjson.JSONDecodeError):
            raise IngestAway("try again in a moment") from None
        if answer.is_error:
            raise Refused(told)
        return told
