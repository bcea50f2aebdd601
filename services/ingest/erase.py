"""`python -m services.ingest.erase ID --actor WHO --reason WHY [--note NOTE]`: legal erasure, past the front door."""

import argparse
import sys
from datetime import UTC, datetime

from services.ingest import articles, orders
from shared.contracts.bulletin import KillOrder
from shared.database import make_engine, transaction
from shared.errors import NoSuchArticle, ServiceError
from shared.ids import ARTICLE, written
from shared.settings import settings


def main() -> None:
    """Erase one article; exit 3 if there is none of this id, 4 if it is being revised just now."""
    parser = argparse.ArgumentParser(prog="python -m services.ingest.erase", description=__doc__)
    parser.add_argument("id")
    parser.add_argument("--actor", required=True)
    parser.add_argument("--reason", required=True)
    parser.add_argument("--note")
    args = parser.parse_args()
    order = KillOrder(actor=args.actor, reason=args.reason, note=args.note, with_duplicates=True)
    engine = make_engine(settings().database_url, "bantin-erase", pool_size=1)
    try:
        with transaction(engine) as tx:
            id = articles.article_id(tx, args.id)
            orders.erase(tx, id, order, now=datetime.now(UTC))
    except ServiceError as error:
        sys.stderr.write(f"bantin: {error.code}: {error}\n")
        sys.exit(3 if isinstance(error, NoSuchArticle) else 4)
    sys.stdout.write(f"{written(ARTICLE, id)} erased\n")


if __name__ == "__main__":
    main()
