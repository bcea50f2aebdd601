"""Runs the steps in one transaction, but for those that commit on their way; none waits long for a lock that others need."""

from alembic import context
from sqlalchemy import text

import shared.tables.access
import shared.tables.articles
import shared.tables.bulletins
import shared.tables.entities
import shared.tables.followers
import shared.tables.operations
import shared.tables.operators
import shared.tables.search  # noqa: F401  # all modules fill the metadata
from shared.database import make_engine
from shared.settings import settings
from shared.tables.base import metadata

url = context.config.attributes.get("url") or settings().database_url
engine = make_engine(url, "bantin-migrate", pool_size=1, session={"lock_timeout": "4s"})
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=metadata, compare_server_default=True)
    with context.begin_transaction():
        # Two that migrate at once come one after the other. Of the session: some steps commit on their way.
        connection.execute(text("SELECT pg_advisory_lock(7263001)"))
        context.run_migrations()
engine.dispose()
