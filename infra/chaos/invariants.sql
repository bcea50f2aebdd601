-- What must hold at any moment, whatever was killed. Each query lists what breaks it, and so must answer no row.

-- name: a published bulletin has exactly one version of an article, and nobody else has one
SELECT bulletin.id, status, count(article_version.article_id) FROM bulletin
LEFT JOIN article_version ON article_version.bulletin_id = bulletin.id
GROUP BY bulletin.id, status HAVING count(article_version.article_id) <> (status = 'published')::int;

-- name: a duplicate has exactly one relation to its original, and what waits has none
SELECT bulletin.id, status, count(duplicate_relation.bulletin_id) FROM bulletin
LEFT JOIN duplicate_relation
    ON duplicate_relation.bulletin_id = bulletin.id AND duplicate_relation.kind IN ('exact', 'near')
WHERE status <> 'published'
GROUP BY bulletin.id, status HAVING count(duplicate_relation.bulletin_id) <> (status = 'duplicate')::int;

-- name: an article says what another says only if it came to say so, or if a person said so
SELECT article.id, duplicate_relation.original_id FROM duplicate_relation
JOIN article_version ON article_version.bulletin_id = duplicate_relation.bulletin_id
JOIN article ON article.id = article_version.article_id
WHERE duplicate_relation.kind IN ('exact', 'near') AND article.duplicate_of IS DISTINCT FROM duplicate_relation.original_id
      AND article_version.kind = 'first' AND article.embargo_until IS NULL;

-- name: an article that is a duplicate has its relation, and its original is none
SELECT article.id, article.duplicate_of FROM article JOIN article AS original ON original.id = article.duplicate_of
JOIN article_version ON article_version.article_id = article.id AND article_version.version = article.current_version
LEFT JOIN duplicate_relation ON duplicate_relation.bulletin_id = article_version.bulletin_id
    AND duplicate_relation.original_id = article.duplicate_of AND duplicate_relation.kind IN ('exact', 'near')
WHERE duplicate_relation.bulletin_id IS NULL OR original.duplicate_of IS NOT NULL;

-- name: what is tied as a duplicate is tied to an original
SELECT bulletin.id, duplicate_relation.original_id FROM bulletin
JOIN duplicate_relation ON duplicate_relation.bulletin_id = bulletin.id AND duplicate_relation.kind IN ('exact', 'near')
JOIN article ON article.id = duplicate_relation.original_id
WHERE bulletin.status = 'duplicate' AND article.duplicate_of IS NOT NULL;

-- name: no two articles hold the same words
SELECT exact_key, count(*) FROM article WHERE exact_key IS NOT NULL GROUP BY exact_key HAVING count(*) > 1;

-- name: every article can be found again by what it says, and under its keys
SELECT article.id, article_fingerprint.number FROM article
LEFT JOIN article_fingerprint ON article_fingerprint.article_id = article.id
WHERE article.erased_at IS NULL AND article.source IS DISTINCT FROM 'bantin.probe'
      AND NOT EXISTS (SELECT FROM article_band WHERE article_band.number = article_fingerprint.number);

-- name: no relation leads to its own bulletin's article
SELECT duplicate_relation.bulletin_id, original_id FROM duplicate_relation
JOIN article_version ON article_version.bulletin_id = duplicate_relation.bulletin_id
WHERE article_version.article_id = original_id;

-- name: every article was published in the feed exactly once, and none that is under embargo
SELECT article.id, announced, count(change.seq) FROM article
LEFT JOIN change ON change.article_id = article.id AND change.type = 'article.published'
GROUP BY article.id HAVING count(change.seq) <> announced::int;

-- name: an article that was never announced is in no entry of the feed
SELECT change.seq FROM change JOIN article ON article.id = change.article_id WHERE NOT announced;

-- name: an embargo has been lifted within five seconds of its moment
SELECT id, embargo_until FROM article
WHERE NOT announced AND pub_status = 'usable' AND embargo_until < now() - interval '5 s';

-- name: the current version of an article is its newest
SELECT article.id, current_version, max(version) FROM article
JOIN article_version ON article_version.article_id = article.id
GROUP BY article.id HAVING max(version) <> current_version;

-- name: an article's first entry in the feed is its publication, and its versions follow in order
SELECT seq, article_id FROM (
    SELECT seq, article_id, type, version,
           row_number() OVER line AS place, lag(version) OVER line AS version_before
    FROM change WINDOW line AS (PARTITION BY article_id ORDER BY seq)
) AS told WHERE (place = 1) <> (type = 'article.published') OR version < version_before;

