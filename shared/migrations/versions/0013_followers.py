"""Followers: the feed as it is filtered; consumers, webhooks and their deliveries.

Revision: 0013, after 0012. Yesterday's code goes on beside it: it knows none of this.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

# The source of what is in the feed was told to readers when it was published. It must be known of what was withheld or
# killed too: whoever follows a source has to hear of that.
_VIEW = """
CREATE VIEW followed_change AS
SELECT change.seq, change.type, change.article_id, change.version, change.at, article.source
FROM change JOIN article ON article.id = change.article_id
"""


def upgrade() -> None:
    op.execute(_VIEW)
    op.create_table('consumer',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('filter', postgresql.JSONB(), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=False, comment='The last position of the feed that it has acknowledged.'),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('acked_at', sa.DateTime(timezone=True), nullable=True, comment='When it last acknowledged a position.'),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_consumer')),
    comment='Who follows the feed under a name.'
    )
    op.create_table('webhook',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('filter', postgresql.JSONB(), nullable=False),
    sa.Column('format', sa.Text(), nullable=False),
    sa.Column('secret', sa.Text(), nullable=False, comment='Signatures are made with it, so it cannot be kept as a hash.'),
    sa.Column('old_secret', sa.Text(), nullable=True),
    sa.Column('old_secret_until', sa.DateTime(timezone=True), nullable=True, comment='Until then deliveries are signed with both.'),
    sa.Column('position', sa.BigInteger(), nullable=False, comment='Up to here its deliveries are made.'),
    sa.Column('disabled', sa.Text(), nullable=True, comment='Why nothing is sent; null: it is enabled.'),
    sa.Column('disabled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('failing_since', sa.DateTime(timezone=True), nullable=True, comment='The first failure since anything was delivered.'),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("format IN ('plain', 'structured', 'binary')", name=op.f('ck_webhook_format')),
    sa.CheckConstraint("disabled IN ('by_request', 'gone', 'failing')", name=op.f('ck_webhook_disabled')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_webhook')),
    comment='Where changes are sent to.'
    )
    op.create_table('webhook_delivery',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('webhook_id', sa.Uuid(), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=True, comment='The position of the feed; null: a test.'),
    sa.Column('article_id', sa.Uuid(), nullable=True),
    sa.Column('state', sa.Text(), server_default=sa.text("'waiting'"), nullable=False),
    sa.Column('tries', sa.Integer(), server_default=sa.text('0'), nullable=False, comment='Since it was last made to wait.'),
    sa.Column('next_try_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('in_hand_until', sa.DateTime(timezone=True), nullable=True, comment='Until then somebody sends it.'),
    sa.Column('attempts', postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('waiting', 'delivered', 'failed')", name=op.f('ck_webhook_delivery_state')),
    sa.ForeignKeyConstraint(['webhook_id'], ['webhook.id'], name=op.f('fk_webhook_delivery_webhook_id_webhook'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_webhook_delivery')),
    sa.UniqueConstraint('webhook_id', 'seq', name=op.f('uq_webhook_delivery_webhook_id_seq')),
    comment='What is sent to a webhook, and what came of it.'
    )
    waiting = sa.text("state = 'waiting'")
    op.create_index('ix_webhook_delivery_due', 'webhook_delivery', ['webhook_id', 'next_try_at'], postgresql_where=waiting)
    op.create_index('ix_webhook_delivery_order', 'webhook_delivery', ['webhook_id', 'article_id', 'seq'], postgresql_where=waiting)
    op.create_index('ix_webhook_delivery_listed', 'webhook_delivery', ['webhook_id', 'id'])
    op.create_index('ix_webhook_delivery_ended', 'webhook_delivery', ['ended_at'], postgresql_where=sa.text("state <> 'waiting'"))


def downgrade() -> None:
    op.drop_table('webhook_delivery')
    op.drop_table('webhook')
    op.drop_table('consumer')
    op.execute('DROP VIEW followed_change')
