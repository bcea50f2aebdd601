"""Search: by what each article is found, in a table of its own.

Revision: 0012, after 0011. Yesterday's code goes on beside it; what it makes has no row here until the sweep has seen it.
What is there already is found by its days, places and sender at once, and by its words when the sweep has come by.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


_WHAT_IS_THERE = """
INSERT INTO article_search (article_id, version, at, published_on, event_on, published_days, event_days, mentioned_days,
                            provinces, form, vector)
SELECT article.id, version, available_at, coalesce(lower(published_days), '0001-01-01'),
       coalesce(lower(event_days), '0001-01-01'), published_days, event_days, mentioned_days,
       ARRAY(SELECT substr(term, 10) FROM unnest(place_terms) AS term WHERE starts_with(term, 'province ')),
       0, array_to_tsvector(array_remove('@source ' || article.source || ARRAY(SELECT '@' || term FROM unnest(place_terms) AS term), NULL))
FROM article JOIN article_version ON article_id = article.id AND version = current_version
WHERE erased_at IS NULL
"""

# The bytes that readable articles were made of, for who asks where in them a value stands.
_VIEW = """
CREATE VIEW readable_bytes AS
SELECT article_version.article_id, article_version.version, bulletin.media_type, bulletin.charset, raw_object.bytes
FROM readable_article JOIN article_version ON article_version.article_id = readable_article.id
JOIN bulletin ON bulletin.id = article_version.bulletin_id JOIN raw_object ON raw_object.sha256 = bulletin.raw_sha256
"""

_DAYS = ('published_days', 'event_days', 'mentioned_days')


def upgrade() -> None:
    op.create_table('article_search',
    sa.Column('article_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False, comment='When it became readable.'),
    sa.Column('published_on', sa.Date(), nullable=False, comment='The first day of `published`; 0001-01-01: not known.'),
    sa.Column('event_on', sa.Date(), nullable=False, comment='The same of `event`.'),
    sa.Column('published_days', postgresql.DATERANGE(), nullable=True),
    sa.Column('event_days', postgresql.DATERANGE(), nullable=True),
    sa.Column('mentioned_days', postgresql.DATEMULTIRANGE(), nullable=True),
    sa.Column('provinces', postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False, comment='Codes of provinces of today.'),
    sa.Column('form', sa.SmallInteger(), nullable=False, comment='Of which form of shared/orthography/lexemes.py the vector is.'),
    sa.Column('vector', postgresql.TSVECTOR(), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_article_search_article_id_article')),
    sa.PrimaryKeyConstraint('article_id', name=op.f('pk_article_search')),
    comment='By what the current version of each article is found.'
    )
    op.execute(_WHAT_IS_THERE)
    op.create_index(op.f('ix_article_search_vector'), 'article_search', ['vector'], postgresql_using='gin', postgresql_with={'gin_pending_list_limit': 1024})
    op.create_index(op.f('ix_article_search_at_article_id'), 'article_search', ['at', 'article_id'])
    op.create_index(op.f('ix_article_search_published_on_article_id'), 'article_search', ['published_on', 'article_id'])
    op.create_index(op.f('ix_article_search_event_on_article_id'), 'article_search', ['event_on', 'article_id'])
    for name in _DAYS:
        op.create_index(op.f(f'ix_article_search_{name}'), 'article_search', [name], postgresql_using='gist')
        op.drop_index(op.f(f'ix_article_version_{name}'), table_name='article_version')
    op.drop_index(op.f('ix_article_version_place_terms'), table_name='article_version')

    op.create_table('reader_secret',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('value', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_reader_secret')),
    comment='What the read API signs with where no setting gives it.'
    )
    op.execute("INSERT INTO reader_secret SELECT 'cursor', uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())")
    op.execute(_VIEW)


def downgrade() -> None:
    op.execute('DROP VIEW readable_bytes')
    op.drop_table('reader_secret')
    op.create_index(op.f('ix_article_version_place_terms'), 'article_version', ['place_terms'], postgresql_using='gin')
    for name in _DAYS:
        op.create_index(op.f(f'ix_article_version_{name}'), 'article_version', [name], postgresql_using='gist')
    op.drop_table('article_search')
