"""`python -m services.deliver [--metrics-host H] [--metrics-port P]`: send changes to webhooks; `check` looks after it."""

import argparse
import re
import signal
import sys
import time
from datetime import UTC, datetime
from urllib.error import URLError
from urllib.request import urlopen

from shared.settings import settings

_TURN = re.compile(r"^bantin_deliver_last_turn_timestamp_seconds (\S+)$", re.MULTILINE)


def run(args: argparse.Namespace) -> None:
    """Deliver until SIGTERM."""
    from prometheus_client import REGISTRY, start_http_server

    from services.deliver.deliverer import Deliverer, DeliveryCollector
    from shared.database import make_engine
    from shared.logging import configure

    configure("deliver", settings().log_level)
    deliverer = Deliverer(settings(), _now)
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, deliverer.stop)
    if args.metrics_port:
        engine = make_engine(settings().database_url, "bantin-deliver-metrics", pool_size=1)
        REGISTRY.register(DeliveryCollector(engine, _now))
        start_http_server(args.metrics_port, addr=args.metrics_host)
    deliverer.run()
    deliverer.close()


def check(args: argparse.Namespace) -> None:
    """Exit 0 if the deliverer whose metrics are at the port has turned lately, 1 if not."""
    try:
        with urlopen(f"http://127.0.0.1:{args.metrics_port}/metrics", timeout=5) as answer:  # an address of ours
            turned = _TURN.search(answer.read().decode())
    except (URLError, OSError):
        sys.exit(1)
    sys.exit(turned is None or time.time() - float(turned[1]) > args.seconds)


def _now() -> datetime:
    return datetime.now(UTC)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m services.deliver")
    parser.add_argument("--metrics-host", default="127.0.0.1")
    parser.add_argument("--metrics-port", type=int, default=0)
    parser.set_defaults(run=run)
    checking = parser.add_subparsers().add_parser("check", help="has the deliverer of these metrics turned lately?")
    checking.add_argument("--metrics-port", type=int, required=True)
    checking.add_argument("--seconds", type=float, default=30.0, help="how long ago at most")
    checking.set_defaults(run=check)
    args = parser.parse_args()
    args.run(args)


if __name__ == "__main__":
    main()
