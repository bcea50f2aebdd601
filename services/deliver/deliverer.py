"""Turns: make deliveries of what is new, take those in hand that are due, hand them to threads, and rest until called."""

import contextlib
import os
import select
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import psycopg
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from services.deliver import repository
from services.deliver.connecting import Deadline, make_pool
from services.deliver.repository import Delivery
from services.deliver.sender import Sender
from shared.database import connect_args, make_engine, transaction
from shared.feed import CHANNEL, DELIVERIES_CHANNEL
from shared.logging import logger
from shared.metrics import DELIVER_TURN, DELIVERIES
from shared.networks import networks
from shared.settings import Settings

log = logger(__name__)

_REST = 5.0
"""Seconds after which it looks although nobody has called: calls can be lost."""
_AFTER_FAILURE = 1.0
_GRACE = timedelta(seconds=60)
"""How much longer than its time a delivery is left in hand: resolving a name has no time limit of ours."""
_SWEPT = 1000
_SWEEP_EVERY = timedelta(hours=1)


class Deliverer:
    """Sends what the table of deliveries holds, as many at once as it has threads."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        """Nothing runs yet."""
        self._settings, self._clock = settings, clock
        session = {"statement_timeout": "20s", "lock_timeout": "5s"}
        self._engine = make_engine(
            settings.database_url, "bantin-deliver", pool_size=settings.deliver_threads + 2, session=session
        )
        deadline = Deadline()
        self._pool = make_pool(networks(settings.webhook_networks), deadline, most=settings.deliver_threads)
        self._sender = Sender(self._pool, deadline, timeout=settings.webhook_timeout, clock=clock)
        self._threads = ThreadPoolExecutor(settings.deliver_threads, thread_name_prefix="deliver")
        self._in_hand = 0
        self._lock = threading.Lock()
        self._bell_in, self._bell_out = os.pipe()
        os.set_blocking(self._bell_in, False)
        os.set_blocking(self._bell_out, False)
        self._stopping = False
        self._swept_at: datetime | None = None

    def run(self) -> None:
        """Turn until told to stop."""
        while not self._stopping:
            try:
                with self._listen() as connection:
                    while not self._stopping:
                        seconds = self.turn()
                        DELIVER_TURN.set_to_current_time()
                        self._rest(connection, seconds)
            except (SQLAlchemyError, psycopg.Error, OSError) as error:
                log.warning("the database is away", error=str(error))
                select.select([self._bell_in], [], [], _AFTER_FAILURE)

    def stop(self, *_: Any) -> None:
        """End soon; fit for a signal."""
        self._stopping = True
        self._ring()

    def close(self) -> None:
        """Wait for what is being sent, then let go of everything."""
        self._threads.shutdown(wait=True)
        self._pool.close()
        self._engine.dispose()
        os.close(self._bell_in)
        os.close(self._bell_out)

    def turn(self) -> float:
        """Plan, claim and hand out; after how many seconds there is something to do again, if nobody calls."""
        while not self._stopping and self._plan():
            pass
        while not self._stopping and self._hand_out():
            pass
        now = self._clock()
        self._sweep(now)
        with transaction(self._engine) as tx:
            due = repository.next_due(tx, now=now)
        return min(_REST, max(0.0, (due - now).total_seconds())) if due else _REST

    @property
    def idle(self) -> bool:
        """Is nothing being sent?"""
        with self._lock:
            return self._in_hand == 0

    def _plan(self) -> bool:
        with transaction(self._engine) as tx:
            return repository.plan(tx, now=self._clock())

    def _hand_out(self) -> bool:
        with self._lock:
            free = self._settings.deliver_threads - self._in_hand
        if free <= 0:
            return False
        lease = timedelta(seconds=self._settings.webhook_timeout) + _GRACE
        with transaction(self._engine) as tx:
            claimed = repository.claim(
                tx, limit=free, at_once=self._settings.webhook_at_once, lease=lease, now=self._clock()
            )
        for delivery in claimed:
            with self._lock:
                self._in_hand += 1
            self._threads.submit(self._deliver, delivery)
        return bool(claimed)

    def _deliver(self, delivery: Delivery) -> None:
        try:
            outcome = self._sender.send(delivery)
            DELIVERIES.labels(outcome.state).inc()
            patience = timedelta(days=self._settings.webhook_failing_days)
            with transaction(self._engine) as tx:
                repository.note(tx, outcome, patience=patience, now=self._clock())
        # It stays in hand until its time is over, and is sent again then with the same id.
        except Exception:
            log.exception("outcome not noted", delivery=delivery.id)
        finally:
            with self._lock:
                self._in_hand -= 1
            self._ring()

    def _sweep(self, now: datetime) -> None:
        if self._swept_at is not None and now - self._swept_at < _SWEEP_EVERY:
            return
        before = now - timedelta(days=self._settings.webhook_keep_days)
        with transaction(self._engine) as tx:
            gone = repository.forget_ended(tx, before=before, limit=_SWEPT)
        # A full sweep is followed by another one at the next turn.
        self._swept_at = None if gone == _SWEPT else now

    def _listen(self) -> "psycopg.Connection[Any]":
        args = connect_args("bantin-deliver-calls")
        connection = psycopg.connect(self._settings.database_url, autocommit=True, **args)  # type: ignore[arg-type]  # libpq takes more than the stub lists
        for channel in (CHANNEL, DELIVERIES_CHANNEL):
            connection.execute(f"LISTEN {channel}")
        return connection

    def _rest(self, connection: "psycopg.Connection[Any]", seconds: float) -> None:
        ready, _, _ = select.select([connection.fileno(), self._bell_in], [], [], seconds)
        # Calls that come together are one: the next turn sees what all of them told.
        if self._bell_in in ready:
            while _read(self._bell_in):
                pass
        if connection.fileno() in ready:
            for _ in connection.notifies(timeout=0):
                pass

    def _ring(self) -> None:
        # A full pipe is a bell that rings already.
        with contextlib.suppress(BlockingIOError):
            os.write(self._bell_out, b".")


class DeliveryCollector(Collector):
    """What waits for webhooks, read from PostgreSQL when it is asked for."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine, self._clock = engine, clock

    def describe(self) -> Iterable[Metric]:
        """Nothing is asked at registration."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """The figures of this moment."""
        with transaction(self._engine) as tx:
            waiting, oldest, disabled, failing = repository.figures(tx, now=self._clock())
        yield GaugeMetricFamily("bantin_deliveries_waiting", "Deliveries not taken yet.", value=waiting)
        yield GaugeMetricFamily("bantin_deliveries_oldest_age_seconds", "How long the oldest has waited.", value=oldest)
        yield GaugeMetricFamily(
            "bantin_webhooks_disabled", "Webhooks that are gone or failed too long.", value=disabled
        )
        yield GaugeMetricFamily(
            "bantin_webhook_failing_seconds", "For how long the webhook has failed that fails longest.", value=failing
        )


def _read(pipe: int) -> bytes:
    try:
        return os.read(pipe, 4096)
    except BlockingIOError:
        return b""
