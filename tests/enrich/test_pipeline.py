import shutil
import subprocess
import sys
from itertools import count
from pathlib import Path

from services.enrich import pipeline
from services.enrich.text.article import Article
from shared.ids import new_id
from tests.factories import TEXT, an_article
from tests.servers import ROOT

NAMES = [
    "clean", "find_credits", "find_abbreviations", "find_slips", "fingerprint", "find_telling_words", "find_dates",
    "find_entities", "find_places", "find_subjects", "find_lexemes",
]  # fmt: skip


def read(text: str) -> Article:
    return pipeline.read(an_article(text), pipeline.STAGES, lambda: 0.0)[0]


def test_the_stages_stand_in_the_order_in_which_they_can_be_read_aloud() -> None:
    assert [stage.__name__ for stage in pipeline.STAGES] == NAMES


def test_reading_tells_how_long_each_stage_took() -> None:
    ticks = count()
    _, times = pipeline.read(an_article(), pipeline.STAGES, lambda: float(next(ticks)))
    assert times == dict.fromkeys(NAMES, 1000.0)


def test_an_article_holds_everything_that_its_own_text_says() -> None:
    article = read(TEXT)
    assert article.title == "Khánh thành cầu Vàm Sáng"
    assert [mention.value for mention in article.dates] == ["2025-09-05TMO", "P16M"]
    assert (article.event.value, article.event.status) == ("2025-09-05TMO", "stated")
    assert "Vĩnh Long" in [mention.name for mention in article.entities]
    assert [block.kind for block in article.blocks] == ["headline", "lead", "paragraph"]


def test_the_earlier_of_two_in_one_batch_is_the_original() -> None:
    first, second, other = read(TEXT), read(TEXT.upper()), read("Tin khác")
    settled = pipeline.settle([first, other, second], {}, {}, {})
    assert [article.duplicate and article.duplicate.other for article in settled] == [None, None, first.id]


def test_what_stands_in_the_archive_is_the_original_of_all() -> None:
    first, second, archived = read(TEXT), read(TEXT), new_id()
    settled = pipeline.settle([first, second], {first.exact_key: archived}, {}, {})
    assert [article.duplicate and article.duplicate.other for article in settled] == [archived, archived]


def test_settling_leaves_the_archive_as_it_was() -> None:
    originals: dict[bytes, object] = {}
    pipeline.settle([read(TEXT)], originals, {}, {})  # type: ignore[arg-type]
    assert originals == {}


def version_of(root: Path) -> str:
    program = "from services.enrich import pipeline; print(pipeline.version())"
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_the_version_is_the_same_everywhere_until_a_word_of_the_lists_changes(tmp_path: Path) -> None:
    for package in ("services", "shared"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    before = version_of(tmp_path)
    data = tmp_path / "services" / "enrich" / "text" / "data" / "provinces.tsv"
    data.write_text(data.read_text(encoding="utf-8") + "99\tBình Nguyên\ttỉnh\t2030-01-01\t\n", encoding="utf-8")
    assert (before, version_of(tmp_path) != before) == (pipeline.version(), True)
