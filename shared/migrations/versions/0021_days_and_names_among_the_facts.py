"""Days and entities are facts of an article too, so that one index finds words, days and names together.

Revision: 0021, after 0020. Yesterday's code goes on beside it; what it keeps has no such facts until the sweep has seen it, and is
not found by days or entities meanwhile.
"""

import uuid

import sqlalchemy as sa
from alembic import op

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None

# services/api/search/day_facts.py tells what these facts say, and asks for them; a test holds one against the other.
_OF_RANGES = r"""
CREATE OR REPLACE FUNCTION day_facts(field text, days datemultirange) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    facts text[] := '{}';
    span daterange;
    day date;
    last date;
    step interval;
    node text;
BEGIN
    FOREACH span IN ARRAY ARRAY(SELECT unnest(days)) LOOP
        day := lower(span);
        last := upper(span) - 1;
        -- Long ones are told of roughly: as whole months, or years.
        IF day IS NULL OR day < '1900-01-01' THEN
            facts := facts || (field || ' -');
            day := '1900-01-01';
        ELSIF last IS NULL OR last - day > 730 THEN
            day := date_trunc('year', day);
        ELSIF last - day > 13 THEN
            day := date_trunc('month', day);
        END IF;
        IF last IS NULL OR last > '2099-12-31' THEN
            facts := facts || (field || ' +');
            last := '2099-12-31';
        ELSIF last - lower(span) > 730 OR lower_inf(span) THEN
            last := date_trunc('year', last) + interval '1 year - 1 day';
        ELSIF last - lower(span) > 13 THEN
            last := date_trunc('month', last) + interval '1 month - 1 day';
        END IF;
        WHILE day <= last LOOP
            node := to_char(day, 'YYYY-MM-DD');
            IF right(node, 6) = '-01-01' AND substr(node, 4, 1) = '0' AND day + interval '10 years - 1 day' <= last THEN
                step := '10 years';
                node := left(node, 3);
            ELSIF right(node, 6) = '-01-01' AND day + interval '1 year - 1 day' <= last THEN
                step := '1 year';
                node := left(node, 4);
            ELSIF right(node, 3) = '-01' AND day + interval '1 month - 1 day' <= last THEN
                step := '1 month';
                node := left(node, 7);
            ELSE
                step := '1 day';
            END IF;
            facts := facts || ARRAY[field || ' ' || node, field || ' ' || left(node, 7), field || ' ' || left(node, 4), field || ' ' || left(node, 3)];
            IF step > '1 day' THEN
                facts := facts || (field || ' ' || node || '*');
            END IF;
            day := day + step;
        END LOOP;
    END LOOP;
    RETURN facts;
END
$$
"""
_OF_ARTICLES = """
CREATE OR REPLACE FUNCTION day_facts(published daterange, event daterange, mentioned datemultirange) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ARRAY(SELECT DISTINCT fact FROM unnest(
        coalesce(day_facts('p', datemultirange(published)), '{}') || coalesce(day_facts('e', datemultirange(event)), '{}')
        || coalesce(day_facts('m', mentioned), '{}')) AS fact ORDER BY fact)
$$
"""
# Volatile: it sees what was committed while a row was waited for.
_OF_NAMES = """
CREATE OR REPLACE FUNCTION name_facts(article uuid, of_version integer) RETURNS text[] LANGUAGE sql VOLATILE AS $$
    SELECT ARRAY(SELECT DISTINCT 'names ' || right(entity_id::text, 12) FROM article_entity
                 WHERE article_id = article AND version = of_version)
$$
"""

_AT_ONCE = 500
"""Rows written anew in one transaction. Each goes into every index again, which takes some milliseconds."""

# Of the row itself, so that one revised meanwhile is told of as it came to be.
_NEXT = """
UPDATE article_search SET form = CASE form WHEN 2 THEN 3 ELSE form END,
    facts = ARRAY(SELECT DISTINCT unnest(facts || day_facts(published_days, event_days, mentioned_days)
                                         || name_facts(article_id, version))),
    vector = vector || array_to_tsvector(ARRAY(SELECT '@' || unnest(day_facts(published_days, event_days, mentioned_days)
                                                                    || name_facts(article_id, version))))
WHERE article_id IN (SELECT article_id FROM article_search WHERE article_id > :after ORDER BY article_id LIMIT :most)
RETURNING article_id
"""
_BACK = """
UPDATE article_search SET form = 2, facts = ARRAY(SELECT fact FROM unnest(facts) AS fact WHERE fact !~ '^([pem]|names) '),
    vector = ts_delete(vector, ARRAY(SELECT '@' || fact FROM unnest(facts) AS fact WHERE fact ~ '^([pem]|names) '))
"""


def upgrade() -> None:
    # Each step commits: readers and workers go on meanwhile, and what was interrupted begins again.
    with op.get_context().autocommit_block():
        for function in (_OF_RANGES, _OF_ARTICLES, _OF_NAMES):
            op.execute(function)
        connection, after = op.get_bind(), uuid.UUID(int=0)
        while done := connection.execute(sa.text(_NEXT), {'after': after, 'most': _AT_ONCE}).scalars().all():
            after = max(done)


def downgrade() -> None:
    op.execute(_BACK)
    op.execute('DROP FUNCTION name_facts')
    op.execute('DROP FUNCTION day_facts(daterange, daterange, datemultirange)')
    op.execute('DROP FUNCTION day_facts(text, datemultirange)')
