"""Everything that can be set from outside, in one frozen object read from the environment."""

from functools import lru_cache

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read from the environment: `DATABASE_URL`, `REDIS_URL` or `BROKER_URL`, all else with the prefix `BANTIN_`."""

    model_config = SettingsConfigDict(
        env_prefix="BANTIN_", frozen=True, use_attribute_docstrings=True, validate_by_name=True
    )

    database_url: str = Field(
        default="postgresql://bantin@127.0.0.1:5432/bantin", validation_alias=AliasChoices("DATABASE_URL")
    )
    """Where PostgreSQL 18 is: a libpq URL."""

    broker_url: str = Field(
        default="redis://127.0.0.1:6379/0", validation_alias=AliasChoices("BROKER_URL", "REDIS_URL")
    )
    """Where the bells go: Valkey, Redis or RabbitMQ (`amqp://`). Losing it costs time, never a bulletin."""

    log_level: str = "INFO"
    """The least severe log line that is written."""

    ingest_url: str = ""
    """Where ingest is, for the form of the api's pages; empty: bulletins cannot be posted from a page."""

    ingest_key: str = ""
    """The key with which that form posts, where ingest wants one. It never reaches a browser."""

    anonymous: str = ""
    """The scopes of who asks without a key, such as `read` or `post,read,operate:admin`; by default none."""

    rate_limit: int = 6_000
    """Requests a minute of one key on one process, where the key says nothing else; 0: as many as it likes."""

    session_secret: str = ""
    """What browsers' sessions are signed with; by default made anew at each start, which ends them."""

    allowed_origins: str = ""
    """Origins of other sites whose scripts may ask, such as `https://desk.example`; by default none."""

    traces: bool = False
    """Are traces sent by OpenTelemetry? Needs the extra `traces`; OTEL_ variables say where to."""

    max_bulletin_bytes: int = 1_048_576
    """The largest bulletin taken in, in bytes of its request body, file or batch line."""

    max_batch_bytes: int = 33_554_432
    """The largest batch body taken in, in bytes."""

    max_batch_lines: int = 5_000
    """The most bulletins in one batch."""

    body_timeout: float = 20.0
    """Seconds a client has to send its whole request body."""

    head_timeout: float = 10.0
    """Seconds an open connection may stay without having sent a whole request head."""

    max_connections: int = 1_000
    """Connections one ingest or api process holds open; one more is answered 503."""

    accept_group: int = 128
    """The most bulletins one accepting transaction takes."""

    max_waiting_age: float = 60.0
    """Seconds the oldest waiting bulletin may have waited before new ones are answered 429 (flash excepted)."""

    cursor_secret: str | None = None
    """What cursors are signed with; without it, a random secret that the database holds."""

    field_selections: dict[str, list[str]] = Field(default_factory=dict)
    """Selections of an article's fields, by name: `fields=@name` asks for one."""

    max_prefer_wait: float = 30.0
    """The longest `Prefer: wait` that is honoured, in seconds."""

    max_feed_wait: float = 60.0
    """The longest `wait` of the feed that is honoured, in seconds."""

    feed_heartbeat: float = 15.0
    """Seconds without a change after which a stream sends a comment, so that nobody takes it for dead."""

    feed_poll: float = 5.0
    """Seconds after which api looks for changes although PostgreSQL has not called."""

    webhook_networks: str = ""
    """Networks that webhooks may lie in although they are not public, and be reached by http: `10.1.0.0/16,fd00::/8`."""

    webhook_timeout: float = 15.0
    """Seconds a webhook has to take a delivery and answer."""

    webhook_failing_days: float = 5.0
    """Days without any success after which a webhook is disabled."""

    webhook_keep_days: float = 30.0
    """Days for which deliveries are kept after their end."""

    webhook_at_once: int = 4
    """The most deliveries that one webhook is sent at the same moment; one that fails gets one at a time."""

    deliver_threads: int = 16
    """Deliveries that one deliverer sends at the same moment."""

    batch_size: int = 50
    """The most bulletins a worker holds in one transaction."""

    batch_bytes: int = 2_097_152
    """The most bytes of bulletins a worker holds in one transaction; a single larger one runs alone."""

    bulletin_timeout: float = 4.0
    """Seconds the stages may take for one bulletin before it counts as failed; less than claim_idle_timeout."""

    claim_idle_timeout: float = 5.0
    """Seconds a worker may be silent inside its transaction before PostgreSQL ends it and frees its bulletins."""

    max_tries: int = 5
    """Failures after which a bulletin is quarantined."""

    max_deaths: int = 3
    """Workers a bulletin may kill, or times it may take too long, before it is quarantined."""

    sweep_interval: float = 0.25
    """Seconds between two turns of the sweep."""

    ring_grace: float = 1.0
    """Seconds the sweep leaves a bell to be answered when the broker holds no bells."""

    ring_age: float = 30.0
    """Seconds after which the sweep rings again for a suspect although the broker still holds bells."""

    broker_patience: float = 2.0
    """Seconds the broker may be away before the sweep does the work itself."""

    deaf_after: float = 40.0
    """Seconds without progress, while bulletins wait, after which a worker ends itself to be started anew."""

    worker_concurrency: int = 2
    """Child processes of one worker."""

    probe_url: str = ""
    """Where ingest is, for the synthetic bulletin that the desk sends end to end; empty: none is sent."""

    probe_interval: float = 60.0
    """Seconds between two synthetic bulletins."""

    probe_key: str = ""
    """What the desk sends as bearer token with a synthetic bulletin, where ingest asks for one."""

    log_url: str = ""
    """Where logs are looked up by an id, with `{id}` in it, for links in a bulletin's history; empty: no links."""

    public_url: str = ""
    """The address of the api as its readers know it, such as https://tin.example.vn; empty: as each request has it."""

    max_exports: int = 4
    """Exports that one api process writes at the same time; one more is answered 503."""

    export_patience: float = 60.0
    """Seconds a reader of an export may take nothing before it is cut off."""


def is_amqp(url: str) -> bool:
    """Is the broker at this address RabbitMQ, or another that speaks AMQP?"""
    return url.startswith(("amqp://", "amqps://", "pyamqp://"))


@lru_cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
