"""Is the database well, and how far has the feed come?"""

from sqlalchemy import Connection

from services.ops.records.statements import documents


def takes_writes(tx: Connection) -> bool:
    """Does this server take writes from the sessions of this database: is it no standby, and not set to read only?"""
    sql = """
    SELECT NOT pg_is_in_recovery() AND current_setting('default_transaction_read_only') = 'off' AS writable
    """
    return bool(documents(tx, sql)[0]["writable"])


def feed_head(tx: Connection) -> int:
    """The number of the newest entry of the feed."""
    return int(documents(tx, "SELECT coalesce(max(seq), 0) AS seq FROM feed_head")[0]["seq"])
