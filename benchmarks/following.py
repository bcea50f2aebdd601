"""How long after its commit a change reaches those who follow: one, and thousands on one process, beside a bare server.

All are idle between the changes. The bare server listens to the same calls and writes ready-made bytes to as many
connections: what this machine and the client that reads them need in any case.
"""

import argparse
import asyncio
import resource
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import psycopg
import uvloop
from measure import a_process, a_stack, cpu_ms, spread, tell, texts, until
from sqlalchemy import Engine

from infra.stack import Stack
from shared import feed
from shared.database import make_engine, transaction

_PAUSE = 0.3
"""Seconds between two changes: everybody is idle again."""
_AT_ONCE = 50
_MARK = b"event: "


class Follower(asyncio.Protocol):
    """One connection that notes when something came."""

    def __init__(self, crowd: "Crowd") -> None:
        self._crowd, self.transport = crowd, None
        self.caught_up = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        """Ask for the stream."""
        self.transport = transport
        transport.write(self._crowd.request)

    def data_received(self, data: bytes) -> None:
        """Note when a change came."""
        if _MARK in data:
            self._crowd.told.append(time.perf_counter())
            if len(self._crowd.told) == self._crowd.size:
                self._crowd.all_told.set()
        elif b":\n" in data and not self.caught_up.done():
            self.caught_up.set_result(None)


class Crowd:
    """So many followers of one address."""

    def __init__(self, url: str, size: int) -> None:
        self.size, self.told, self.all_told = size, [], asyncio.Event()
        self._where = urlsplit(url)
        self.request = f"GET /v1/changes/stream HTTP/1.1\r\nHost: {self._where.netloc}\r\n\r\n".encode()
        self._followers: list[Follower] = []

    @asynccontextmanager
    async def following(self) -> AsyncIterator["Crowd"]:
        """All connected, and idle."""
        loop = asyncio.get_running_loop()
        for begin in range(0, self.size, _AT_ONCE):
            joining = [
                loop.create_connection(lambda: Follower(self), self._where.hostname, self._where.port)
                for _ in range(min(_AT_ONCE, self.size - begin))
            ]
            joined = [protocol for _, protocol in await asyncio.gather(*joining)]
            await asyncio.wait_for(asyncio.gather(*(one.caught_up for one in joined)), 60)
            self._followers += joined
        try:
            yield self
        finally:
            for follower in self._followers:
                follower.transport.abort()
            await asyncio.sleep(1.0)

    async def hear(self, commit: Any) -> list[float]:
        """Seconds from a commit until each was told."""
        self.told.clear()
        self.all_told.clear()
        committed = await asyncio.get_running_loop().run_in_executor(None, commit)
        async with asyncio.timeout(30):
            await self.all_told.wait()
        return [max(0.0, at - committed) for at in self.told]


def commit_a_change(engine: Engine, article: UUID) -> float:
    """Close a transaction as workers do; when its commit was answered."""
    with transaction(engine) as tx:
        feed.tell(tx, [feed.Told("article.revised", article, 1)], now=datetime.now(UTC))
    return time.perf_counter()


async def rounds(stack: Stack, bare: str, article: UUID, args: argparse.Namespace) -> dict[str, list[list[float]]]:
    """Of each way the rounds, of each round the seconds."""
    engine = make_engine(stack.database_url, "bench", pool_size=1)
    ways = {"one": (stack.api_url, 1), "bare": (bare, args.followers), "all": (stack.api_url, args.followers)}
    heard: dict[str, list[list[float]]] = {name: [] for name in ways}
    for number in range(args.rounds):
        for name, (url, size) in ways.items():
            async with Crowd(url, size).following() as crowd:
                seconds: list[float] = []
                for _ in range(args.changes):
                    await asyncio.sleep(_PAUSE)
                    seconds += await crowd.hear(lambda: commit_a_change(engine, article))
            heard[name].append(seconds)
        told = {name: spread(values[-1])["p95_ms"] for name, values in heard.items()}
        print(f"  round {number + 1}/{args.rounds}: p95, ms: {told}", file=sys.stderr)
    engine.dispose()
    return heard


