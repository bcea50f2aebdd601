"""The wire between ingest, sweep and workers, both its ends: queues, the one task, and the bell that carries ids.

A bell says only that there may be work. PostgreSQL is the queue: a bell lost, repeated or late costs time, never a
bulletin. docs/decisions/0006 gives the reason of every setting.
"""

from collections.abc import Sequence
from uuid import UUID

import redis
from celery import Celery
from kombu import Connection, Producer, Queue

from shared.settings import Settings

FLASH, NORMAL, RETRY = "flash", "normal", "retry"
QUEUES = (FLASH, NORMAL, RETRY)
"""In the order in which workers look into them."""

ENRICH = "enrich"
"""The name of the one task: `enrich(ids)`."""

KEY_PREFIX = "bantin:"


class BrokerAway(Exception):
    """The broker does not answer."""


def make_celery(settings: Settings) -> Celery:
    """The Celery application, the same at both ends of the wire."""
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
        task_queues=[Queue(name, routing_key=name) for name in QUEUES],
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
        broker_transport_options={
            "visibility_timeout": 300,
            "unacked_restore_interval": 10,
            "unacked_restore_throttle": 1,
            "queue_order_strategy": "priority",
            "socket_timeout": 5,
            "socket_connect_timeout": 5,
            "socket_keepalive": True,
            "health_check_interval": 10,
            "global_keyprefix": KEY_PREFIX,
        },
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

    def ring(self, ids: Sequence[UUID], queue: str) -> None:
        """Put one task for `ids` into `queue`. Raises BrokerAway when it cannot be put."""
        try:
            if self._producer is None:
                self._connection = self._app.connection_for_write()
                self._connection.ensure_connection(max_retries=1, interval_start=0, timeout=3)
                self._producer = self._app.amqp.Producer(self._connection)
            self._app.send_task(
                ENRICH, ([id.hex for id in ids],), queue=queue, producer=self._producer, ignore_result=True, retry=False
            )
        except Exception as error:  # every transport has errors of its own; all mean that the bell was not heard
            self.close()
            raise BrokerAway(str(error)) from error

    def close(self) -> None:
        """Drop the connection, whatever state it is in."""
        connection, self._connection, self._producer = self._connection, None, None
        if connection is not None:
            connection.collect()


class BellTower:
    """How many bells the broker holds that no worker has taken yet. Knows Valkey and Redis only."""

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
