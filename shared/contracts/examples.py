"""One bulletin's way through the API, as the examples of the OpenAPI descriptions show it. A test holds them valid."""

from typing import Any

BULLETIN = "bul_0199f3a26b0c7d2e8f1a2b3c4d5e6f70"
ARTICLE = "art_0199f3a26c117a4b9c0d1e2f3a4b5c6d"
ENTITY = "ent_0b6a5c1d9e3f5a7b8c2d4e6f80a1b2c3"
TEXT = "Khánh thành cầu Vàm Sáng\n\nSáng 5/9/2025, tỉnh Vĩnh Long khánh thành cầu Vàm Sáng."

_BASIS = {"version": "2", "confidence": 0.97, "reason": "", "evidence": [{"start": 26, "end": 39}]}
PUBLISHED: dict[str, Any] = {
    "value": "2025-09-05",
    "basis": "inferred",
    "method": "dates.publication_from_lead",
    "version": "2",
    "confidence": 0.7,
    "reason": "the day of the lead",
    "evidence": [{"start": 26, "end": 39}],
}
EVENT: dict[str, Any] = {**PUBLISHED, "value": "2025-09-05TMO", "basis": "stated", "method": "dates.event_from_lead"}
ARTICLE_OUT: dict[str, Any] = {
    "id": ARTICLE,
    "version": 1,
    "kind": "first",
    "note": None,
    "pub_status": "usable",
    "bulletin": BULLETIN,
    "source": "bao-vinh-long",
    "external_id": "VL-2025-0917",
    "received_at": "2025-09-05T03:12:44.120000+00:00",
    "available_at": "2025-09-05T03:12:44.310000+00:00",
    "pipeline": "7d01bc9f3a42",
    "title": "Khánh thành cầu Vàm Sáng",
    "text": TEXT,
    "published": PUBLISHED,
    "event": EVENT,
    "blocks": [
        {
            "start": 0,
            "end": 24,
            "kind": "headline",
            "text": "Khánh thành cầu Vàm Sáng",
            "picture": None,
            "basis": {
                "method": "structure.first_line",
                "version": "2",
                "confidence": 0.9,
                "reason": "the first line",
                "evidence": [],
            },
        },
        {
            "start": 26,
            "end": len(TEXT),
            "kind": "lead",
            "text": TEXT[26:],
            "picture": None,
            "basis": {
                "method": "structure.lead",
                "version": "2",
                "confidence": 0.85,
                "reason": "the first paragraph of the body",
                "evidence": [],
            },
        },
    ],
    "items": [],
    "byline": None,
    "source_line": None,
    "abbreviations": [],
    "slips": [],
    "notes": [],
    "dates": [
        {
            "start": 26,
            "end": 39,
            "text": "Sáng 5/9/2025",
            "type": "TIME",
            "value": "2025-09-05TMO",
            "calendar": "solar",
            "granularity": "part_of_day",
            "modifier": None,
            "written": ["year", "month", "day", "part_of_day"],
            "inferred": [],
            "lunar": None,
            "basis": {"method": "dates.full_date", **_BASIS},
        }
    ],
    "entities": [
        {
            "start": 41,
            "end": 55,
            "text": "tỉnh Vĩnh Long",
            "type": "LOCATION",
            "name": "Vĩnh Long",
            "key": None,
            "entity": ENTITY,
            "basis": {
                "method": "names.province",
                "version": "2",
                "confidence": 0.95,
                "reason": "a province's name behind its type",
                "evidence": [{"start": 41, "end": 55}],
            },
        }
    ],
    "people": [],
    "citations": [],
    "story": None,
    "relations": [
        {
            "kind": "revision",
            "direction": "to",
            "article": "art_0199f39d0a4e7c33b1f0e2d4c6b8a097",
            "bulletin": BULLETIN,
            "score": 0.93,
            "method": "duplicates.compared",
            "version": "1",
            "reason": "the same bulletin with other facts: 4/9/2025 → 5/9/2025",
            "differences": [{"start": 31, "end": 32, "other_start": 31, "other_end": 32}],
            "decided_by": "rule",
            "decided_at": "2025-09-05T03:12:44.310000+00:00",
        }
    ],
}
ARTICLE_OUT["places"] = [
    {
        "start": 41,
        "end": 55,
        "text": "tỉnh Vĩnh Long",
        "unit": "86",
        "name": "tỉnh Vĩnh Long",
        "valid_from": "2025-07-01",
        "valid_to": None,
        "lies_in": [],
        "today": ["86"],
        "candidates": [],
        "entity": ENTITY,
        "basis": {
            "method": "places.map",
            "version": "1",
            "confidence": 0.95,
            "reason": "its kind and name",
            "evidence": [{"start": 41, "end": 55}],
        },
    }
]
UNIT_BRIEF: dict[str, Any] = {
    "code": "16612", "kind": "xã", "name": "Hải Nhân", "valid_from": "2008-08-01", "valid_to": "2025-07-01",
}  # fmt: skip
_TINH_GIA: dict[str, Any] = {
    "code": "16561", "kind": "phường", "name": "Tĩnh Gia", "valid_from": "2025-07-01", "valid_to": None,
}  # fmt: skip
UNIT_OUT: dict[str, Any] = {
    **UNIT_BRIEF,
    "level": 3,
    "other_spellings": [],
    "resolution": None,
    "lies_in": [
        {"code": "407", "kind": "thị xã", "name": "Nghi Sơn", "valid_from": "2020-06-01", "valid_to": "2025-07-01"},
        {"code": "38", "kind": "tỉnh", "name": "Thanh Hóa", "valid_from": "2008-08-01", "valid_to": None},
    ],
    "made_of": [],
    "became": [_TINH_GIA],
    "today": [_TINH_GIA],
    "href": "/v1/places/16612?at=2008-08-01",
}
RESOLUTION_OUT: dict[str, Any] = {
    "text": "xã Hải Nhân", "near": "Thanh Hóa", "at": "2024-03-12", "standing": "valid", "candidates": [UNIT_OUT],
    "abroad": None,
}  # fmt: skip
SUMMARY: dict[str, Any] = {
    **{name: ARTICLE_OUT[name] for name in ("id", "version", "pub_status", "bulletin", "source", "available_at")},
    "title": ARTICLE_OUT["title"],
    "published": PUBLISHED,
    "href": f"/v1/articles/{ARTICLE}",
}
ARTICLE_LIST: dict[str, Any] = {"data": [SUMMARY], "page": {"limit": 50, "next": "WyJhcnRpY2xlcyIsMV0"}}
FACETS: dict[str, Any] = {
    "counts": {
        "source": [{"value": "bao-vinh-long", "name": "bao-vinh-long", "count": 1}],
        "province": [{"value": "86", "name": "Vĩnh Long", "count": 1}],
        "month": [{"value": "2025-09", "name": "2025-09", "count": 1}],
    },
    "articles": 1,
    "complete": True,
}
ARTICLE_SELECTION: dict[str, Any] = {
    "data": [{"id": ARTICLE, "title": ARTICLE_OUT["title"], "published": PUBLISHED}],
    "page": {"limit": 50, "next": None},
}
_PLACED = {
    "start": 31,
    "end": 39,
    "clean": {"block": 1, "start": 5, "end": 13},
    "bytes": {"start": 56, "end": 64},
}
PROVENANCE: dict[str, Any] = {
    "article": ARTICLE,
    "version": 1,
    "pipeline": ARTICLE_OUT["pipeline"],
    "media_type": "application/json",
    "charset": "utf-8",
    "data": [
        {
            "path": "/dates/0",
            "value": "2025-09-05",
            "spans": [_PLACED],
            "method": "dates.numeric",
            "version": "2",
            "confidence": 0.97,
            "reason": "",
            "evidence": [_PLACED],
        }
    ],
}
LOOKUP_IN: dict[str, Any] = {
    "ids": [ARTICLE],
    "external_ids": [{"source": "bao-vinh-long", "external_id": "VL-2025-0917"}],
}
LOOKUP_OUT: dict[str, Any] = {
    "data": [
        {"by": "id", "asked": ARTICLE, "articles": [SUMMARY]},
        {"by": "external_id", "asked": LOOKUP_IN["external_ids"][0], "articles": [SUMMARY]},
    ],
}
EMBARGO_LIST: dict[str, Any] = {
    "data": [
        {
            "id": ARTICLE,
            "version": 1,
            "bulletin": BULLETIN,
            "source": "bao-vinh-long",
            "title": "Khánh thành cầu Vàm Sáng",
            "embargo_until": "2025-09-05T10:00:00+00:00",
            "href": f"/v1/embargoes/{ARTICLE}",
        }
    ]
}
CHANGE_LIST: dict[str, Any] = {
    "changes": [
        {
            "seq": 1,
            "type": "article.published",
            "article": ARTICLE,
            "version": 1,
            "time": ARTICLE_OUT["available_at"],
            "href": f"/v1/articles/{ARTICLE}",
        }
    ],
    "last_seq": 1,
    "head_seq": 1,
    "next": "/v1/changes?since=1&limit=200",
}
BULLETIN_IN: dict[str, Any] = {
    "text": TEXT,
    "source": "bao-vinh-long",
    "external_id": "VL-2025-0917",
    "priority": "normal",
}
ACCEPTED: dict[str, Any] = {
    "id": BULLETIN,
    "state": "queued",
    "received_at": ARTICLE_OUT["received_at"],
    "href": f"/v1/bulletins/{BULLETIN}",
}
ACCEPTED_REVISION: dict[str, Any] = {**ACCEPTED, "revision": 2}
RECEIPT: dict[str, Any] = {
    "id": BULLETIN,
    "state": "published",
    "revision": 1,
    "embargo_until": None,
    "received_at": ARTICLE_OUT["received_at"],
    "closed_at": ARTICLE_OUT["available_at"],
    "priority": "normal",
    "source": "bao-vinh-long",
    "external_id": "VL-2025-0917",
    "published": None,
    "charset": "utf-8",
    "charset_reason": "JSON is UTF-8",
    "sha256": "b3d1c6f0a9e84c57d2f1e0b9a8c7d6e5f4a3b2c1d0e9f8a7b6c5d4e3f2a1b0c9",
    "size": 187,
    "attempts": 1,
    "next_try_at": None,
    "failure": None,
    "duplicate_of": None,
    "pub_status": "usable",
    "article": ARTICLE_OUT,
}
BATCH_RECEIPT: dict[str, Any] = {
    "accepted": 1,
    "refused": 1,
    "results": [
        {"line": 1, "status": 202, "bulletin": BULLETIN, "problem": None},
        {
            "line": 2,
            "status": 422,
            "bulletin": None,
            "problem": {
                "type": "urn:bantin:problem:empty_text",
                "title": "The bulletin holds no text.",
                "status": 422,
                "code": "empty_text",
                "detail": "the bulletin holds no text: nothing was taken in",
                "errors": [],
                "request_id": "3f0c9a1be2d44e55",
            },
        },
    ],
}

