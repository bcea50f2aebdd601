"""The newsroom under fire: posts, tries again until it is answered, and keeps its own ledger of what was accepted."""

import random
import threading
import time
import uuid
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

import httpx

from infra.chaos import saboteur

Kind = Literal["plain", "duplicate", "flaky", "raise", "die", "hang", "stuck"]
MARKS: dict[Kind, str] = {
    "plain": "",
    "duplicate": "",
    "flaky": saboteur.FLAKY,
    "raise": saboteur.RAISE,
    "die": saboteur.DIE,
    "hang": saboteur.HANG,
    "stuck": saboteur.STUCK,
}
_PUT: tuple[Kind, ...] = ("plain", "duplicate", "flaky", "die")
"""What is put under keys. The others take so long until they are given up that all later ones would wait for them."""
_KEYS = 6
_EMBARGOED = 0.05
POISON: tuple[Kind, ...] = ("raise", "die", "hang", "stuck")


@dataclass(slots=True)
class Entry:
    """One posting: what was sent, under which key if under any, and every id that a 202 gave for it."""

    key: str
    kind: Kind
    text: str
    ids: set[str] = field(default_factory=set)
    accepted_at: float = 0.0
    flash: bool = False
    under: str | None = None
    embargo_until: str | None = None


@dataclass(slots=True)
class Ledger:
    """Everything that was posted, kept by the poster alone."""

    entries: list[Entry] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def accepted(self) -> list[Entry]:
        """What was answered 202."""
        with self.lock:
            return [entry for entry in self.entries if entry.ids]


class Newsroom:
    """Some threads that post at a rate until they are told to stop."""

    def __init__(
        self,
        url: str,
        *,
        seed: int,
        rate: float,
        most: int,
        shares: dict[Kind, float],
        threads: int = 4,
        keyed: float = 0.0,
    ) -> None:
        self.ledger = Ledger()
        self._url, self._rate, self._most = url, rate, most
        self._shares, self._seed, self._keyed = shares, seed, keyed
        self._stop = threading.Event()
        self._count = 0
        self._threads = [threading.Thread(target=self._run, args=(n, threads), daemon=True) for n in range(threads)]

    def start(self) -> None:
        """Begin to post."""
        for thread in self._threads:
            thread.start()

    def stop(self, tend: Callable[[], None]) -> None:
        """Post no more; every posting begun is brought to its answer, while `tend` is called."""
        self._stop.set()
        wait_for(lambda: self.done, 120, tend)

    @property
    def done(self) -> bool:
        """Was everything posted that was to be?"""
        return all(not thread.is_alive() for thread in self._threads)

    def _run(self, number: int, threads: int) -> None:
        chance = random.Random(self._seed * 1000 + number)
        with httpx.Client(timeout=10) as http:
            due = time.monotonic()
            while not self._stop.is_set() and self._take_turn():
                self._post(http, self._next(chance, number))
                due += threads / self._rate
                # After a long fault the newsroom catches up, but not without end.
                due = max(due, time.monotonic() - 2)
                self._stop.wait(max(0.0, due - time.monotonic()))

    def _take_turn(self) -> bool:
        with self.ledger.lock:
            self._count += 1
            return self._count <= self._most

    def _next(self, chance: random.Random, number: int) -> Entry:
        kind = chance.choices(list(self._shares), list(self._shares.values()))[0]
        with self.ledger.lock:
            earlier = [entry for entry in self.ledger.entries[-200:] if entry.kind == "plain"]
        if kind == "duplicate" and earlier:
            text = chance.choice(earlier).text
            if chance.random() < 0.5:
                text = text.replace("đã đến thăm", "vừa đến thăm")
        else:
            kind = "plain" if kind == "duplicate" else kind
            text = a_text(f"{number}-{chance.getrandbits(64):x}", MARKS[kind])
        entry = Entry(
            key=uuid.UUID(int=chance.getrandbits(128)).hex, kind=kind, text=text, flash=chance.random() < 0.02
        )
        # Each thread has keys of its own: what is sent again because its answer was lost is the last one there.
        if kind in _PUT and chance.random() < self._keyed:
            entry.under = f"{number}-{chance.randrange(_KEYS)}"
        elif self._keyed and chance.random() < _EMBARGOED:
            entry.embargo_until = (datetime.now(UTC) + timedelta(seconds=3)).isoformat()
        with self.ledger.lock:
            self.ledger.entries.append(entry)
        return entry

    def _post(self, http: httpx.Client, entry: Entry) -> None:
        while not entry.ids:
            try:
                answer = self._send(http, entry)
            except httpx.TransportError:
                time.sleep(0.1)
                continue
            if answer.status_code == httpx.codes.ACCEPTED:
                entry.accepted_at = time.time()
                entry.ids.add(answer.json()["id"])
            elif answer.status_code in (409, 429, 503):
                time.sleep(0.1)
            else:
                raise AssertionError(f"a good bulletin was answered {answer.status_code}: {answer.text[:300]}")

    def _send(self, http: httpx.Client, entry: Entry) -> httpx.Response:
        headers = {"Bulletin-Priority": "flash" if entry.flash else "normal"}
        if entry.under is not None:
            address = f"{self._url}/v1/sources/chaos/bulletins/{entry.under}"
            return http.put(address, json={"text": entry.text}, headers=headers)
        headers["Idempotency-Key"] = entry.key
        body = {"text": entry.text, "embargo_until": entry.embargo_until}
        return http.post(f"{self._url}/v1/bulletins", json=body, headers=headers)


class Reader(threading.Thread):
    """Follows the feed all the while; whatever it was once given must stay, and nothing may appear behind it."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self._url = url
        self._stop_asked = threading.Event()
        self.seen: list[tuple[int, str]] = []
        self.faults: list[str] = []

    def run(self) -> None:
        """Ask for what is new, again and again."""
        with httpx.Client(timeout=10) as http:
            while not self._stop_asked.is_set():
                if not self.read(http):
                    time.sleep(0.05)

    def read(self, http: httpx.Client) -> bool:
        """Ask once; was there anything?"""
        last = self.seen[-1][0] if self.seen else 0
        try:
            answer = http.get(f"{self._url}/v1/changes", params={"since": last, "limit": 1000})
        except httpx.TransportError:
            return False
        if answer.status_code != httpx.codes.OK:
            return False
        changes = answer.json()["changes"]
        for change in changes:
            if change["seq"] != last + 1:
                self.faults.append(f"after {last} came {change['seq']}")
            last = change["seq"]
            self.seen.append((last, change["article"]))
        return bool(changes)

    def stop(self) -> None:
        """Read what is left, then end."""
        self._stop_asked.set()
        self.join()
        with httpx.Client(timeout=10) as http:
            while self.read(http):
                pass


def a_text(token: str, mark: str = "") -> str:
    """A bulletin that nobody else has: of the same form as the others, with a number of its own."""
    number = zlib.crc32(token.encode())
    return (
        f"Bản tin thử sức số {token}\n\n"
        f"Sáng 5/9/2025, tại tỉnh Vĩnh Long, đoàn kiểm tra số {number} đã đến thăm các hộ dân vùng ven sông. {mark}\n\n"
        "Trưởng đoàn cho biết nước đang rút, đường làng đã thông, trẻ em trở lại trường từ ngày 8/9/2025.\n"
    )


def wait_for(condition: Callable[[], bool], seconds: float, tend: Callable[[], None] = lambda: None) -> bool:
    """Does the condition come true within `seconds`? `tend` is called all the while."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        tend()
        if condition():
            return True
        time.sleep(0.05)
    return condition()
