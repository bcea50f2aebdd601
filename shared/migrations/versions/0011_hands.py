"""Which bulletin of its batch a worker reads: so that a death is blamed on one, not on fifty.

Revision: 0011, after 0010. Yesterday's workers write nothing into it; their deaths are blamed on the whole batch, as before.
"""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('worker_hand',
    sa.Column('worker', sa.Text(), nullable=False),
    sa.Column('bulletin_id', sa.Uuid(), nullable=True),
    sa.Column('number', sa.Integer(), nullable=True),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('worker', name=op.f('pk_worker_hand')),
    comment='Which bulletin of its batch each child of a worker reads; null: none, it closes. Empty after a crash of the server.',
    prefixes=['UNLOGGED'],
    postgresql_with={'fillfactor': '50'}
    )


def downgrade() -> None:
    op.drop_table('worker_hand')
