"""In which stage a worker is with a bulletin that takes long.

Revision: 0018, after 0016. Yesterday's workers name their columns and go on beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('worker_hand', sa.Column('stage_of', sa.Uuid(), nullable=True, comment='The bulletin that it has been at for more than a second; null: it is not slow.'))
    op.add_column('worker_hand', sa.Column('stage', sa.Text(), nullable=True, comment='In which stage it is with that; `closing`: it writes the batch of which that is the first.'))
    op.add_column('worker_hand', sa.Column('stage_since', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column('worker_hand', 'stage_since')
    op.drop_column('worker_hand', 'stage')
    op.drop_column('worker_hand', 'stage_of')
