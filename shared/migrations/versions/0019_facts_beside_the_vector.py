"""What is known of an article stands beside its words, where it is read without them.

Revision: 0019, after 0018. Yesterday's code goes on beside it; what it keeps has no facts here until the sweep has seen it.
"""

import uuid

import sqlalchemy as sa
from alembic import op

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None

_AT_ONCE = 500
"""Rows written anew in one transaction. Each goes into every index again, which takes some milliseconds."""

_NEXT = """
UPDATE article_search SET form = CASE form WHEN 1 THEN 2 ELSE form END, facts = ARRAY(
    SELECT substr(lexeme, 2) FROM unnest(tsvector_to_array(vector)) AS lexeme WHERE starts_with(lexeme, '@'))
WHERE article_id IN (SELECT article_id FROM article_search WHERE article_id > :after ORDER BY article_id LIMIT :most)
RETURNING article_id
"""


def upgrade() -> None:
    # Each step commits: readers and workers go on meanwhile, and what was interrupted begins again.
    with op.get_context().autocommit_block():
        op.execute("""ALTER TABLE article_search ADD COLUMN IF NOT EXISTS facts text[] DEFAULT '{}' NOT NULL""")
        op.execute("""COMMENT ON COLUMN article_search.facts IS
            'What is known of the whole article, as in the vector: there for who looks for words too, here for who does not.'""")
        connection, after = op.get_bind(), uuid.UUID(int=0)
        while done := connection.execute(sa.text(_NEXT), {'after': after, 'most': _AT_ONCE}).scalars().all():
            after = max(done)
        op.execute("""CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_article_search_facts ON article_search
            USING gin (facts) WITH (gin_pending_list_limit = 256)""")


def downgrade() -> None:
    op.drop_index(op.f('ix_article_search_facts'), table_name='article_search')
    op.drop_column('article_search', 'facts')
    op.execute('UPDATE article_search SET form = 1 WHERE form = 2')
