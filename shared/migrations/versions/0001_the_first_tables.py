"""The first tables.

Revision: 0001, the first.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


# docs/states.md draws these arrows; a test holds the two against each other.
_TRANSITIONS = """
CREATE FUNCTION bulletin_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.status, NEW.status) NOT IN (
        ('queued', 'published'), ('queued', 'duplicate'), ('queued', 'quarantined'), ('queued', 'withdrawn'),
        ('quarantined', 'queued'), ('quarantined', 'rejected'), ('quarantined', 'withdrawn')
    ) THEN
        RAISE EXCEPTION 'a bulletin never goes from % to %', OLD.status, NEW.status USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bulletin_transition BEFORE UPDATE OF status ON bulletin
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION bulletin_transition();
"""


def upgrade() -> None:
    op.create_table('article',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('exact_key', sa.LargeBinary(), nullable=False, comment='Hash of the folded text.'),
    sa.Column('source', sa.Text(), nullable=True),
    sa.Column('external_id', sa.Text(), nullable=True),
    sa.Column('current_version', sa.Integer(), nullable=False),
    sa.Column('pub_status', sa.Text(), nullable=False),
    sa.Column('available_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('embargo_until', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("pub_status IN ('usable', 'withheld', 'canceled')", name=op.f('ck_article_pub_status')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_article')),
    sa.UniqueConstraint('exact_key', name=op.f('uq_article_exact_key')),
    comment='One row per article; its words are in its versions.'
    )
    op.create_table('attempt',
    sa.Column('bulletin_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('worker', sa.Text(), nullable=False),
    sa.Column('pipeline', sa.Text(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.Text(), nullable=True),
    sa.Column('error_class', sa.Text(), nullable=True),
    sa.Column('error', sa.Text(), nullable=True),
    sa.Column('stage_ms', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.CheckConstraint("outcome IN ('published', 'duplicate', 'retry', 'quarantined', 'died', 'interrupted')", name=op.f('ck_attempt_outcome')),
    sa.CheckConstraint('(ended_at IS NULL) = (outcome IS NULL)', name=op.f('ck_attempt_ended')),
    sa.PrimaryKeyConstraint('bulletin_id', 'number', name=op.f('pk_attempt')),
    comment='Who worked on which bulletin; a free bulletin with an attempt that has no end has killed its worker.'
    )
    op.create_index('ix_attempt_open', 'attempt', ['bulletin_id'], unique=False, postgresql_where=sa.text('ended_at IS NULL'))
    op.create_table('feed_head',
    sa.Column('id', sa.SmallInteger(), server_default=sa.text('1'), nullable=False),
    sa.Column('seq', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_feed_head_single')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feed_head')),
    comment='The newest number of the feed.',
    postgresql_with={'fillfactor': '10'}
    )
    op.create_table('raw_object',
    sa.Column('sha256', sa.LargeBinary(), nullable=False),
    sa.Column('bytes', sa.LargeBinary(), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('sha256', name=op.f('pk_raw_object')),
    comment='The bytes as they were received, kept for ever, once per content.'
    )
    op.create_table('worker_heartbeat',
    sa.Column('worker', sa.Text(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('pipeline', sa.Text(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('progress_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("role IN ('worker', 'sweep')", name=op.f('ck_worker_heartbeat_role')),
    sa.PrimaryKeyConstraint('worker', name=op.f('pk_worker_heartbeat')),
    comment='One row per worker and sweep process: when it was last seen, and when it last made progress.'
    )
    op.create_table('bulletin',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('client', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('idem_key', sa.Text(), nullable=True),
    sa.Column('fingerprint', sa.LargeBinary(), nullable=True, comment='SHA-256 of the request that used idem_key.'),
    sa.Column('source', sa.Text(), nullable=True),
    sa.Column('external_id', sa.Text(), nullable=True),
    sa.Column('revision', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.Column('priority', sa.SmallInteger(), nullable=False),
    sa.Column('media_type', sa.Text(), nullable=False),
    sa.Column('charset', sa.Text(), nullable=False),
    sa.Column('raw_sha256', sa.LargeBinary(), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=False),
    sa.Column('traceparent', sa.Text(), nullable=True),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('status', sa.Text(), server_default=sa.text("'queued'"), nullable=False),
    sa.Column('run_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('rung_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('suspect', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('error_class', sa.Text(), nullable=True),
    sa.Column('last_error', sa.Text(), nullable=True),
    sa.CheckConstraint("(status = 'queued') = (closed_at IS NULL)", name=op.f('ck_bulletin_closed')),
    sa.CheckConstraint("status IN ('queued', 'published', 'duplicate', 'rejected', 'quarantined', 'withdrawn')", name=op.f('ck_bulletin_status')),
    sa.ForeignKeyConstraint(['raw_sha256'], ['raw_object.sha256'], name=op.f('fk_bulletin_raw_sha256_raw_object')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bulletin')),
    sa.UniqueConstraint('client', 'idem_key', name=op.f('uq_bulletin_client_idem_key')),
    comment='One row per accepted bulletin: the truth, the queue and its own outbox.',
    postgresql_with={'fillfactor': '70'}
    )
    op.create_index('ix_bulletin_quarantined', 'bulletin', ['error_class'], unique=False, postgresql_where=sa.text("status = 'quarantined'"))
    op.create_index('ix_bulletin_suspect', 'bulletin', ['run_at'], unique=False, postgresql_where=sa.text("status = 'queued' AND suspect"))
    op.create_index('ix_bulletin_waiting', 'bulletin', ['priority', 'run_at'], unique=False, postgresql_where=sa.text("status = 'queued'"))
    op.create_table('change',
    sa.Column('seq', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('type', sa.Text(), nullable=False),
    sa.Column('article_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_change_article_id_article')),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_change')),
    comment='The feed: gapless, in the order of commits.'
    )
    op.create_index(op.f('ix_change_article_id_seq'), 'change', ['article_id', 'seq'], unique=False)
    op.create_index(op.f('ix_change_type_seq'), 'change', ['type', 'seq'], unique=False)
    op.create_table('article_version',
    sa.Column('article_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('bulletin_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('pipeline', sa.Text(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('valid_from', sa.DateTime(timezone=True), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False, comment='As filed; every offset points into it.'),
    sa.Column('published', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('blocks', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('dates', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('entities', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.CheckConstraint("kind IN ('first', 'revision', 'correction')", name=op.f('ck_article_version_kind')),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_article_version_article_id_article')),
    sa.ForeignKeyConstraint(['bulletin_id'], ['bulletin.id'], name=op.f('fk_article_version_bulletin_id_bulletin')),
    sa.PrimaryKeyConstraint('article_id', 'version', name=op.f('pk_article_version')),
    sa.UniqueConstraint('bulletin_id', name=op.f('uq_article_version_bulletin_id')),
    comment='The words of an article and what was found in them, version by version.'
    )
    op.create_table('duplicate_relation',
    sa.Column('bulletin_id', sa.Uuid(), nullable=False),
    sa.Column('original_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('score', sa.REAL(), nullable=False),
    sa.Column('method', sa.Text(), nullable=False),
    sa.Column('method_version', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('decided_by', sa.Text(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("decided_by IN ('rule', 'person')", name=op.f('ck_duplicate_relation_decided_by')),
    sa.CheckConstraint("kind IN ('exact', 'near', 'revision', 'same_event')", name=op.f('ck_duplicate_relation_kind')),
    sa.ForeignKeyConstraint(['bulletin_id'], ['bulletin.id'], name=op.f('fk_duplicate_relation_bulletin_id_bulletin')),
    sa.ForeignKeyConstraint(['original_id'], ['article.id'], name=op.f('fk_duplicate_relation_original_id_article')),
    sa.PrimaryKeyConstraint('bulletin_id', name=op.f('pk_duplicate_relation')),
    comment='A bulletin that says what an article already says.'
    )
    op.create_index(op.f('ix_duplicate_relation_original_id'), 'duplicate_relation', ['original_id'], unique=False)
    op.execute("INSERT INTO feed_head DEFAULT VALUES")
    op.execute(_TRANSITIONS)


def downgrade() -> None:
    op.drop_index(op.f('ix_duplicate_relation_original_id'), table_name='duplicate_relation')
    op.drop_table('duplicate_relation')
    op.drop_table('article_version')
    op.drop_index(op.f('ix_change_type_seq'), table_name='change')
    op.drop_index(op.f('ix_change_article_id_seq'), table_name='change')
    op.drop_table('change')
    op.drop_index('ix_bulletin_waiting', table_name='bulletin', postgresql_where=sa.text("status = 'queued'"))
    op.drop_index('ix_bulletin_suspect', table_name='bulletin', postgresql_where=sa.text("status = 'queued' AND suspect"))
    op.drop_index('ix_bulletin_quarantined', table_name='bulletin', postgresql_where=sa.text("status = 'quarantined'"))
    op.drop_table('bulletin')
    op.drop_table('worker_heartbeat')
    op.drop_table('raw_object')
    op.drop_table('feed_head')
    op.drop_index('ix_attempt_open', table_name='attempt', postgresql_where=sa.text('ended_at IS NULL'))
    op.drop_table('attempt')
    op.drop_table('article')
    op.execute("DROP FUNCTION bulletin_transition()")
