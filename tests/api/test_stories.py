"""Stories as readers get them: members in order, what each adds, stable ids, and nothing that may not be seen."""

import pytest

from services.enrich.workbench import Workbench
from shared.contracts.story import StoryList, StoryOut
from tests.api.conftest import Publish
from tests.enrich.text.stories.texts import ANOTHER_BRIDGE, BRIDGE, BRIDGE_TOO, CLINIC
from tests.factories import some_bulletins
from tests.servers import Service


@pytest.fixture
def a_story(api: Service, workbench: Workbench) -> str:
    """The address of a story of two reports of two newsrooms; two other articles tell of other things."""
    for text, source in ((BRIDGE, "báo A"), (CLINIC, "báo A"), (BRIDGE_TOO, "báo B"), (ANOTHER_BRIDGE, "báo B")):
        some_bulletins(api.database, [text], source=source)
        workbench.enrich([])
    (story,) = api.http.get("/v1/stories").json()["data"]
    return str(story["href"])


def test_a_story_is_listed_with_the_headline_of_the_first(api: Service, a_story: str) -> None:
    listed = StoryList.model_validate(api.http.get("/v1/stories").json())
    (story,) = listed.data
    assert (story.title, story.articles, story.sources) == (BRIDGE.splitlines()[0], 2, 2)
    assert listed.page.next is None


def test_its_articles_stand_in_order_with_the_reason_and_what_each_adds(api: Service, a_story: str) -> None:
    story = StoryOut.model_validate(api.http.get(a_story).json())
    first, second = story.articles
    assert (first.title, first.source, first.by) == (story.title, "báo A", None)
    assert (second.source, second.by) == ("báo B", first.article)
    assert second.reason.startswith("telling words in common")
    assert "Lý Văn Tánh" in first.adds.names
    assert "Lý Văn Tánh" not in second.adds.names
    assert first.adds.dates
    article = api.http.get(second.href).json()
    assert a_story.endswith(article["story"])


def test_an_article_of_no_story_says_so(api: Service, publish: Publish) -> None:
    publish([CLINIC])
    (one,) = api.http.get("/v1/articles").json()["data"]
    assert api.http.get(one["href"]).json()["story"] is None
    assert api.http.get("/v1/stories").json()["data"] == []


@pytest.mark.parametrize("hidden", ["pub_status = 'withheld'", "pub_status = 'canceled'", "announced = false"])
def test_a_story_of_which_only_one_article_can_be_seen_is_none(api: Service, a_story: str, hidden: str) -> None:
    first = api.http.get(a_story).json()["articles"][0]["article"]
    api.database.run(f"UPDATE article SET {hidden} WHERE id = %(id)s", id=first[4:])
    assert api.http.get("/v1/stories").json()["data"] == []
    answer = api.http.get(a_story)
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_story")


def test_the_id_of_a_merged_story_leads_to_the_one_it_was_merged_into(api: Service, a_story: str) -> None:
    api.database.run(
        "INSERT INTO story (id, lead_id, first_at, last_at) SELECT '00000000-0000-7000-8000-000000000001', id, now(), now()"
        " FROM story"
    )
    old = "sto_00000000000070008000000000000001"
    story = api.http.get(f"/v1/stories/{old}").json()
    assert (story["id"], story["merged"]) == (a_story.rsplit("/", 1)[1], [old])


def of_another_bridge(text: str) -> str:
    """The report with the names of another place and of other people."""
    for old, new in (("Vàm Sáng", "Gò Lũy"), ("Ba Chùa", "Tám Ngàn"), ("Lý Văn Tánh", "Tô Thị Mận"), ("Bình", "An")):
        text = text.replace(old, new)  # step by step
    return text


def test_a_list_goes_on_where_it_ended(api: Service, a_story: str, workbench: Workbench) -> None:
    # As if the first story had been told long ago.
    api.database.run("DELETE FROM article_band; DELETE FROM sketch_key")
    for text in (BRIDGE, BRIDGE_TOO):
        some_bulletins(api.database, [of_another_bridge(text)])
    workbench.enrich([])
    whole = [one["id"] for one in api.http.get("/v1/stories").json()["data"]]
    first = api.http.get("/v1/stories?limit=1").json()
    second = api.http.get("/v1/stories", params={"limit": 1, "cursor": first["page"]["next"]}).json()
    assert [one["id"] for one in first["data"] + second["data"]] == whole
    assert second["page"]["next"] is None


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/stories/sto_0", 404, "no_such_story"), ("/v1/stories?limit=0", 400, "invalid_parameter"),
        ("/v1/stories?colour=red", 400, "invalid_parameter"), ("/v1/stories?cursor=x", 400, "bad_cursor"),
    ],
)  # fmt: skip
def test_what_is_asked_wrongly_is_refused(api: Service, path: str, status: int, code: str) -> None:
    answer = api.http.get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
