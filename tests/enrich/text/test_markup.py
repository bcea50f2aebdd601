import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrich.text.markup import is_markup, take_text
from services.enrich.text.mending import mend

PAGE = """<!DOCTYPE html>
<html><head><title>Tin vắn | Báo Làng</title><style>p { color: red }</style></head>
<body><h1>Mở phiên chợ
   hoa Xuân</h1>
<!-- quảng cáo > -->
<p class="sapo">Sáng&nbsp;nay, <b>bà con</b> chở hoa &amp; cây&#32;cảnh về &quot;chợ&quot;.</p><p>Giá: 5 &lt; 7<br>
Đông khách.</p>
<script>document.write("<p>ẩn</p>")</script>
<ul><li>Mai</li><li><p>Đào</p></li></ul>
<table><tr><th>Loại</th><th>Giá</th></tr>
<tr><td><p>Cúc</p></td><td>90</td><td></td></tr></table>
<p>Lê Na</p></body></html>"""


@pytest.mark.parametrize(
    "text",
    [
        PAGE,
        "<p>Tin</p>",
        "<DIV class='a'>Tin</DIV>",
        "Dòng một<br>dòng hai<br/>dòng ba",
        "<p>Đoạn một <p>đoạn hai",
        "<html>Tin",
        "Tin: <table border=1><tr><td>1</td></tr></table>",
    ],
)
def test_blocks_and_line_breaks_tell_html(text: str) -> None:
    assert is_markup(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a < b và c > d",
        "<headline>- Ảnh 2.\nTin",
        "<Ảnh 1>\n<caption>Bà con gặt lúa",
        "Thẻ <table> tạo bảng",
        "Một dòng<br>thôi",
        "Chữ <b>đậm</b> và <i>nghiêng</i>",
        "Liên hệ <toasoan@bao.example>",
        "</p>",
        "5 <p 7",
    ],
)
def test_a_text_in_which_some_signs_stand_is_a_text(text: str) -> None:
    assert not is_markup(text)


def test_the_text_is_what_a_browser_shows() -> None:
    assert take_text(PAGE)[0] == (
        "Mở phiên chợ hoa Xuân\n\n"
        'Sáng\xa0nay, bà con chở hoa & cây cảnh về "chợ".\n\n'
        "Giá: 5 < 7\nĐông khách.\n\n"
        "- Mai\n- Đào\n\n"
        "Loại | Giá\nCúc | 90\n\n"
        "Lê Na"
    )


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>một <p>hai", "một\n\nhai"),
        ("<p>a<b>b</p>c", "ab\n\nc"),
        ("<p>một</p></div></p><p>hai", "một\n\nhai"),
        ("<p>1 < 2 & 3 > 2 &khong; &</p>", "1 < 2 & 3 > 2 &khong; &"),
        ("<p>cuối <", "cuối <"),
        ("<p>dở <a href='", "dở <a href='"),
        ("<p>một<!-- không hết</p><p>hai</p>", "một<!-- không hết\n\nhai"),
        ("<![if !supportLists]><p>·<![endif]>một</p><![CDATA[x]]>", "·một"),
        ("<p>một<script>x<p>", "một"),
        ("<title>một <p>hai</p>", "một\n\nhai"),
        ("<head><p>một</p><body><p>hai</p></head>", "hai"),
        ("<pre>một\n  hai</pre>ba", "một\n  hai\n\nba"),
        ("<br><br>một<br><br><br>hai<br>", "một\n\nhai"),
        ("<tr><td>một<td>hai<tr><td>ba", "một | hai\nba"),
        ("<p>&#272;&agrave; &#x4E; &#0;&nbsp;</p>", "Đà N \ufffd\xa0"),
        ("<p></p> <br> <ul><li></ul>", ""),
        ("<p>một</p>\n\n<p>   </p>\n<p>hai</p>", "một\n\nhai"),
    ],
)
def test_broken_html_gives_what_there_is(html: str, text: str) -> None:
    assert take_text(html)[0] == text


def test_every_word_leads_to_its_place_in_the_html() -> None:
    text, offsets = take_text(PAGE)
    words = ["chợ hoa", "hoa & cây", '"', "Đào", " | ", "Lê Na"]
    places = [offsets.filed(text.index(word), text.index(word) + len(word)).of(PAGE) for word in words]
    assert places == ["chợ\n   hoa", "hoa &amp; cây", "&quot;", "Đào", "</th><th>", "Lê Na"]


tags = st.sampled_from(
    ["<p>", "</p>", "<br>", "<div class='x'>", "</div>", "<li>", "<td>", "<tr>", "</table>", "<b>", "</b>", "<script>",
     "</script>", "<!--", "-->", "<![", "]]>", "&amp;", "&nbsp;", "&#", "<", ">", "&", " ", "\n", "Đà ", "lũ", "<pre>",
     "<title>", "</title>", "'", "</", "<?", "<!doctype html>"]
)  # fmt: skip


@given(st.lists(tags, max_size=30).map("".join) | st.text(alphabet="<>&!-/pbr #;'\"=\n") | st.text())
def test_every_character_has_its_place_whatever_the_html(html: str) -> None:
    is_markup(html)
    text, offsets = take_text(html)
    places = [offsets.filed(index, index + 1) for index in range(len(text))]
    assert all(0 <= span.start < span.end <= len(html) for span in places)
    for character, span in zip(text, places, strict=True):
        part = span.of(html)
        assert character in part or part[0] in "&<" or part.isspace() or "<" in part
    assert text.strip(" \n") == text or "<pre>" in html


@given(st.lists(tags, max_size=30).map("".join))
def test_what_is_mended_afterwards_still_leads_to_the_html(html: str) -> None:
    text, offsets = take_text(html)
    mended = mend(text, offsets)
    for index in range(len(mended.text)):
        span = mended.offsets.filed(index, index + 1)
        assert 0 <= span.start < span.end <= len(html)
