"""Every metric, with its meaning and what to do when it moves. Labels are few and bounded: never an id, never a text."""

from prometheus_client import Counter, Gauge, Histogram

_WAITS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800)
_STAGES = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

HTTP_REQUESTS = Counter("bantin_http_requests", "Requests answered.", ["service", "route", "method", "code"])
HTTP_SECONDS = Histogram(
    "bantin_http_request_duration_seconds",
    "From request head to the end of the answer.",
    ["service", "route"],
    buckets=_SECONDS,
)
ACCEPTED = Counter("bantin_bulletins_accepted", "Bulletins committed and answered 202.", ["media_type"])
REFUSED = Counter(
    "bantin_bulletins_rejected", "Bulletins refused at the door; look at the newsroom's sender.", ["reason"]
)
REPLAYED = Counter("bantin_idempotent_replays", "Requests that met an idempotency key again.", ["outcome"])
SIZE = Histogram(
    "bantin_bulletin_size_bytes",
    "Bytes of an accepted bulletin as received.",
    buckets=(256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304),
)
DECODED = Counter(
    "bantin_decode",
    "Bulletins by the charset they were read in; a new one: look at the sender.",
    ["encoding", "outcome"],
)
ACCEPT_SECONDS = Histogram(
    "bantin_accept_duration_seconds",
    "From a whole body to its commit; when it rises, PostgreSQL's disk is slow.",
    buckets=_SECONDS,
)
ACCEPT_GROUP = Histogram(
    "bantin_accept_group_size", "Bulletins that shared one commit.", buckets=(1, 2, 4, 8, 16, 32, 64, 128)
)
BELLS = Counter("bantin_bells_rung", "Bells rung; many by the sweep means that bells are being lost.", ["by"])
BELL_ERRORS = Counter("bantin_bell_errors", "Bells that could not be rung: the broker is away.", ["by"])
BELLS_LOST = Counter("bantin_bells_lost", "Times the broker was found empty while bulletins waited that were rung for.")
SWEEP_TURN = Gauge(
    "bantin_sweep_last_turn_timestamp_seconds",
    "When the sweep last finished a turn; old: it is stuck or dead.",
    multiprocess_mode="max",
)
PROBE_SECONDS = Histogram(
    "bantin_probe_seconds",
    "From the 202 of a synthetic bulletin until it was finished; when it rises, so does every newsroom's wait.",
    buckets=_SECONDS,
)
PROBE_FAILURES = Counter("bantin_probe_failures", "Synthetic bulletins not taken in, or not finished in time.")
PROBE_LAST = Gauge("bantin_probe_last_success_timestamp_seconds", "When a synthetic bulletin was last seen finished.")
DEATHS = Counter("bantin_worker_deaths", "Attempts whose worker died; the same bulletin again: it is the cause.")
ATTEMPTS = Counter("bantin_attempts", "Attempts ended; none while bulletins wait: workers are stuck.", ["outcome"])
RETRIES = Counter(
    "bantin_retries", "Failed attempts that are tried again; look at the class of fault.", ["error_class"]
)
CLAIM_WAIT = Histogram(
    "bantin_claim_wait_seconds",
    "From accepted to first taken in hand; when it rises, workers are too few.",
    ["priority"],
    buckets=_WAITS,
)
CLAIM_SIZE = Histogram(
    "bantin_claim_size",
    "Bulletins taken in one transaction; it grows with the queue.",
    buckets=(1, 2, 5, 10, 20, 50, 100),
)
CLAIMS_SKIPPED = Counter(
    "bantin_claims_skipped", "Bulletins that were rung for and already closed or in another hand; harmless."
)
CLAIMS_LOST = Counter(
    "bantin_claims_lost", "Transactions of a worker lost before their commit; look at PostgreSQL and the network."
)
PUBLISHED = Histogram(
    "bantin_publish_latency_seconds",
    "From accepted to readable; what a newsroom feels.",
    ["priority"],
    buckets=_WAITS,
)
STAGES = Histogram(
    "bantin_stage_duration_seconds",
    "Time of one stage for one bulletin; when one rises, its texts have changed.",
    ["stage"],
    buckets=_STAGES,
)
DUPLICATES = Counter("bantin_duplicates", "Relations found to earlier articles, by kind.", ["kind"])
DATINGS = Counter(
    "bantin_dates",
    "Articles by how their day of publication or event is known; more unknown: a form changed.",
    ["of", "status"],
)
PLACES = Counter(
    "bantin_places", "Places by how they were linked to the map; more unknown: the map is old.", ["outcome"]
)
ENTITIES = Counter("bantin_entities", "Names found, by type.", ["type"])
FOLLOWERS = Gauge("bantin_followers", "Streams of changes that are open on this process.", multiprocess_mode="max")
DELIVERIES = Counter(
    "bantin_deliveries",
    "Requests to webhooks, by what became of the delivery: delivered, waiting or failed.",
    ["state"],
)
DELIVER_TURN = Gauge(
    "bantin_deliver_last_turn_timestamp_seconds",
    "When the deliverer last looked; old: it is stuck or dead.",
    multiprocess_mode="max",
)
