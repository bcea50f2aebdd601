"""How far has the feed of changes come?"""

from sqlalchemy import Connection

from services.ops.records.statements import documents


def head(tx: Connection) -> int:
    """The number of the newest entry of the feed."""
    return int(documents(tx, "SELECT coalesce(max(seq), 0) AS seq FROM feed_head")[0]["seq"])
