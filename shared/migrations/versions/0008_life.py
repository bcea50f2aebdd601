"""The life of an article: keys and their versions, embargo, withholding, kills, erasure, and who did it.

Revision: 0008, after 0007. Yesterday's code goes on beside it: what it adds is announced, has no key and no embargo.
"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


# docs/states.md draws these arrows; a test holds the two against each other.
_TRANSITIONS = """
CREATE OR REPLACE FUNCTION bulletin_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.status, NEW.status) NOT IN (
        ('queued', 'published'), ('queued', 'duplicate'), ('queued', 'quarantined'), ('queued', 'withdrawn'),{more}
        ('quarantined', 'queued'), ('quarantined', 'rejected'), ('quarantined', 'withdrawn')
    ) THEN
        RAISE EXCEPTION 'a bulletin never goes from % to %', OLD.status, NEW.status USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
"""

_OUTCOMES = "outcome IN ('published', 'duplicate', 'retry', 'quarantined', 'died', 'interrupted'{more})"

# What may be shown, and what may only be told of. Every query of a reader goes through one of these two.
_VIEWS = """
CREATE VIEW readable_article AS
SELECT id, source, external_id, current_version, pub_status, available_at FROM article
WHERE announced AND pub_status = 'usable';
CREATE VIEW recalled_article AS
SELECT id, pub_status, note, erased_at FROM article WHERE announced AND pub_status <> 'usable';
"""

_APPEND_ONLY = """
CREATE FUNCTION article_event_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was done to an article is never changed nor deleted' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER article_event_stays BEFORE UPDATE OR DELETE ON article_event
    FOR EACH ROW EXECUTE FUNCTION article_event_stays();
"""


def upgrade() -> None:
    op.create_table('bulletin_key',
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('external_id', sa.Text(), nullable=False),
    sa.Column('article_id', sa.Uuid(), nullable=False),
    sa.Column('embargo_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('source', 'external_id', name=op.f('pk_bulletin_key')),
    sa.UniqueConstraint('article_id', name=op.f('uq_bulletin_key_article_id')),
    comment="A sender's own key, and the article that all bulletins under it are versions of."
    )
    op.add_column('bulletin', sa.Column('article_id', sa.Uuid(), nullable=True, comment='Of the key under which it was put.'))
    op.add_column('bulletin', sa.Column('kind', sa.Text(), nullable=True))
    op.add_column('bulletin', sa.Column('note', sa.Text(), nullable=True))
    op.add_column('bulletin', sa.Column('embargo_until', sa.DateTime(timezone=True), nullable=True))
    op.create_foreign_key(op.f('fk_bulletin_article_id_bulletin_key'), 'bulletin', 'bulletin_key', ['article_id'], ['article_id'])
    op.create_check_constraint(op.f('ck_bulletin_kind'), 'bulletin', "kind IN ('revision', 'correction')")
    op.create_index('uq_bulletin_article_id_revision', 'bulletin', ['article_id', 'revision'], unique=True, postgresql_where=sa.text('article_id IS NOT NULL'))

    op.alter_column('article', 'exact_key', nullable=True, comment='Hash of the folded text, if no other article holds these words.', existing_comment='Hash of the folded text.')
    op.add_column('article', sa.Column('announced', sa.Boolean(), server_default=sa.text('true'), nullable=False, comment='Is it in the feed?'))
    op.add_column('article', sa.Column('note', sa.Text(), nullable=True, comment='What readers are told where it was.'))
    op.add_column('article', sa.Column('erased_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('article', sa.Column('heir_id', sa.Uuid(), nullable=True, comment='The bulletin that takes its place.'))
    op.create_index('ix_article_embargoed', 'article', ['embargo_until'], unique=False, postgresql_where=sa.text("NOT announced AND pub_status = 'usable'"))
    op.create_index('ix_article_heir', 'article', ['heir_id'], unique=False, postgresql_where=sa.text('heir_id IS NOT NULL'))
    op.add_column('article_version', sa.Column('exact_key', sa.LargeBinary(), nullable=True, comment="Hash of the folded text, of all versions of what was revised or under embargo."))
    op.add_column('article_version', sa.Column('note', sa.Text(), nullable=True))
    op.create_index('ix_article_version_exact_key', 'article_version', ['exact_key'], unique=False, postgresql_where=sa.text('exact_key IS NOT NULL'))
    op.add_column('raw_object', sa.Column('erased_at', sa.DateTime(timezone=True), nullable=True))

    op.create_table('article_event',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('article_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('actor', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_article_event_article_id_article')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_article_event')),
    comment='Who did what to an article, when and why. Append-only.'
    )
    op.create_index(op.f('ix_article_event_article_id_id'), 'article_event', ['article_id', 'id'], unique=False)
    op.drop_constraint(op.f('ck_attempt_outcome'), 'attempt', type_='check')
    op.create_check_constraint(op.f('ck_attempt_outcome'), 'attempt', _OUTCOMES.format(more=", 'withdrawn'"))
    op.execute(_TRANSITIONS.format(more=" ('duplicate', 'queued'),"))
    op.execute(_VIEWS)
    op.execute(_APPEND_ONLY)


def downgrade() -> None:
    op.execute('DROP VIEW recalled_article; DROP VIEW readable_article')
    op.execute(_TRANSITIONS.format(more=''))
    op.drop_constraint(op.f('ck_attempt_outcome'), 'attempt', type_='check')
    op.create_check_constraint(op.f('ck_attempt_outcome'), 'attempt', _OUTCOMES.format(more=''))
    op.drop_table('article_event')
    op.execute('DROP FUNCTION article_event_stays()')
    op.drop_column('raw_object', 'erased_at')
    op.drop_index('ix_article_version_exact_key', table_name='article_version')
    op.drop_column('article_version', 'note')
    op.drop_column('article_version', 'exact_key')
    op.drop_index('ix_article_heir', table_name='article')
    op.drop_index('ix_article_embargoed', table_name='article')
    for name in ('heir_id', 'erased_at', 'note', 'announced'):
        op.drop_column('article', name)
    op.alter_column('article', 'exact_key', nullable=False, comment='Hash of the folded text.', existing_comment='Hash of the folded text, if no other article holds these words.')
    op.drop_index('uq_bulletin_article_id_revision', table_name='bulletin')
    op.drop_constraint(op.f('ck_bulletin_kind'), 'bulletin', type_='check')
    op.drop_constraint(op.f('fk_bulletin_article_id_bulletin_key'), 'bulletin', type_='foreignkey')
    for name in ('embargo_until', 'note', 'kind', 'article_id'):
        op.drop_column('bulletin', name)
    op.drop_table('bulletin_key')
