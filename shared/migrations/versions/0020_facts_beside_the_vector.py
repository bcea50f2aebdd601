"""What is known of an article stands beside its words, where it is read without them.

Revision: 0020, after 0016. Yesterday's code goes on beside it; what it keeps has no facts here until the sweep has seen it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0020'
down_revision = '0016'
branch_labels = None
depends_on = None

_WHAT_IS_THERE = """
UPDATE article_search SET form = CASE form WHEN 1 THEN 2 ELSE form END, facts = ARRAY(
    SELECT substr(lexeme, 2) FROM unnest(tsvector_to_array(vector)) AS lexeme WHERE starts_with(lexeme, '@'))
"""


def upgrade() -> None:
    op.add_column('article_search', sa.Column('facts', postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False, comment='What is known of the whole article, as in the vector: there for who looks for words too, here for who does not.'))
    op.execute(_WHAT_IS_THERE)
    op.create_index(op.f('ix_article_search_facts'), 'article_search', ['facts'], postgresql_using='gin', postgresql_with={'gin_pending_list_limit': 256})


def downgrade() -> None:
    op.drop_index(op.f('ix_article_search_facts'), table_name='article_search', postgresql_using='gin', postgresql_with={'gin_pending_list_limit': 256})
    op.drop_column('article_search', 'facts')
    op.execute('UPDATE article_search SET form = 1 WHERE form = 2')