-- name: a version is told of as it is: revised or corrected
SELECT change.seq FROM change JOIN article_version USING (article_id, version)
WHERE change.type IN ('article.revised', 'article.corrected')
      AND change.type <> 'article.' || CASE kind WHEN 'correction' THEN 'corrected' ELSE 'revised' END;

-- name: nothing is told of an article after its kill but its erasure, and of that nothing twice
SELECT later.seq FROM change AS kill JOIN change AS later
    ON later.article_id = kill.article_id AND later.seq > kill.seq
WHERE kill.type IN ('article.killed', 'article.erased')
      AND (later.type <> 'article.erased' OR kill.type = 'article.erased');

-- name: of the bulletins under one key none was closed while one before it waited, unless it was tried again
SELECT later.id FROM bulletin AS earlier JOIN bulletin AS later
    ON later.article_id = earlier.article_id AND later.revision > earlier.revision
WHERE earlier.status = 'queued' AND later.status IN ('published', 'duplicate')
      AND NOT EXISTS (SELECT FROM attempt WHERE attempt.bulletin_id = earlier.id AND outcome IN ('quarantined', 'duplicate'))
      AND NOT EXISTS (SELECT FROM attempt WHERE attempt.bulletin_id = earlier.id AND outcome = 'died');

-- name: the numbers under one key have no gap
SELECT article_id, count(*), max(revision) FROM bulletin WHERE article_id IS NOT NULL
GROUP BY article_id HAVING count(*) <> max(revision) OR min(revision) <> 1;

-- name: of what was erased no words are left
SELECT article.id FROM article JOIN article_version ON article_version.article_id = article.id
JOIN bulletin ON bulletin.id = article_version.bulletin_id JOIN raw_object ON raw_object.sha256 = bulletin.raw_sha256
WHERE article.erased_at IS NOT NULL AND (article_version.text <> '' OR article_version.title <> '' OR octet_length(bytes) > 0);

-- name: every article is found by what its newest version says; what was erased, and a probe, by nothing
SELECT article.id FROM article LEFT JOIN article_search ON article_search.article_id = article.id
WHERE CASE WHEN erased_at IS NULL AND article.source IS DISTINCT FROM 'bantin.probe'
           THEN article_search.version IS DISTINCT FROM current_version
                OR article_search.at IS DISTINCT FROM available_at
           ELSE article_search.article_id IS NOT NULL END;

-- name: the feed has no gap and ends at its head
SELECT feed_head.seq, count(change.seq), min(change.seq), max(change.seq) FROM feed_head LEFT JOIN change ON true
GROUP BY feed_head.seq
HAVING count(change.seq) <> feed_head.seq OR coalesce(max(change.seq), 0) <> feed_head.seq
    OR coalesce(min(change.seq), 1) <> 1;

-- name: every bulletin has its bytes, and they are what they were, unless they were erased
SELECT bulletin.id FROM bulletin LEFT JOIN raw_object ON raw_object.sha256 = bulletin.raw_sha256
WHERE raw_object.sha256 IS NULL OR (erased_at IS NULL AND sha256(raw_object.bytes) <> raw_object.sha256);

-- name: accepted = published + duplicate + rejected + quarantined + withdrawn + in flight
SELECT * FROM (
    SELECT count(*) AS accepted,
           count(*) FILTER (WHERE status = 'published') + count(*) FILTER (WHERE status = 'duplicate')
           + count(*) FILTER (WHERE status = 'rejected') + count(*) FILTER (WHERE status = 'quarantined')
           + count(*) FILTER (WHERE status = 'withdrawn') + count(*) FILTER (WHERE status = 'queued') AS accounted_for
    FROM bulletin
) AS ledger WHERE accepted <> accounted_for;

-- A duplicate may be let go by a kill, a person or a replay, and turn out to be one of another article.
-- name: a closed bulletin has an attempt that ended so, what is published only one, and none that goes on
SELECT bulletin.id, status FROM bulletin WHERE status IN ('published', 'duplicate') AND (
    (SELECT count(*) FROM attempt WHERE bulletin_id = bulletin.id AND outcome = bulletin.status)
        NOT BETWEEN 1 AND CASE status WHEN 'published' THEN 1 ELSE 1000 END
    OR EXISTS (SELECT FROM attempt WHERE bulletin_id = bulletin.id AND ended_at IS NULL)
);
