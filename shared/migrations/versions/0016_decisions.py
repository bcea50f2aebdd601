"""A person's decisions on duplicates and stories, and articles that are read again.

Revision: 0016, after 0015. Yesterday's code goes on beside it: what it reads is as hidden as the views say, and only a
revision that it makes of an article that a person found to be a duplicate is told in the feed.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


_VIEWS = """
CREATE OR REPLACE VIEW readable_article AS
SELECT id, source, external_id, current_version, pub_status, available_at FROM article
WHERE announced AND pub_status = 'usable' AND duplicate_of IS NULL;
CREATE OR REPLACE VIEW recalled_article AS
SELECT id, pub_status, note, erased_at, duplicate_of FROM article
WHERE announced AND (pub_status <> 'usable' OR duplicate_of IS NOT NULL);
"""
_VIEWS_BEFORE = """
DROP VIEW recalled_article;
CREATE OR REPLACE VIEW readable_article AS
SELECT id, source, external_id, current_version, pub_status, available_at FROM article
WHERE announced AND pub_status = 'usable';
CREATE VIEW recalled_article AS
SELECT id, pub_status, note, erased_at FROM article WHERE announced AND pub_status <> 'usable';
"""

_APPEND_ONLY = """
CREATE FUNCTION article_decision_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- What was before holds words of articles, which may be erased.
    IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - 'before' = to_jsonb(NEW) - 'before' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'what was decided is never changed nor deleted: undo it' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER article_decision_stays BEFORE UPDATE OR DELETE ON article_decision
    FOR EACH ROW EXECUTE FUNCTION article_decision_stays();
"""


def upgrade() -> None:
    op.add_column('article', sa.Column('duplicate_of', sa.Uuid(), nullable=True, comment='The article that it is a duplicate of, because a person said so.'))
    op.create_foreign_key(op.f('fk_article_duplicate_of_article'), 'article', 'article', ['duplicate_of'], ['id'])
    op.create_index('ix_article_duplicate_of', 'article', ['duplicate_of'], unique=False, postgresql_where=sa.text('duplicate_of IS NOT NULL'))
    op.add_column('story', sa.Column('decided', sa.Boolean(), server_default=sa.text('false'), nullable=False, comment='A person has said what belongs to it: no rule merges it with another such story.'))
    op.execute(_VIEWS)
    op.create_table('article_decision',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('bulletin_id', sa.Uuid(), nullable=True, comment='What was related.'),
    sa.Column('original_id', sa.Uuid(), nullable=True, comment='To which article.'),
    sa.Column('relation', sa.Text(), nullable=True),
    sa.Column('story_id', sa.Uuid(), nullable=True, comment='What was merged, or split.'),
    sa.Column('into_id', sa.Uuid(), nullable=True, comment='The story that it went into.'),
    sa.Column('articles', postgresql.ARRAY(sa.Uuid()), nullable=True, comment='Those that went there.'),
    sa.Column('before', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    sa.Column('actor', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('undoes', sa.Uuid(), nullable=True),
    sa.CheckConstraint("kind IN ('relation', 'merge', 'split', 'gather', 'undo')", name=op.f('ck_article_decision_kind')),
    sa.CheckConstraint("relation IN ('exact', 'near', 'revision', 'same_event', 'none')", name=op.f('ck_article_decision_relation')),
    sa.ForeignKeyConstraint(['bulletin_id'], ['bulletin.id'], name=op.f('fk_article_decision_bulletin_id_bulletin')),
    sa.ForeignKeyConstraint(['original_id'], ['article.id'], name=op.f('fk_article_decision_original_id_article')),
    sa.ForeignKeyConstraint(['story_id'], ['story.id'], name=op.f('fk_article_decision_story_id_story')),
    sa.ForeignKeyConstraint(['into_id'], ['story.id'], name=op.f('fk_article_decision_into_id_story')),
    sa.ForeignKeyConstraint(['undoes'], ['article_decision.id'], name=op.f('fk_article_decision_undoes_article_decision')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_article_decision')),
    sa.UniqueConstraint('undoes', name=op.f('uq_article_decision_undoes')),
    comment='What a person decided of duplicates and stories, when and why.'
    )
    for column in ('bulletin_id', 'original_id', 'story_id', 'into_id'):
        op.create_index(op.f(f'ix_article_decision_{column}_id'), 'article_decision', [column, 'id'], unique=False, postgresql_where=sa.text(f'{column} IS NOT NULL'))
    op.execute(_APPEND_ONLY)


    op.create_table('article_reading',
    sa.Column('article_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('reading', sa.Integer(), nullable=False),
    sa.Column('pipeline', sa.Text(), nullable=False),
    sa.Column('found', postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment='Title and findings, by their names.'),
    sa.Column('replaced_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['article_id', 'version'], ['article_version.article_id', 'article_version.version'], name=op.f('fk_article_reading_article_id_version_article_version')),
    sa.PrimaryKeyConstraint('article_id', 'version', 'reading', name=op.f('pk_article_reading')),
    comment='What was found in a version by earlier pipelines.'
    )
    op.create_table('replay',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('pipeline', sa.Text(), nullable=False),
    sa.Column('selection', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('after', sa.Uuid(), nullable=False, comment='Articles up to this id are done.'),
    sa.Column('report', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_replay')),
    comment='What was read again, how far that has come, and what came of it.'
    )
    op.create_index('uq_replay_unfinished', 'replay', ['pipeline', 'selection'], unique=True, postgresql_where=sa.text('finished_at IS NULL'))


def downgrade() -> None:
    op.drop_table('replay')
    op.drop_table('article_reading')
    op.drop_table('article_decision')
    op.execute('DROP FUNCTION article_decision_stays()')
    op.execute(_VIEWS_BEFORE)
    op.drop_column('story', 'decided')
    op.drop_index('ix_article_duplicate_of', table_name='article')
    op.drop_constraint(op.f('fk_article_duplicate_of_article'), 'article', type_='foreignkey')
    op.drop_column('article', 'duplicate_of')
