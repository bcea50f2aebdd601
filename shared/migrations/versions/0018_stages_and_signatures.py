"""In which stage a worker is with a bulletin that takes long; and what quarantined bulletins have in common, kept with them.

Revision: 0018, after 0017. Yesterday's workers name their columns and go on beside it; the trigger makes the signature of what
they quarantine, too. What is in quarantine gets its signature here.
"""

import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


# The class and the last line of the error, without what is quoted and without figures. Of no other bulletin it is made.
_SIGNATURE = r"""
CREATE FUNCTION bulletin_signature() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.error_signature := md5(coalesce(NEW.error_class, '') || regexp_replace(regexp_replace(regexp_replace(
        coalesce(substring(NEW.last_error FROM '([^\n]+)\s*$'), ''),
        '''[^'']*''|"[^"]*"', '…', 'g'), '0x[0-9a-f]+|[0-9a-f]{8}-[0-9a-f-]{27}', '#', 'gi'), '\d+', '#', 'g'));
    RETURN NEW;
END $$;
CREATE TRIGGER bulletin_signature BEFORE INSERT OR UPDATE OF status, error_class, last_error ON bulletin
    FOR EACH ROW WHEN (NEW.status = 'quarantined') EXECUTE FUNCTION bulletin_signature();
"""


def upgrade() -> None:
    op.add_column('worker_hand', sa.Column('stage_of', sa.Uuid(), nullable=True, comment='The bulletin that it has been at for more than a second; null: it is not slow.'))
    op.add_column('worker_hand', sa.Column('stage', sa.Text(), nullable=True, comment='In which stage it is with that; `closing`: it writes the batch of which that is the first.'))
    op.add_column('worker_hand', sa.Column('stage_since', sa.DateTime(timezone=True), nullable=True))
    op.add_column('bulletin', sa.Column('error_signature', sa.Text(), nullable=True, comment='Of a quarantined bulletin, what failures of one kind share; a trigger makes it of error_class and last_error.'))
    op.execute(_SIGNATURE)
    op.execute("UPDATE bulletin SET error_class = error_class WHERE status = 'quarantined'")
    op.create_index('ix_bulletin_signature', 'bulletin', ['error_signature', 'error_stage'], unique=False, postgresql_where=sa.text("status = 'quarantined'"))
    op.create_index('ix_bulletin_signature_closed', 'bulletin', ['error_signature', 'closed_at', 'id'], unique=False, postgresql_where=sa.text("status = 'quarantined'"))


def downgrade() -> None:
    op.drop_index('ix_bulletin_signature_closed', table_name='bulletin')
    op.drop_index('ix_bulletin_signature', table_name='bulletin')
    op.execute('DROP TRIGGER bulletin_signature ON bulletin')
    op.execute('DROP FUNCTION bulletin_signature()')
    op.drop_column('bulletin', 'error_signature')
    op.drop_column('worker_hand', 'stage_since')
    op.drop_column('worker_hand', 'stage')
    op.drop_column('worker_hand', 'stage_of')
