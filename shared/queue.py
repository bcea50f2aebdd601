"""The wire between ingest, sweep and workers, both its ends: queues, the one task, and the bell that carries ids.

A bell says only that there may be work. PostgreSQL is the queue: a bell lost, repeated or late costs time, never a
bulletin. docs/decisions/0006 gives the reason of every setting.
"""

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

import redis
from celery import Celery
from kombu import Connection, Producer, Queue

from shared.settings import Settings, is_amqp

FLASH, NORMAL, RETRY = "flash", "normal", "retry"
QUEUES = (FLASH, NORMAL, RETRY)
"""In the order in which workers look into them."""

ENRICH = "enrich"
"""The name of the one task: `enrich(ids)`."""

KEY_PREFIX = "bantin:"

_REDIS_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "queue_order_strategy": "priority",
    "socket_timeout": 5,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 10,
    "global_keyprefix": KEY_PREFIX,
}
# The publisher hears whether the bell is held.
_AMQP_OPTIONS = {"confirm_publish": True}
_QUORUM = {"x-queue-type": "quorum"}
"""Held by a majority of RabbitMQ's nodes."""


class BrokerAway(Exception):
    """The broker does not answer."""


def make_celery(settings: Settings) -> Celery:
    """The Celery application, the same at both ends of the wire."""
    arguments = _QUORUM if is_amqp(settings.broker_url) else None
    app = Celery("bantin", broker=settings.broker_url, set_as_current=False)
    app.conf.update(
        task_ignore_result=True,
        result_backend=None,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_acks_on_failure=True,
        task_acks_on_timeout=True,
        worker_prefetch_multiplier=1,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        # No soft limit: the time of each bulletin is limited by itself. This one is for code that no signal reaches.
        task_time_limit=20,
        task_publish_retry=False,
        task_default_queue=NORMAL,
        task_queues=[Queue(name, routing_key=name, queue_arguments=arguments) for name in QUEUES],
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        worker_soft_shutdown_timeout=15,
        worker_max_tasks_per_child=20_000,
        worker_max_memory_per_child=400_000,
        worker_enable_remote_control=True,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        task_serializer="json",
        accept_content=["json"],
        broker_transport_options=_AMQP_OPTIONS if is_amqp(settings.broker_url) else _REDIS_OPTIONS,
    )
    return app


class Bell:
    """Rings for bulletins over one broker connection; not for use by several threads at once.

    A connection that failed is thrown away, never mended: the next ring makes a new one.
    """

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._connection: Connection | None = None
        self._producer: Producer | None = None
        # RabbitMQ says that a majority of its nodes has the bell; it must not take for ever to say so.
        self._confirmed: dict[str, Any] = {"confirm_timeout": 3} if is_amqp(app.conf.broker_url) else {}

    def ring(self, ids: Sequence[UUID], queue: str) -> None:
        """Put one task for `ids` into `queue`. Raises BrokerAway when it cannot be put."""
        try:
            if self._producer is None:
                self._connection = _connected(self._app)
                self._producer = self._app.amqp.Producer(self._connection)
            self._app.send_task(
                ENRICH,
                ([id.hex for id in ids],),
                queue=queue,
                producer=self._producer,
                ignore_result=True,
                retry=False,
                **self._confirmed,
            )
        except Exception as error:  # every transport has errors of its own; all mean that the bell was not heard
            self.close()
            raise BrokerAway(str(error)) from error

    def close(self) -> None:
        """Drop the connection, whatever state it is in."""
        connection, self._connection, self._producer = self._connection, None, None
        if connection is not None:
            connection.collect()


class BellTower(Protocol):
    """How many bells the broker holds that no worker has taken yet."""

    def waiting(self) -> int:
        """The bells in all queues. Raises BrokerAway."""


class RedisTower:
    """Of Valkey or Redis."""

    def __init__(self, url: str) -> None:
        self._client = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2, retry=None)

    def waiting(self) -> int:
        """The bells in all queues. Raises BrokerAway."""
        try:
            with self._client.pipeline(transaction=False) as pipe:
                for name in QUEUES:
                    pipe.llen(KEY_PREFIX + name)
                return sum(pipe.execute())
        except redis.RedisError as error:
            raise BrokerAway(str(error)) from error


class AmqpTower:
    """Of RabbitMQ. A connection that failed is thrown away."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._connection: Connection | None = None

    def waiting(self) -> int:
        """The bells in all queues; they are made if they are not there. Raises BrokerAway."""
        try:
            if self._connection is None:
                self._connection = _connected(self._app)
            channel = self._connection.default_channel
            return sum(queue(channel).queue_declare().message_count for queue in self._app.conf.task_queues)
        except Exception as error:  # as for a bell: whatever it is, the broker was not heard
            self.close()
            raise BrokerAway(str(error)) from error

    def close(self) -> None:
        """Drop the connection, whatever state it is in."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.collect()


def tower_of(app: Celery, url: str) -> BellTower:
    """The tower of the broker at `url`."""
    return AmqpTower(app) if is_amqp(url) else RedisTower(url)


def _connected(app: Celery) -> Connection:
    """A connection of one's own to the broker. Raises whatever the transport raises."""
    connection: Connection = app.connection_for_write()
    # Nobody would send RabbitMQ its heartbeats: between two bells this connection sleeps.
    connection.heartbeat = 0
    connection.ensure_connection(max_retries=1, interval_start=0, timeout=3)
    return connection
