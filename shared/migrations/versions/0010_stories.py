"""Stories: which articles tell of one event, and by what that is told.

Revision: 0010, after 0009. Yesterday's code goes on beside it: its articles belong to no story.
"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('story',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('lead_id', sa.Uuid(), nullable=True, comment='The story that this one was merged into; null: it stands for itself.'),
    sa.Column('first_at', sa.DateTime(timezone=True), nullable=False, comment='When the first of its articles was accepted.'),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=False, comment='When the last one was.'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_story')),
    comment='Articles on one event.'
    )
    op.create_index(op.f('ix_story_last_at_id'), 'story', ['last_at', 'id'], unique=False, postgresql_where=sa.text('lead_id IS NULL'))
    op.create_index(op.f('ix_story_lead_id'), 'story', ['lead_id'], unique=False, postgresql_where=sa.text('lead_id IS NOT NULL'))
    op.create_table('story_member',
    sa.Column('article_id', sa.Uuid(), nullable=False),
    sa.Column('story_id', sa.Uuid(), nullable=False),
    sa.Column('other_id', sa.Uuid(), nullable=True, comment='The article by which it was told to belong here; null: the first.'),
    sa.Column('score', sa.REAL(), nullable=False),
    sa.Column('method', sa.Text(), nullable=False),
    sa.Column('method_version', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_story_member_article_id_article')),
    sa.ForeignKeyConstraint(['story_id'], ['story.id'], name=op.f('fk_story_member_story_id_story')),
    sa.PrimaryKeyConstraint('article_id', name=op.f('pk_story_member')),
    comment='Which story an article tells, and why.'
    )
    op.create_index(op.f('ix_story_member_story_id_received_at_article_id'), 'story_member', ['story_id', 'received_at', 'article_id'], unique=False)
    op.create_table('article_sketch',
    sa.Column('number', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('article_id', sa.Uuid(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('pairs', sa.LargeBinary(), nullable=False, comment='Its most telling pairs of words, packed.'),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_article_sketch_article_id_article')),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_article_sketch')),
    sa.UniqueConstraint('article_id', name=op.f('uq_article_sketch_article_id')),
    comment='By what articles on one event are told.'
    )
    # Hashes and weights: there is nothing to compress.
    op.execute('ALTER TABLE article_sketch ALTER COLUMN pairs SET STORAGE EXTERNAL')
    op.create_table('sketch_key',
    sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('number', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('key', 'number', name=op.f('pk_sketch_key')),
    comment='Which articles have a telling pair of words.'
    )


def downgrade() -> None:
    op.drop_table('sketch_key')
    op.drop_table('article_sketch')
    op.drop_table('story_member')
    op.drop_table('story')
