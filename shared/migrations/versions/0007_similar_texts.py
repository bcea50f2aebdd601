"""Similar texts: what articles say, the keys under which they are found, and relations with what differs.

Revision: 0007, after 0006. Yesterday's code goes on beside it: it keeps one relation a bulletin, and no fingerprints.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

_KINDS = "kind IN ('exact', 'near', 'revision', 'same_event'{more})"


def upgrade() -> None:
    op.create_table('article_fingerprint',
    sa.Column('number', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('article_id', sa.Uuid(), nullable=False),
    sa.Column('said', sa.LargeBinary(), nullable=False, comment='What counts of its text, packed.'),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_article_fingerprint_article_id_article')),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_article_fingerprint')),
    sa.UniqueConstraint('article_id', name=op.f('uq_article_fingerprint_article_id')),
    comment='What the next bulletins are held against; the articles by numbers that are half as long as their ids.'
    )
    # Packed already: to try again costs time and gains nothing.
    op.execute('ALTER TABLE article_fingerprint ALTER COLUMN said SET STORAGE EXTERNAL')
    op.create_table('article_band',
    sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('number', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('key', 'number', name=op.f('pk_article_band')),
    comment='Which articles are found under a key of 63 bits that similar texts share.'
    )
    op.add_column('duplicate_relation', sa.Column('spans', postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False, comment='Where the two filed texts differ.'))
    op.drop_constraint(op.f('pk_duplicate_relation'), 'duplicate_relation', type_='primary')
    op.create_primary_key(op.f('pk_duplicate_relation'), 'duplicate_relation', ['bulletin_id', 'original_id'])
    op.drop_constraint(op.f('ck_duplicate_relation_kind'), 'duplicate_relation', type_='check')
    op.create_check_constraint(op.f('ck_duplicate_relation_kind'), 'duplicate_relation', _KINDS.format(more=", 'none'"))
    op.create_table_comment('duplicate_relation', 'What a bulletin is to an earlier article; none: the same form of words with other values.', existing_comment='A bulletin that says what an article already says.')


def downgrade() -> None:
    op.create_table_comment('duplicate_relation', 'A bulletin that says what an article already says.')
    op.execute("DELETE FROM duplicate_relation WHERE kind NOT IN ('exact', 'near')")
    op.drop_constraint(op.f('ck_duplicate_relation_kind'), 'duplicate_relation', type_='check')
    op.create_check_constraint(op.f('ck_duplicate_relation_kind'), 'duplicate_relation', _KINDS.format(more=''))
    op.drop_constraint(op.f('pk_duplicate_relation'), 'duplicate_relation', type_='primary')
    op.create_primary_key(op.f('pk_duplicate_relation'), 'duplicate_relation', ['bulletin_id'])
    op.drop_column('duplicate_relation', 'spans')
    op.drop_table('article_band')
    op.drop_table('article_fingerprint')
