"""The operator's desk: what operators did, tries counted anew, and when bulletins were closed.

Revision: 0006, after 0005. Yesterday's code goes on beside it: the new column has a default, which it never changes.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('operator_action',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.Text(), nullable=False),
    sa.Column('action', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('bulletins', sa.Integer(), nullable=False, comment='How many bulletins it changed.'),
    sa.Column('filter', postgresql.JSONB(), nullable=False, comment='Which were meant.'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_operator_action')),
    comment="Who did what at the operator's desk, when and why."
    )
    op.create_table('operator_action_bulletin',
    sa.Column('action_id', sa.BigInteger(), nullable=False),
    sa.Column('bulletin_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['action_id'], ['operator_action.id'], name=op.f('fk_operator_action_bulletin_action_id_operator_action')),
    sa.ForeignKeyConstraint(['bulletin_id'], ['bulletin.id'], name=op.f('fk_operator_action_bulletin_bulletin_id_bulletin')),
    sa.PrimaryKeyConstraint('action_id', 'bulletin_id', name=op.f('pk_operator_action_bulletin')),
    comment='The bulletins that an action changed.'
    )
    op.create_index(op.f('ix_operator_action_bulletin_bulletin_id'), 'operator_action_bulletin', ['bulletin_id'], unique=False)
    op.add_column('bulletin', sa.Column('forgiven', sa.Integer(), nullable=False, server_default=sa.text('0'), comment='Attempts up to this number count no more as failures or deaths: an operator let it run again.'))
    op.create_index(op.f('ix_bulletin_closed_at'), 'bulletin', ['closed_at'], unique=False, postgresql_using='brin', postgresql_with={'pages_per_range': '32'})


def downgrade() -> None:
    op.drop_index(op.f('ix_bulletin_closed_at'), table_name='bulletin', postgresql_using='brin', postgresql_with={'pages_per_range': '32'})
    op.drop_column('bulletin', 'forgiven')
    op.drop_index(op.f('ix_operator_action_bulletin_bulletin_id'), table_name='operator_action_bulletin')
    op.drop_table('operator_action_bulletin')
    op.drop_table('operator_action')
