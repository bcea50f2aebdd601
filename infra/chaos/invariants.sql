-- What must hold at any moment, whatever was killed. Each query lists what breaks it, and so must answer no row.

-- name: a published bulletin has exactly one version of an article, and nobody else has one
SELECT bulletin.id, status, count(article_version.article_id) FROM bulletin
LEFT JOIN article_version ON article_version.bulletin_id = bulletin.id
GROUP BY bulletin.id, status HAVING count(article_version.article_id) <> (status = 'published')::int;

-- name: a duplicate has exactly one relation to its original, and nobody else has one
SELECT bulletin.id, status, count(duplicate_relation.bulletin_id) FROM bulletin
LEFT JOIN duplicate_relation
    ON duplicate_relation.bulletin_id = bulletin.id AND duplicate_relation.kind IN ('exact', 'near')
GROUP BY bulletin.id, status HAVING count(duplicate_relation.bulletin_id) <> (status = 'duplicate')::int;

-- name: no two articles have the same words
SELECT exact_key, count(*) FROM article GROUP BY exact_key HAVING count(*) > 1;

-- name: every article can be found again by what it says, and under its keys
SELECT article.id, article_fingerprint.number FROM article
LEFT JOIN article_fingerprint ON article_fingerprint.article_id = article.id
WHERE NOT EXISTS (SELECT FROM article_band WHERE article_band.number = article_fingerprint.number);

-- name: no duplicate is an original, and no relation leads to its own bulletin's article
SELECT duplicate_relation.bulletin_id, original_id FROM duplicate_relation
JOIN article_version ON article_version.bulletin_id = duplicate_relation.bulletin_id
WHERE article_version.article_id = original_id OR duplicate_relation.kind IN ('exact', 'near');

-- name: every article was published in the feed exactly once
SELECT article.id, count(change.seq) FROM article
LEFT JOIN change ON change.article_id = article.id AND change.type = 'article.published'
GROUP BY article.id HAVING count(change.seq) <> 1;

-- name: the feed has no gap and ends at its head
SELECT feed_head.seq, count(change.seq), min(change.seq), max(change.seq) FROM feed_head LEFT JOIN change ON true
GROUP BY feed_head.seq
HAVING count(change.seq) <> feed_head.seq OR coalesce(max(change.seq), 0) <> feed_head.seq
    OR coalesce(min(change.seq), 1) <> 1;

-- name: every bulletin has its bytes, and they are what they were
SELECT bulletin.id FROM bulletin LEFT JOIN raw_object ON raw_object.sha256 = bulletin.raw_sha256
WHERE raw_object.sha256 IS NULL OR sha256(raw_object.bytes) <> raw_object.sha256;

-- name: accepted = published + duplicate + rejected + quarantined + withdrawn + in flight
SELECT * FROM (
    SELECT count(*) AS accepted,
           count(*) FILTER (WHERE status = 'published') + count(*) FILTER (WHERE status = 'duplicate')
           + count(*) FILTER (WHERE status = 'rejected') + count(*) FILTER (WHERE status = 'quarantined')
           + count(*) FILTER (WHERE status = 'withdrawn') + count(*) FILTER (WHERE status = 'queued') AS accounted_for
    FROM bulletin
) AS ledger WHERE accepted <> accounted_for;

-- name: a closed bulletin has an attempt that ended so, and none that goes on
SELECT bulletin.id, status FROM bulletin WHERE status IN ('published', 'duplicate') AND (
    (SELECT count(*) FROM attempt WHERE bulletin_id = bulletin.id AND outcome = bulletin.status) <> 1
    OR EXISTS (SELECT FROM attempt WHERE bulletin_id = bulletin.id AND ended_at IS NULL)
);
