"""How long after 202 an article can be read: at idle, at half load, and for flash behind a backlog."""

import argparse
import contextlib
import http.client
import json
import os
import signal
import statistics
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from measure import NUMBER, Requests, a_stack, hammering, json_body, post_backlog, queued, spread, tell, texts, until

from infra.stack import Stack

_LOOK = 0.002
"""Seconds between two looks into the feed."""
_PATIENCE = 3.0
"""Seconds after which the receipt is asked whether there will be an article at all."""


class Desk:
    """A newsroom and a reader, each over one connection."""

    def __init__(self, stack: Stack) -> None:
        self._ingest = http.client.HTTPConnection(urlsplit(stack.ingest_url).netloc, timeout=60)
        self._api = http.client.HTTPConnection(urlsplit(stack.api_url).netloc, timeout=60)
        self.since = self.head()

    def head(self) -> int:
        """The newest position of the feed."""
        seq: int = self._ask(self._api, "GET", "/v1/changes?limit=1")["head_seq"]
        return seq

    def until_readable(self, text: str, priority: str = "normal") -> float | None:
        """Post a bulletin; seconds from its 202 until its article is in the feed and can be fetched.

        None if it becomes no article: among so much news one may say what another says.
        """
        body = json.dumps({"text": text, "priority": priority}).encode()
        id = self._ask(self._ingest, "POST", "/v1/bulletins", body)["id"]
        accepted = time.perf_counter()
        while True:
            feed = self._ask(self._api, "GET", f"/v1/changes?since={self.since}&limit=1000")
            self.since = feed["last_seq"]
            for change in reversed(feed["changes"]):
                if self._ask(self._api, "GET", change["href"])["bulletin"] == id:
                    return time.perf_counter() - accepted
            if time.perf_counter() - accepted > _PATIENCE:
                state = self._ask(self._ingest, "GET", f"/v1/bulletins/{id}")["state"]
                if state == "duplicate":
                    return None
            time.sleep(_LOOK)

    def until_published(self, text: str, priority: str) -> float:
        """The same by the bulletin's own receipt: many articles may come before."""
        body = json.dumps({"text": text, "priority": priority}).encode()
        # While a backlog drained, the service has ended a connection on which nothing was said.
        self._ingest.close()
        id = self._ask(self._ingest, "POST", "/v1/bulletins", body)["id"]
        accepted = time.perf_counter()
        while self._ask(self._ingest, "GET", f"/v1/bulletins/{id}")["state"] == "queued":
            time.sleep(_LOOK)
        return time.perf_counter() - accepted

    def _ask(self, connection: http.client.HTTPConnection, method: str, path: str, body: bytes | None = None) -> Any:
        connection.request(method, path, body, {"Content-Type": "application/json"})
        return json.loads(connection.getresponse().read())


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=100)
    parser.add_argument("--backlog", type=int, default=3_000)
    parser.add_argument("--flashes", type=int, default=7)
    args = parser.parse_args()
    with a_stack() as stack:
        desk = Desk(stack)
        filed, origin = texts(args.samples * 2 + 50)
        for text in filed[:50]:
            desk.until_readable(text)  # warm
        idle = []
        for text in filed[50 : 50 + args.samples]:
            if (seconds := desk.until_readable(text)) is not None:
                idle.append(seconds)
            time.sleep(0.02)
        flash, drains = [], []
        for number in range(args.flashes):
            seconds, drain = _flash_behind(stack, desk, args.backlog, f"Tin nhanh {time.time_ns():x}-{number}")
            flash.append(seconds)
            drains.append(drain)
        capacity = statistics.median(drains)
        with _half_load(stack, capacity / 2):
            time.sleep(1.0)
            busy = [desk.until_published(text, "normal") for text in filed[50 + args.samples :]]
        until(lambda: queued(stack) == 0, 120)
    told = {f"idle {name}": value for name, value in spread(idle).items()}
    told |= {f"half load {name}": value for name, value in spread(busy).items()}
    told |= {f"flash {name}": value for name, value in spread(flash).items()}
    about = {"texts": origin, "samples": args.samples, "backlog": args.backlog, "flashes": args.flashes}
    tell("latency", told, {**about, "drained a second": round(capacity), "half load a second": round(capacity / 2)})


def _flash_behind(stack: Stack, desk: Desk, backlog: int, text: str) -> tuple[float, float]:
    """Seconds from 202 to published of a flash bulletin behind a backlog, and bulletins a second it drains with."""
    worker = stack.children["worker"].pid
    assert worker is not None
    # Frozen between two tasks, so that the backlog is whole when the work on it begins.
    os.killpg(worker, signal.SIGSTOP)
    post_backlog(stack, texts(backlog)[0])
    os.killpg(worker, signal.SIGCONT)
    began = time.perf_counter()
    until(lambda: queued(stack) <= backlog - 100, 60, 0.01)
    seconds = desk.until_published(text, "flash")
    waiting = queued(stack)
    if not waiting:
        raise RuntimeError("the backlog was gone before the flash bulletin was published: take a larger one")
    until(lambda: queued(stack) == 0, 300, 0.02)
    return seconds, backlog / (time.perf_counter() - began)


@contextlib.contextmanager
def _half_load(stack: Stack, rate: float) -> Iterator[None]:
    body = json_body(f"{texts(1)[0][0]}\n{NUMBER}")
    headers = {"Content-Type": "application/json"}
    url = f"{stack.ingest_url}/v1/bulletins"
    requests = Requests(url=url, method="POST", headers=headers, body=body, clients=16, seconds=600, rate=rate)
    with hammering(requests):
        yield


if __name__ == "__main__":
    main()
