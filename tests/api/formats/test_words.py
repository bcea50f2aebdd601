"""An article as plain text, HTML and Markdown."""

import re

from services.api.formats import parts
from tests.api.formats.items import an_item

LIST = "Lịch cắt điện\n\nĐiện lực Lào Cai báo lịch cắt điện tuần này như sau:\n\n- Thứ Hai: phường Cốc Lếu\n- Thứ Ba: phường Kim Tân\n"
HOSTILE = "Tin <b>lạ</b> & *sao*\n\n1. <script>alert('x')</script> chạy ở [Huế](http://x.example).\n\n# Không phải đề mục của máy"


def test_plain_text_is_what_a_reader_reads() -> None:
    assert parts.plain(an_item().article) == (
        "Khánh thành cầu Vàm Sáng\n\n"
        "Sáng 5/9/2025, Đại tá Ngô Văn Thử, Phó Giám đốc Công an tỉnh Vĩnh Long, dự lễ khánh thành cầu Vàm Sáng.\n\n"
        "Cầu dài 214 mét, làm theo Nghị định 100/2019/NĐ-CP.\n\n"
        "Ảnh: Cầu Vàm Sáng nhìn từ bờ nam.\n\nPhạm Hoà (Công an tỉnh)\n\nNguồn: Báo Vĩnh Long\n"
    )


def test_the_items_of_a_list_stay_together() -> None:
    article = an_item(LIST).article
    items = parts.texts(article, "list")
    assert len(items) == 2
    assert "\n".join(items) in parts.plain(article)
    assert f"<ul><li>{items[0]}</li><li>{items[1]}</li></ul>" in parts.html(article)


def test_what_a_bulletin_says_is_text_in_html() -> None:
    html = parts.html(an_item(HOSTILE).article)
    assert "&lt;script&gt;" in html
    assert "<script" not in html
    assert set(re.findall(r"<[^>]*>", html)) <= {"<p>", "</p>", "<strong>", "</strong>", "<h2>", "</h2>", "<br/>"}


def test_what_a_bulletin_says_is_text_in_markdown() -> None:
    told = parts.markdown(an_item(HOSTILE).article)
    assert told.splitlines()[0] == "# Tin \\<b\\>lạ\\</b\\> & \\*sao\\*"
    assert "\\<script\\>" in told
    assert "\\[Huế\\](http" in told
    assert not any(line.startswith(("1. ", "# Không")) for line in told.splitlines())
