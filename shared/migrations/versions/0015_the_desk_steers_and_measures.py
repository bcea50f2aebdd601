"""The desk steers and measures: pauses and limits, long repairs, the workers' daybook, probes.

Revision: 0015, after 0014. Yesterday's code goes on beside it: what is new has defaults or may be null. Yesterday's workers
heed no pause; those of today do.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

_COUNTS = ('finished', 'duplicates', 'quarantined', 'unread', 'dates', 'dates_refused', 'places', 'places_open')
_TOLD = {
    'unread': 'Refused at the door: bytes that are no text in any charset.',
    'dates': 'Expressions of time that were understood.',
    'dates_refused': 'Those that no calendar has.',
    'places': 'Places that were named.',
    'places_open': 'Those of which the unit is not known.',
}


def upgrade() -> None:
    op.create_table('ops_setting',
    sa.Column('queue', sa.Text(), nullable=False),
    sa.Column('paused', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('most', sa.Integer(), nullable=True, comment='Transactions that may work on it at once, in all workers together; null: any.'),
    sa.Column('actor', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("queue IN ('all', 'flash', 'normal')", name=op.f('ck_ops_setting_queue')),
    sa.CheckConstraint('most > 0', name=op.f('ck_ops_setting_most')),
    sa.PrimaryKeyConstraint('queue', name=op.f('pk_ops_setting')),
    comment='What operators stopped or slowed down; every claim asks. No row: all goes as it comes.'
    )
    op.create_table('repair_job',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('action_id', sa.BigInteger(), nullable=False),
    sa.Column('action', sa.Text(), nullable=False),
    sa.Column('filter', postgresql.JSONB(), nullable=False, comment='Which were meant.'),
    sa.Column('rate', sa.REAL(), nullable=False, comment='Bulletins a second, at most.'),
    sa.Column('state', sa.Text(), server_default=sa.text("'running'"), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('matched', sa.Integer(), nullable=False, comment='How many were meant when it was asked for.'),
    sa.Column('done', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('after_id', sa.Uuid(), nullable=False, comment='How far it has come, in the order of ids.'),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False, comment='When its next piece may be done.'),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("action IN ('replay', 'discard')", name=op.f('ck_repair_job_action')),
    sa.CheckConstraint("state IN ('running', 'stopped', 'finished')", name=op.f('ck_repair_job_state')),
    sa.CheckConstraint('rate > 0', name=op.f('ck_repair_job_rate')),
    sa.ForeignKeyConstraint(['action_id'], ['operator_action.id'], name=op.f('fk_repair_job_action_id_operator_action')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_repair_job')),
    comment='Long repairs, done piece by piece at a pace.'
    )
    op.create_index('ix_repair_job_running', 'repair_job', ['due_at'], unique=False, postgresql_where=sa.text("state = 'running'"))
    op.create_table('daybook_page',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('latency', postgresql.JSONB(), nullable=False, comment='[[measure, bucket, count], ...]'),
    sa.Column('sources', postgresql.JSONB(), nullable=False, comment='[{hour, source, and counts as in source_hour}, ...]'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_daybook_page')),
    comment='What the last transactions of the workers did, before it is added up.'
    )
    op.create_table('latency_minute',
    sa.Column('minute', sa.DateTime(timezone=True), nullable=False),
    sa.Column('measure', sa.Text(), nullable=False, comment='A stage, or waiting, closing, readable.'),
    sa.Column('bucket', sa.SmallInteger(), autoincrement=False, nullable=False, comment='See shared/latency.py.'),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('minute', 'measure', 'bucket', name=op.f('pk_latency_minute')),
    comment='How often something took how long, by minutes.'
    )
    op.create_table('source_hour',
    sa.Column('hour', sa.DateTime(timezone=True), nullable=False, comment='In which its bulletins were accepted.'),
    sa.Column('source', sa.Text(), nullable=False),
    *(sa.Column(name, sa.Integer(), nullable=False, comment=_TOLD.get(name)) for name in _COUNTS),
    sa.PrimaryKeyConstraint('hour', 'source', name=op.f('pk_source_hour')),
    comment='What came from each source, hour by hour, and what was made of it.'
    )
    op.create_index(op.f('ix_source_hour_source_hour'), 'source_hour', ['source', 'hour'], unique=False)
    op.create_table('probe',
    sa.Column('bulletin_id', sa.Uuid(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('accepted_seconds', sa.REAL(), nullable=True, comment='From sending to the answer 202.'),
    sa.Column('readable_seconds', sa.REAL(), nullable=True, comment='From that answer until it was seen finished.'),
    sa.Column('error', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('bulletin_id', name=op.f('pk_probe')),
    comment='The synthetic bulletins that are sent end to end, and how long they took; their rows go after a day.'
    )
    op.create_index(op.f('ix_probe_sent_at'), 'probe', ['sent_at'], unique=False)
    op.add_column('bulletin', sa.Column('error_stage', sa.Text(), nullable=True, comment='The stage in which it failed.'))
    op.add_column('bulletin', sa.Column('probe', sa.Boolean(), server_default=sa.text('false'), nullable=False, comment='A synthetic bulletin that measures; no reader ever sees what is made of it.'))
    op.create_index('ix_bulletin_held', 'bulletin', ['id'], unique=False, postgresql_where=sa.text("status = 'quarantined'"))
    op.create_index('ix_bulletin_probe', 'bulletin', ['received_at'], unique=False, postgresql_where=sa.text('probe'))
    op.add_column('attempt', sa.Column('error_stage', sa.Text(), nullable=True, comment='The stage in which it failed.'))
    op.create_index('ix_attempt_died', 'attempt', ['ended_at'], unique=False, postgresql_where=sa.text("outcome = 'died'"))
    op.add_column('worker_heartbeat', sa.Column('memory_bytes', sa.BigInteger(), nullable=True, comment='Of the process and its children together; null: not known.'))
    op.add_column('worker_heartbeat', sa.Column('children', postgresql.ARRAY(sa.Integer()), nullable=True, comment='The numbers of its child processes.'))


def downgrade() -> None:
    op.drop_column('worker_heartbeat', 'children')
    op.drop_column('worker_heartbeat', 'memory_bytes')
    op.drop_index('ix_attempt_died', table_name='attempt', postgresql_where=sa.text("outcome = 'died'"))
    op.drop_column('attempt', 'error_stage')
    op.drop_index('ix_bulletin_probe', table_name='bulletin', postgresql_where=sa.text('probe'))
    op.drop_index('ix_bulletin_held', table_name='bulletin', postgresql_where=sa.text("status = 'quarantined'"))
    op.drop_column('bulletin', 'probe')
    op.drop_column('bulletin', 'error_stage')
    for table in ('probe', 'source_hour', 'latency_minute', 'daybook_page', 'repair_job', 'ops_setting'):
        op.drop_table(table)
