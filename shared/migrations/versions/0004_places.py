"""Places: the units that an article names, and terms to search by.

Revision: 0004, after 0003. Yesterday's code goes on beside it: every new column has a default.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('article_version', sa.Column('places', postgresql.JSONB(), nullable=False, server_default=sa.text("'[]'")))
    op.add_column('article_version', sa.Column('place_terms', postgresql.ARRAY(sa.Text()), nullable=False, server_default=sa.text("'{}'"), comment='What `places` says, to search by: written NAME, valid CODE, current CODE, province CODE.'))
    op.create_index(op.f('ix_article_version_place_terms'), 'article_version', ['place_terms'], unique=False, postgresql_using='gin')


def downgrade() -> None:
    op.drop_index(op.f('ix_article_version_place_terms'), table_name='article_version', postgresql_using='gin')
    op.drop_column('article_version', 'place_terms')
    op.drop_column('article_version', 'places')
