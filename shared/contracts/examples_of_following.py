"""What followers are told and answered, as the examples of the OpenAPI description show it. A test holds them valid."""

import json
from typing import Any

from shared.contracts.examples import ARTICLE, ARTICLE_OUT, CHANGE_LIST

CONSUMER: dict[str, Any] = {
    "name": "luu-tru",
    "filter": {"type": [], "source": ["bao-vinh-long"], "entity": []},
    "position": 7,
    "head_seq": 9,
    "lag": {"entries": 2, "seconds": 41.3},
    "created_at": "2026-11-22T07:30:00+00:00",
    "acked_at": "2026-11-22T07:36:11.702114+00:00",
    "href": "/v1/consumers/luu-tru",
}
WEBHOOK_SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="  # noqa: S105  # an example
WEBHOOK: dict[str, Any] = {
    "id": "whk_01a2022f5b7c7e80a1b2c3d4e5f60718",
    "url": "https://toa-soan.example/bantin",
    "filter": {"type": [], "source": [], "entity": []},
    "format": "plain",
    "enabled": True,
    "disabled": None,
    "disabled_at": None,
    "failing_since": None,
    "old_secret_until": None,
    "position": 9,
    "head_seq": 9,
    "waiting": 0,
    "created_at": "2026-11-22T07:30:00+00:00",
    "href": "/v1/webhooks/whk_01a2022f5b7c7e80a1b2c3d4e5f60718",
}
DELIVERY: dict[str, Any] = {
    "id": 12,
    "event": "evt_9",
    "seq": 9,
    "article": ARTICLE,
    "state": "delivered",
    "tries": 2,
    "next_try_at": None,
    "made_at": "2026-11-22T07:36:11.661002+00:00",
    "ended_at": "2026-11-22T07:36:17.040118+00:00",
    "attempts": [
        {
            "at": "2026-11-22T07:36:11.663+00:00",
            "seconds": 0.021,
            "status": 503,
            "error": None,
            "answer": "đang bảo trì",
        },
        {"at": "2026-11-22T07:36:17.02+00:00", "seconds": 0.018, "status": 200, "error": None, "answer": ""},
    ],
}
CONSUMER_LIST: dict[str, Any] = {"data": [CONSUMER]}
CONSUMER_CHANGES: dict[str, Any] = {
    **CHANGE_LIST,
    "next": "/v1/consumers/luu-tru/changes?limit=200",
    "consumer": "luu-tru",
}
WEBHOOK_LIST: dict[str, Any] = {"data": [WEBHOOK]}
DELIVERY_LIST: dict[str, Any] = {"data": [DELIVERY], "page": {"limit": 50, "next": None}}
CLOUD_EVENTS: list[dict[str, Any]] = [
    {
        "specversion": "1.0",
        "id": "evt_1",
        "source": "/bantin",
        "type": "vn.bantin.article.published.v1",
        "subject": ARTICLE,
        "time": ARTICLE_OUT["available_at"],
        "datacontenttype": "application/json",
        "sequence": "00000000000000000001",
        "data": CHANGE_LIST["changes"][0],
    }
]
EVENT_STREAM = (
    f"retry: 2000\n\nid: 1\nevent: article.published\ndata: {json.dumps(CHANGE_LIST['changes'][0])}\n\n:\nid: 1\n\n"
)
