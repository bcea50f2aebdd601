"""Names with slips are found: an index by trigrams, where PostgreSQL has pg_trgm.

Revision: 0017, after 0016. An index only: yesterday's code goes on. Workers that make a new entity wait while it is built,
some seconds for a million names. Where the contrib package is missing, or its extension may not be created, nothing is
made, and names are found as before: docs/decisions/0028.
"""

from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

_INDEX = """
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX ix_entity_alias_bare_trgm ON entity_alias USING gin (bare gin_trgm_ops);
EXCEPTION WHEN feature_not_supported OR undefined_file OR insufficient_privilege OR undefined_object THEN
    RAISE WARNING 'names with slips will not be found: pg_trgm is not to be had (%)', SQLERRM;
END
$$
"""


def upgrade() -> None:
    op.execute(_INDEX)


def downgrade() -> None:
    # The extension stays: others may use it.
    op.execute('DROP INDEX IF EXISTS ix_entity_alias_bare_trgm')
