"""Names with slips are found, where PostgreSQL has pg_trgm; articles are picked by pipeline, and by days that are sure.

Revision: 0017, after 0016. Indexes, a function and a column that may be null: yesterday's code goes on. Workers that finish an article wait while the
indexes are built, some seconds for a million articles. Where the contrib package is missing, or its extension may not be
created, there is no index by trigrams, and names are found as before: docs/decisions/0028.
"""

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

_TRIGRAMS = """
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX ix_entity_alias_bare_trgm ON entity_alias USING gin (bare gin_trgm_ops);
EXCEPTION WHEN feature_not_supported OR undefined_file OR insufficient_privilege OR undefined_object THEN
    RAISE WARNING 'names with slips will not be found: pg_trgm is not to be had (%)', SQLERRM;
END
$$
"""
# What services/enrich/text/period.py says of a value; a test holds one against the other.
_DAYS = r"""
CREATE FUNCTION timex_days(value text) RETURNS daterange LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    part text[];
    a daterange;
    z daterange;
    year int;
    month int;
    months int;
    first date;
BEGIN
    IF strpos(value, '/') > 0 THEN
        a := timex_days(split_part(value, '/', 1));
        z := timex_days(substr(value, strpos(value, '/') + 1));
        RETURN CASE WHEN lower(a) < upper(z) THEN daterange(lower(a), upper(z)) END;
    END IF;
    value := split_part(value, 'T', 1);
    IF value ~ '^\d{2}(XX)?$' THEN
        year := 100 * left(value, 2)::int;
        RETURN daterange(make_date(greatest(year, 1), 1, 1), make_date(year + 100, 1, 1));
    ELSIF value ~ '^\d{3}X?$' THEN
        year := 10 * left(value, 3)::int;
        RETURN daterange(make_date(greatest(year, 1), 1, 1), make_date(year + 10, 1, 1));
    END IF;
    part := regexp_match(value, '^(\d{4})(?:-(?:(\d\d)(?:-(\d\d))?|Q([1-4])|H([12])|W(\d\d)(?:-([1-7]|WE))?|(SP|SU|FA|WI)))?$');
    IF part IS NULL THEN
        RETURN NULL;
    END IF;
    year := part[1]::int;
    IF part[3] IS NOT NULL THEN
        first := make_date(year, part[2]::int, part[3]::int);
        RETURN daterange(first, first, '[]');
    ELSIF part[6] IS NOT NULL THEN
        -- The week of 4 January is the first of its year; one that the year has not is none.
        first := date_trunc('week', make_date(year, 1, 4))::date + 7 * (part[6]::int - 1);
        IF extract(isoyear FROM first) <> year OR part[6] = '00' THEN
            RETURN NULL;
        END IF;
        RETURN CASE WHEN part[7] IS NULL THEN daterange(first, first + 7) WHEN part[7] = 'WE' THEN daterange(first + 5, first + 7)
                    ELSE daterange(first + part[7]::int - 1, first + part[7]::int) END;
    END IF;
    SELECT one.month, one.months INTO month, months FROM (VALUES
        (part[2]::int, 1), (3 * part[4]::int - 2, 3), (6 * part[5]::int - 5, 6),
        (3 * array_position('{SP,SU,FA,WI}', part[8]) - 2, 3), (1, 12)
    ) AS one (month, months) WHERE one.month IS NOT NULL LIMIT 1;
    first := make_date(year, month, 1);
    RETURN daterange(first, (first + make_interval(months => months))::date);
EXCEPTION WHEN datetime_field_overflow THEN
    RETURN NULL;
END
$$
"""


def upgrade() -> None:
    op.execute(_TRIGRAMS)
    # Filled by the sweep, as all of the table's rows.
    op.add_column('article_search', sa.Column('pipeline', sa.Text(), comment='By which the version was read; null: not looked up yet.'))
    op.create_index(op.f('ix_article_search_pipeline_at_article_id'), 'article_search', ['pipeline', 'at', 'article_id'])
    op.execute(_DAYS)


def downgrade() -> None:
    op.execute('DROP FUNCTION timex_days')
    op.drop_column('article_search', 'pipeline')
    # The extension stays: others may use it.
    op.execute('DROP INDEX IF EXISTS ix_entity_alias_bare_trgm')
