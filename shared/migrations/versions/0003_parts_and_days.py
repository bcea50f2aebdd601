"""What reading finds: parts, credits, abbreviations, slips, notes, and the days to search by.

Revision: 0003, after 0002. Yesterday's code goes on beside it: every new column has a default or may be empty.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

_LISTS = ('items', 'abbreviations', 'slips', 'notes')
_DAYS = ('published_days', 'event_days', 'mentioned_days')

# Documents of yesterday lack the fields of today; readers get all of them, empty.
_COMPLETE = """
UPDATE article_version SET
    published = published || '{"method": "dates.none", "version": "1", "confidence": 1.0, "reason": "not looked for"}',
    blocks = (SELECT coalesce(jsonb_agg(one || '{"picture": null}' || _reason(one)), '[]') FROM jsonb_array_elements(blocks) one),
    dates = (SELECT coalesce(jsonb_agg(one || '{"written": [], "inferred": [], "lunar": null}' || _reason(one)), '[]')
             FROM jsonb_array_elements(dates) one),
    entities = (SELECT coalesce(jsonb_agg(one || _reason(one)), '[]') FROM jsonb_array_elements(entities) one)
""".replace('_reason(one)', """jsonb_build_object('basis', one->'basis' || '{"reason": ""}')""")


def upgrade() -> None:
    op.add_column('bulletin', sa.Column('published', sa.Date(), nullable=True, comment='The day of publication, where the newsroom gave it beside the text.'))
    # What is there has no event; readers are told so in the words of today.
    unknown = """'{"value": null, "basis": "unknown", "method": "dates.none", "version": "1", "confidence": 1.0,""" \
        """ "reason": "read before events were looked for", "evidence": []}'"""
    op.add_column('article_version', sa.Column('event', postgresql.JSONB(), nullable=False, server_default=sa.text(unknown)))
    op.alter_column('article_version', 'event', server_default=sa.text("'{}'"))
    for name in _LISTS:
        op.add_column('article_version', sa.Column(name, postgresql.JSONB(), nullable=False, server_default=sa.text("'[]'")))
    for name in ('byline', 'source_line'):
        op.add_column('article_version', sa.Column(name, postgresql.JSONB(), nullable=True))
    op.add_column('article_version', sa.Column('published_days', postgresql.DATERANGE(), nullable=True, comment='The day, or days, of `published`, to search by.'))
    op.add_column('article_version', sa.Column('event_days', postgresql.DATERANGE(), nullable=True, comment='The same of `event`.'))
    op.add_column('article_version', sa.Column('mentioned_days', postgresql.DATEMULTIRANGE(), nullable=True, comment='All days that `dates` speaks of.'))
    op.execute(_COMPLETE)
    for name in _DAYS:
        op.create_index(op.f(f'ix_article_version_{name}'), 'article_version', [name], unique=False, postgresql_using='gist')


def downgrade() -> None:
    for name in _DAYS:
        op.drop_index(op.f(f'ix_article_version_{name}'), table_name='article_version', postgresql_using='gist')
    for name in ('mentioned_days', 'event_days', 'published_days', 'source_line', 'byline', *reversed(_LISTS), 'event'):
        op.drop_column('article_version', name)
    op.drop_column('bulletin', 'published')
