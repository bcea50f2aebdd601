"""The synthetic bulletin: sent through the front door like any other, watched until it is finished, seen by no reader."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, Engine

from shared.contracts.states import PROBE
from shared.database import transaction
from shared.ids import BULLETIN, NewId, read
from shared.metrics import PROBE_FAILURES, PROBE_LAST, PROBE_SECONDS

_PATIENCE = 50.0
"""Seconds after which a probe that is not finished has failed."""
_SHORT, _LONG = 0.01, 0.25
"""Seconds between two looks, in the first two seconds and after."""

# Always the same: its bytes are kept once, however often it is sent. Probes are held against nothing, nor against each other.
_TEXT = """Bản tin thử đường truyền

Hà Nội, 5/9/2025 – Bàn trực gửi bản tin này mỗi phút để đo đường đi từ lúc nhận đến lúc đọc được.

Sáng 5/9/2025, ông Trần Thử Nghiệm, Giám đốc Sở Đo lường, kiểm tra đường truyền tại phường Hoàn Kiếm, thành phố Hà Nội.

Ảnh: Bàn trực

Nguồn: Bantin
"""

# Two desks may run: one of them has the turn.
_TURN = "SELECT pg_try_advisory_xact_lock(7263104) AND NOT EXISTS (SELECT FROM probe WHERE sent_at > %(since)s)"
_BEGIN = "INSERT INTO probe (bulletin_id, sent_at) VALUES (%(id)s, %(now)s)"
_ACCEPTED = "UPDATE probe SET bulletin_id = %(bulletin)s, accepted_seconds = %(seconds)s WHERE bulletin_id = %(id)s"
_END = "UPDATE probe SET readable_seconds = %(seconds)s, error = %(error)s WHERE bulletin_id = %(id)s"


class NotTaken(Exception):
    """The front door did not take the probe."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Prober:
    """Sends probes to the ingest service at `url`, with `key` if it asks for one."""

    engine: Engine
    url: str
    key: str
    every: timedelta
    clock: Callable[[], datetime]
    new_id: NewId

    def turn(self) -> bool:
        """Send one and see it finished, if it is time for one; was it?"""
        now = self.clock()
        id = self.new_id()
        with transaction(self.engine) as tx:
            if not _one(tx, _TURN, since=now - self.every):
                return False
            tx.exec_driver_sql(_BEGIN, {"id": id, "now": now})
        seconds, error = None, None
        try:
            began = time.perf_counter()
            bulletin = self._send()
            accepted = time.perf_counter()
            with transaction(self.engine) as tx:
                tx.exec_driver_sql(_ACCEPTED, {"id": id, "bulletin": bulletin, "seconds": accepted - began})
            id = bulletin
            seconds, error = self._see_finished(bulletin, accepted)
        except NotTaken as fault:
            error = str(fault)
        with transaction(self.engine) as tx:
            tx.exec_driver_sql(_END, {"id": id, "seconds": seconds, "error": error})
        if seconds is None:
            PROBE_FAILURES.inc()
        else:
            PROBE_SECONDS.observe(seconds)
            PROBE_LAST.set(self.clock().timestamp())
        return True

    def _send(self) -> UUID:
        headers = {"Content-Type": "text/plain; charset=utf-8", "Bulletin-Source": PROBE}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        request = urllib.request.Request(f"{self.url}/v1/bulletins", _TEXT.encode(), headers)  # noqa: S310  # a setting
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310  # a setting
                told = json.load(answer)
        except urllib.error.HTTPError as error:
            raise NotTaken(f"the front door answered {error.code}") from None
        except (OSError, ValueError) as error:
            raise NotTaken(f"the front door did not answer: {type(error).__name__}") from None
        id = read(BULLETIN, told["id"])
        if id is None:
            raise NotTaken("the front door's answer holds no id")
        return id

    def _see_finished(self, bulletin: UUID, since: float) -> tuple[float | None, str | None]:
        """The seconds until it was finished, or why it was not."""
        while (passed := time.perf_counter() - since) < _PATIENCE:
            with transaction(self.engine) as tx:
                status = _one(tx, "SELECT status FROM bulletin WHERE id = %(id)s", id=bulletin)
            if status == "published":
                return time.perf_counter() - since, None
            if status != "queued":
                return None, f"it ended as {status}"
            time.sleep(_SHORT if passed < 2 else _LONG)
        return None, f"not finished within {_PATIENCE:.0f} s"


def _one(tx: Connection, sql: str, **values: object) -> object:
    return tx.exec_driver_sql(sql, values).scalar_one()