TAKEN_IN: dict[str, Any] = {
    "one": {"summary": "A bulletin.", "value": ACCEPTED},
    "form": {"summary": "The files of a form.", "value": BATCH_RECEIPT},
}
REVISION_IN: dict[str, Any] = {
    "text": TEXT.replace("5/9/2025", "6/9/2025"),
    "kind": "correction",
    "note": "Cầu khánh thành ngày 6/9, không phải 5/9.",
}
ORDER: dict[str, Any] = {"actor": "le.thi.an", "reason": "đang kiểm tra số liệu"}
KILL_ORDER: dict[str, Any] = {
    "actor": "le.thi.an",
    "reason": "tin sai, cầu chưa khánh thành",
    "note": "Tòa soạn xin rút tin này.",
}
STANDING: dict[str, Any] = {
    "article": ARTICLE,
    "pub_status": "canceled",
    "version": 2,
    "embargo_until": None,
    "successor": None,
}
_STORY = "sto_01a2022f5b0c7d31a2b3c4d5e6f70819"
RELATION_ORDER: dict[str, Any] = {
    "actor": "le.thi.an",
    "reason": "cùng một tin, chỉ sửa câu mở đầu",
    "to": "art_01a2022f0c6d7c0b8a4fd0a1b2c3d4e5",
    "kind": "near",
}
MERGE_ORDER: dict[str, Any] = {"actor": "le.thi.an", "reason": "cùng một lễ khánh thành", "into": _STORY}
ARTICLES_ORDER: dict[str, Any] = {"actor": "le.thi.an", "reason": "cầu khác", "articles": [ARTICLE]}
DECISION: dict[str, Any] = {
    "id": "dec_01a2022f6a1d7e53c4d5e6f708192a3b",
    "kind": "relation",
    "bulletin": BULLETIN,
    "article": ARTICLE,
    "original": RELATION_ORDER["to"],
    "relation": "near",
    "story": None,
    "into": None,
    "articles": None,
    "undoes": None,
    "undone_by": None,
    "actor": RELATION_ORDER["actor"],
    "reason": RELATION_ORDER["reason"],
    "decided_at": ARTICLE_OUT["available_at"],
}
DECISION_LIST: dict[str, Any] = {"data": [DECISION]}
EVENT_LIST: dict[str, Any] = {
    "data": [{"what": "killed", "version": 2, "at": ARTICLE_OUT["available_at"], **KILL_ORDER}]
}
_READING: dict[str, Any] = {
    "version": 1,
    "reading": 1,
    "pipeline": "0c1b7f3e9a52",
    "replaced_at": ARTICLE_OUT["available_at"],
    "title": ARTICLE_OUT["title"],
    "href": f"/v1/articles/{ARTICLE}/readings/1/1",
}
READING_LIST: dict[str, Any] = {"data": [_READING]}
READING_OUT: dict[str, Any] = {
    **_READING,
    "found": {"title": ARTICLE_OUT["title"], "dates": []},
    "since": [{"field": "dates", "removed": [], "added": [{"text": "5/9/2025", "value": "2025-09-05"}]}],
}
VERSION_LIST: dict[str, Any] = {
    "data": [
        {
            "version": 1,
            "kind": "first",
            "note": None,
            "current": True,
            "bulletin": BULLETIN,
            "received_at": ARTICLE_OUT["received_at"],
            "valid_from": ARTICLE_OUT["available_at"],
            "pipeline": ARTICLE_OUT["pipeline"],
            "title": ARTICLE_OUT["title"],
            "href": f"/v1/articles/{ARTICLE}/versions/1",
        }
    ]
}
DIFF: dict[str, Any] = {
    "article": ARTICLE,
    "before": 1,
    "after": 2,
    "fields": [{"field": "kind", "removed": ["first"], "added": ["correction"]}],
    "text": [{"before": {"start": 31, "end": 32}, "after": {"start": 31, "end": 32}, "removed": "5", "added": "6"}],
    "coarse": False,
}
ENTITY_SUMMARY: dict[str, Any] = {
    "id": ENTITY, "type": "place", "name": "tỉnh Vĩnh Long", "href": f"/v1/entities/{ENTITY}",
}  # fmt: skip
PERSON: dict[str, Any] = {
    "id": "ent_4d7f1b2a9c3e5d6f8a0b1c2d3e4f5a6b", "type": "person", "name": "Ngô Văn Thử",
    "href": "/v1/entities/ent_4d7f1b2a9c3e5d6f8a0b1c2d3e4f5a6b",
}  # fmt: skip
ENTITY_LIST: dict[str, Any] = {"data": [{**ENTITY_SUMMARY, "similar": False}], "page": {"limit": 50, "next": None}}
ENTITY_DETAIL: dict[str, Any] = {
    **PERSON,
    "key": "ngô văn thử",
    "aliases": ["Ngô Văn Thử"],
    "merged": [],
    "articles": 12,
    "undated": 0,
    "first_day": "2023-02-03",
    "last_day": "2025-09-05",
    "ranks": [{"text": "Đại tá", "first_day": "2023-02-03", "last_day": "2025-09-05", "articles": 11}],
    "posts": [
        {
            "text": "Phó Giám đốc Công an tỉnh Vĩnh Long", "organisation": "Công an tỉnh Vĩnh Long",
            "first_day": "2023-02-03", "last_day": "2025-09-05", "articles": 9,
        },
    ],
}  # fmt: skip
TIMELINE: dict[str, Any] = {
    "data": [
        {
            "month": "2025-09-01", "articles": 2, "mentions": 5,
            "posts": [{
                "rank": "Đại tá", "text": "Phó Giám đốc Công an tỉnh Vĩnh Long",
                "organisation": "Công an tỉnh Vĩnh Long", "articles": 2,
            }],
        },
    ],
    "page": {"limit": 50, "next": None},
}  # fmt: skip
COOCCURRING: dict[str, Any] = {"data": [{**ENTITY_SUMMARY, "articles": 7}], "page": {"limit": 50, "next": None}}
_STORY_HEAD: dict[str, Any] = {
    "id": _STORY,
    "title": "Khánh thành cầu Vàm Sáng",
    "first_at": ARTICLE_OUT["received_at"],
    "last_at": "2025-09-05T04:02:11.000214+00:00",
}
STORY_LIST: dict[str, Any] = {
    "data": [{**_STORY_HEAD, "articles": 2, "sources": 2, "href": f"/v1/stories/{_STORY}"}],
    "page": {"limit": 50, "next": None},
}
STORY_OUT: dict[str, Any] = {
    **_STORY_HEAD,
    "merged": [],
    "articles": [
        {
            "article": ARTICLE, "title": "Khánh thành cầu Vàm Sáng", "source": "bao-vinh-long",
            "received_at": ARTICLE_OUT["received_at"], "by": None, "score": 0.0, "method": "stories.compared", "version": "1",
            "reason": "the first of its story", "adds": {"names": [], "places": ["tỉnh Vĩnh Long"], "dates": ["Sáng 5/9/2025"]},
            "href": f"/v1/articles/{ARTICLE}",
        },
        {
            "article": "art_0199f3d1c07a7e11a5b2c3d4e5f60718", "title": "Cầu Vàm Sáng thông xe", "source": "bao-go-me",
            "received_at": "2025-09-05T04:02:11.000214+00:00", "by": ARTICLE, "score": 0.61, "method": "stories.compared",
            "version": "1", "reason": "the same day and the same place, and words that few use: Vàm Sáng",
            "adds": {"names": ["Ngô Văn Thử"], "places": [], "dates": []},
            "href": "/v1/articles/art_0199f3d1c07a7e11a5b2c3d4e5f60718",
        },
    ],
}  # fmt: skip
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://bantin.example/v1/schemas/article",
    "title": "ArticleOut",
    "type": "object",
    "properties": {"id": {"title": "Id", "type": "string"}},
    "required": ["id"],
}
