"""The synthetic bulletin: sent through the front door like any other, watched until it is finished, seen by no reader."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine

from services.ops.records import probes
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
            if not probes.begin(tx, id, unless_since=now - self.every, now=now):
                return False
        seconds, error = None, None
        try:
            began = time.perf_counter()
            bulletin = self._send()
            accepted = time.perf_counter()
            with transaction(self.engine) as tx:
                probes.note_accepted(tx, id, bulletin, seconds=accepted - began)
            id = bulletin
            seconds, error = self._see_finished(bulletin, accepted)
        except NotTaken as fault:
            error = str(fault)
        with transaction(self.engine) as tx:
            probes.end(tx, id, seconds=seconds, error=error)
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
                status = probes.state(tx, bulletin)
            if status == "published":
                return time.perf_counter() - since, None
            if status != "queued":
                return None, f"it ended as {status}"
            time.sleep(_SHORT if passed < 2 else _LONG)
        return None, f"not finished within {_PATIENCE:.0f} s"
