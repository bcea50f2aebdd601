"""Why a bulletin's bytes are read in its charset.

Revision: 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The default is for yesterday's code, which does not name the column, and for its rows.
    op.add_column(
        'bulletin',
        sa.Column('charset_reason', sa.Text(), server_default=sa.text("''"), nullable=False, comment='Why the bytes are read so.'),
    )


def downgrade() -> None:
    op.drop_column('bulletin', 'charset_reason')
