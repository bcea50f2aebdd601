"""Who an article speaks of, with rank and posts, and the documents and programmes it refers to.

Revision: 0005, after 0004. Yesterday's code goes on beside it: both columns have a default.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

_NEW = ('people', 'citations')


def upgrade() -> None:
    for name in _NEW:
        op.add_column('article_version', sa.Column(name, postgresql.JSONB(), nullable=False, server_default=sa.text("'[]'")))


def downgrade() -> None:
    for name in reversed(_NEW):
        op.drop_column('article_version', name)