async def idle_cost(stack: Stack, followers: int, seconds: float) -> dict[str, float]:
    """What so many idle followers cost the process: CPU-ms a second beside none, and memory each."""
    api = stack.children["api"].pid
    assert api is not None

    async def spent() -> float:
        before = cpu_ms([api])
        await asyncio.sleep(seconds)
        return (cpu_ms([api]) - before) / seconds

    alone, bytes_before = await spent(), _resident(api)
    async with Crowd(stack.api_url, followers).following():
        together, bytes_after = await spent(), _resident(api)
    return {
        f"idle {followers} followers, CPU-ms a second": together - alone,
        f"idle {followers} followers, kB each": (bytes_after - bytes_before) / followers / 1000,
    }


def _resident(pid: int) -> int:
    with open(f"/proc/{pid}/statm") as told:  # noqa: PTH123  # not a file
        return int(told.read().split()[1]) * resource.getpagesize()


async def serve_bare(url: str, port: int) -> None:
    """A server that writes the same bytes to all its connections at each call."""
    writers: set[asyncio.StreamWriter] = set()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n:\nid: 0\n\n")
        writers.add(writer)
        await reader.read()
        writers.discard(writer)
        writer.close()

    frame = b"id: 1000000\nevent: article.revised\ndata: " + b"x" * 190 + b"\n\n"
    server = await asyncio.start_server(take, "127.0.0.1", port, backlog=2048)
    async with server, await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute(f"LISTEN {feed.CHANNEL}")
        async for _ in connection.notifies():
            for writer in writers:
                writer.write(frame)


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--followers", type=int, default=2_000)
    parser.add_argument("--changes", type=int, default=10, help="in a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--idle", type=int, default=10_000, help="followers whose idling is measured; 0: not")
    parser.add_argument("--serve-bare", metavar="PORT", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--database", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve_bare:
        uvloop.run(serve_bare(args.database, args.serve_bare))
        return
    most = max(args.followers, args.idle) + 200
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, most) if hard != resource.RLIM_INFINITY else most, hard))
    with a_stack(environment={"BANTIN_MAX_CONNECTIONS": str(most)}, concurrency=1) as stack:
        (filed,), _ = texts(1)
        answer = httpx.post(f"{stack.ingest_url}/v1/bulletins", json={"text": filed}, headers={"Prefer": "wait=30"})
        article = UUID(answer.json()["article"]["id"].removeprefix("art_"))
        from infra.embedded import process

        port = process.free_port()
        with a_process(stack, "bare", __file__, "--serve-bare", str(port), "--database", stack.database_url):
            bare = f"http://127.0.0.1:{port}"
            until(lambda: _listens(port), 30)
            heard = uvloop.run(rounds(stack, bare, article, args))
        idle = uvloop.run(idle_cost(stack, args.idle, 20.0)) if args.idle else {}
    told: dict[str, float] = {}
    for name, label in (("one", "one follower"), ("bare", "bare server"), ("all", f"{args.followers} followers")):
        told |= {f"{label} {key}": value for key, value in spread([s for one in heard[name] for s in one]).items()}
    p95 = {name: [spread(one)["p95_ms"] for one in each] for name, each in heard.items()}
    told["p95: followers / bare server"] = statistics.median(
        a / b for a, b in zip(p95["all"], p95["bare"], strict=True)
    )
    told["p95: followers / one follower"] = statistics.median(
        a / b for a, b in zip(p95["all"], p95["one"], strict=True)
    )
    tell("following", told | idle, {"followers": args.followers, "changes": args.changes, "rounds": args.rounds})


def _listens(port: int) -> bool:
    import socket

    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


if __name__ == "__main__":
    main()
