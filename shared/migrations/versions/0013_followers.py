"""Followers: the feed as it is filtered.

Revision: 0013, after 0010. Yesterday's code goes on beside it: it does not know the view.
"""

from alembic import op

revision = '0013'
down_revision = '0010'
branch_labels = None
depends_on = None

# The source of what is in the feed was told to readers when it was published. It must be known of what was withheld or
# killed too: whoever follows a source has to hear of that.
_VIEW = """
CREATE VIEW followed_change AS
SELECT change.seq, change.type, change.article_id, change.version, change.at, article.source
FROM change JOIN article ON article.id = change.article_id
"""


def upgrade() -> None:
    op.execute(_VIEW)


def downgrade() -> None:
    op.execute('DROP VIEW followed_change')
