"""The index of idempotency keys holds the bulletins that have one: those without pay nothing for it.

Revision: 0020, after 0019. Yesterday's code names no constraint when a key is met again, and goes on beside it.
"""

from alembic import op

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        # What an interrupted run left behind holds nothing to its word.
        op.execute('DROP INDEX CONCURRENTLY IF EXISTS uq_bulletin_idempotency')
        op.execute("""CREATE UNIQUE INDEX CONCURRENTLY uq_bulletin_idempotency ON bulletin (client, idem_key)
            WHERE idem_key IS NOT NULL""")
        op.execute('ALTER TABLE bulletin DROP CONSTRAINT IF EXISTS uq_bulletin_client_idem_key')


def downgrade() -> None:
    op.create_unique_constraint('uq_bulletin_client_idem_key', 'bulletin', ['client', 'idem_key'])
    op.drop_index('uq_bulletin_idempotency', table_name='bulletin')
