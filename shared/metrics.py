"""Every metric, with its meaning and what to do when it moves. Labels are few and bounded: never an id, never a text."""

from prometheus_client import Counter, Gauge, Histogram

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
SWEEP_TURN = Gauge(
    "bantin_sweep_last_turn_timestamp_seconds", "When the sweep last finished a turn; old: it is stuck or dead."
)
PROBE_SECONDS = Histogram(
    "bantin_probe_seconds",
    "From the 202 of a synthetic bulletin until it was finished; when it rises, so does every newsroom's wait.",
    buckets=_SECONDS,
)
PROBE_FAILURES = Counter("bantin_probe_failures", "Synthetic bulletins not taken in, or not finished in time.")
PROBE_LAST = Gauge("bantin_probe_last_success_timestamp_seconds", "When a synthetic bulletin was last seen finished.")
FOLLOWERS = Gauge("bantin_followers", "Streams of changes that are open on this process.")
DELIVERIES = Counter(
    "bantin_deliveries",
    "Requests to webhooks, by what became of the delivery: delivered, waiting or failed.",
    ["state"],
)
DELIVER_TURN = Gauge(
    "bantin_deliver_last_turn_timestamp_seconds", "When the deliverer last looked; old: it is stuck or dead."
)
