"""API keys, and what the holders of some may see besides what is public.

Revision: 0014. Yesterday's code goes on beside it: it asks for no key.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('api_key',
    sa.Column('id', sa.Text(), nullable=False, comment='The public part of the key.'),
    sa.Column('hash', sa.LargeBinary(), nullable=False, comment='SHA-256 of the whole key, which is kept nowhere.'),
    sa.Column('label', sa.Text(), nullable=False, comment='Who holds it; keys of one label are one client.'),
    sa.Column('scopes', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('source', sa.Text(), nullable=True, comment='The only source for which it may post; null: any.'),
    sa.Column('per_minute', sa.Integer(), nullable=True, comment='Requests a minute; null: as the setting says.'),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True, comment='To the minute.'),
    sa.Column('replaces', sa.Text(), nullable=True, comment='The key whose place it took.'),
    sa.CheckConstraint("octet_length(hash) = 32", name=op.f('ck_api_key_hash')),
    sa.CheckConstraint("length(label) BETWEEN 1 AND 200", name=op.f('ck_api_key_label')),
    sa.CheckConstraint("cardinality(scopes) > 0", name=op.f('ck_api_key_scopes')),
    sa.CheckConstraint("source IS NULL OR 'post' = ANY (scopes)", name=op.f('ck_api_key_source')),
    sa.CheckConstraint("per_minute > 0", name=op.f('ck_api_key_per_minute')),
    sa.ForeignKeyConstraint(['replaces'], ['api_key.id'], name=op.f('fk_api_key_replaces_api_key')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_key')),
    comment='Who may ask for what. No row is ever deleted: it says who was allowed what, and until when.'
    )
    op.create_index(op.f('ix_api_key_replaces'), 'api_key', ['replaces'], unique=False, postgresql_where=sa.text('replaces IS NOT NULL'))
    op.execute("""
CREATE VIEW embargoed_article AS
SELECT id, source, external_id, current_version, pub_status, available_at, embargo_until FROM article
WHERE NOT announced AND pub_status = 'usable' AND embargo_until IS NOT NULL
""")


def downgrade() -> None:
    op.execute('DROP VIEW embargoed_article')
    op.drop_table('api_key')
