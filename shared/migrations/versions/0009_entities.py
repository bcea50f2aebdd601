"""Entities across articles: who and what they name, under one id.

Revision: 0009, after 0008. New tables only: yesterday's code goes on beside them.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

_TABLES = ('entity_decision', 'article_entity', 'entity_fact', 'entity_alias', 'entity')


def upgrade() -> None:
    op.create_table('entity',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('type', sa.Text(), nullable=False),
        sa.Column('key', sa.Text(), comment='What it is known by; of a person the folded name, null where only a frequent name is known.'),
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('name_order', sa.Text(collation='C'), nullable=False, comment='The name, to sort by in Vietnamese order.'),
        sa.Column('lead_id', sa.Uuid(), comment='The entity into which a person merged this one; null: it stands for itself.'),
        sa.Column('created_at', sa.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("type IN ('person', 'organization', 'place', 'document')", name=op.f('ck_entity_type')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_entity')),
        comment='Someone or something that articles name.',
    )
    op.create_index(op.f('ix_entity_key'), 'entity', ['key'], postgresql_where=sa.text("type = 'person' AND key IS NOT NULL"))
    op.create_index(op.f('ix_entity_lead_id'), 'entity', ['lead_id'], postgresql_where=sa.text('lead_id IS NOT NULL'))
    op.create_index(op.f('ix_entity_name_order_id'), 'entity', ['name_order', 'id'], postgresql_where=sa.text('lead_id IS NULL'))
    op.create_index(op.f('ix_entity_type_name_order_id'), 'entity', ['type', 'name_order', 'id'], postgresql_where=sa.text('lead_id IS NULL'))
    op.create_table('entity_alias',
        sa.Column('entity_id', sa.Uuid(), nullable=False),
        sa.Column('alias', sa.Text(), nullable=False),
        sa.Column('folded', sa.Text(collation='C'), nullable=False),
        sa.Column('bare', sa.Text(collation='C'), nullable=False, comment='Without accents.'),
        sa.Column('words', postgresql.TSVECTOR(), sa.Computed("to_tsvector('simple'::regconfig, bare)", persisted=True)),
        sa.PrimaryKeyConstraint('entity_id', 'alias', name=op.f('pk_entity_alias')),
        comment='What an entity is called.',
    )
    op.create_index(op.f('ix_entity_alias_bare'), 'entity_alias', ['bare'])
    op.create_index(op.f('ix_entity_alias_words'), 'entity_alias', ['words'], postgresql_using='gin')
    op.create_table('entity_fact',
        sa.Column('entity_id', sa.Uuid(), nullable=False),
        sa.Column('quarter', sa.Date(), nullable=False, comment='The first day of the quarter; 0001-01-01: not known.'),
        sa.Column('service', sa.Text(), nullable=False),
        sa.Column('rank', sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column('post', sa.Text(), nullable=False),
        sa.Column('body', sa.Text(), nullable=False),
        sa.Column('province', sa.Text(), nullable=False),
        sa.Column('level', sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint('entity_id', 'quarter', 'service', 'rank', 'post', 'body', 'province', 'level', name=op.f('pk_entity_fact')),
        comment='What a person is compared by: rank, post, body and province, by quarters. Empty or 0: not said.',
    )
    op.create_table('article_entity',
        sa.Column('article_id', sa.Uuid(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('entity_id', sa.Uuid(), nullable=False),
        sa.Column('type', sa.Text(), nullable=False),
        sa.Column('name', sa.Text(), nullable=False, comment='The fullest name that the article gives it.'),
        sa.Column('day', sa.Date(), comment='Of the article: published, else of the event.'),
        sa.Column('rank', sa.Text()),
        sa.Column('posts', postgresql.JSONB(), comment='[{text, organisation}] of a person.'),
        sa.Column('facts', postgresql.JSONB(), comment='Of a person: the rows of entity_fact that this article gives.'),
        sa.Column('spans', postgresql.ARRAY(sa.Integer()), nullable=False, comment='start, end, start, end, ...: into the text as filed.'),
        sa.Column('confidence', sa.REAL(), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False, comment='Why it is this entity.'),
        sa.Column('decision_id', sa.Uuid(), comment='The decision of a person that says so, where one does.'),
        sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_article_entity_article_id_article')),
        sa.PrimaryKeyConstraint('article_id', 'version', 'entity_id', name=op.f('pk_article_entity')),
        comment='Which entities a version of an article names, and what it says of them.',
    )
    op.create_index(op.f('ix_article_entity_entity_id_day'), 'article_entity', ['entity_id', 'day'])
    op.create_table('entity_decision',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('kind', sa.Text(), nullable=False),
        sa.Column('decided_by', sa.Text(), nullable=False),
        sa.Column('actor', sa.Text(), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('decided_at', sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column('entity_id', sa.Uuid(), nullable=False, comment='Merged into another, or split.'),
        sa.Column('into_id', sa.Uuid(), nullable=False, comment='What it was merged into, or what the articles were given to.'),
        sa.Column('articles', postgresql.ARRAY(sa.Uuid()), comment='Of a split: the articles that were given to the other.'),
        sa.Column('were', postgresql.ARRAY(sa.Uuid()), comment='Of a split: the entity that each of its articles named before.'),
        sa.Column('undoes', sa.Uuid(), comment='The decision that no longer holds because of this one.'),
        sa.CheckConstraint("kind IN ('merge', 'split', 'undo')", name=op.f('ck_entity_decision_kind')),
        sa.CheckConstraint("decided_by IN ('rule', 'person')", name=op.f('ck_entity_decision_decided_by')),
        sa.CheckConstraint("(kind = 'undo') = (undoes IS NOT NULL)", name=op.f('ck_entity_decision_undoes')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_entity_decision')),
        sa.UniqueConstraint('undoes', name=op.f('uq_entity_decision_undoes')),
        comment='Merges and splits, and what undid them; nothing is ever deleted.',
    )
    op.create_index(op.f('ix_entity_decision_entity_id'), 'entity_decision', ['entity_id'])
    op.create_index(op.f('ix_entity_decision_into_id'), 'entity_decision', ['into_id'])


def downgrade() -> None:
    for name in _TABLES:
        op.drop_table(name)
