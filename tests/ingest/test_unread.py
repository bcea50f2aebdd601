"""What could not be read as text is counted by its source, so that a newsroom's new encoding is noticed."""

from tests.servers import Service, wait_until

UNREAD = "SELECT source, unread, finished FROM source_hour"
BYTES = b"\x00\x01\x02\xff\xfe\x00binary"


def test_bytes_that_are_no_text_are_counted_by_their_source(ingest: Service) -> None:
    headers = {"Content-Type": "text/plain", "Bulletin-Source": "bao-an"}
    for _ in range(2):
        assert ingest.http.post("/v1/bulletins", content=BYTES, headers=headers).status_code == 422
    strange = {"Content-Type": "text/plain; charset=klingon"}
    assert ingest.http.post("/v1/bulletins", content=b"tin", headers=strange).status_code == 415
    assert ingest.http.post("/v1/bulletins", content=b" ", headers=headers).status_code == 422, "empty is not unread"
    found = wait_until(lambda: len(rows := ingest.database.rows(UNREAD)) == 2 and rows)
    assert sorted(found) == [("", 1, 0), ("bao-an", 2, 0)]
