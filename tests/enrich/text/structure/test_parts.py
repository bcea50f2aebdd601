"""Which part of a bulletin a line is, by what newsrooms write and how they set it."""

import pytest

from services.enrich.text.article import Article
from services.enrich.text.clean import clean
from tests.factories import an_article

LEAD = "Sáng nay, xã Trà Leng khánh thành trạm y tế mới phục vụ bốn thôn vùng cao."
BODY = "Trạm có sáu phòng bệnh, một phòng sinh và đội ngũ chín y, bác sĩ thay nhau trực cả ngày lẫn đêm."
MORE = "Trước đây người bệnh phải đi bộ hơn mười cây số đường rừng mới đến được nơi khám chữa gần nhất."


def read(*lines: str) -> Article:
    return clean(an_article("\n\n".join(lines)))


def parts(*lines: str) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in read(*lines).blocks]


def kinds(*lines: str) -> list[str]:
    return [kind for kind, _ in parts(*lines)]


def kind_below(line: str) -> str:
    """What a line is as the last of a bulletin."""
    return kinds("Trà Leng có trạm y tế", LEAD, BODY, line)[-1]


def kind_between(line: str) -> str:
    """What a line is among the paragraphs of a bulletin."""
    return kinds("Trà Leng có trạm y tế", LEAD, BODY, line, MORE)[3]


@pytest.mark.parametrize(
    ("filed", "stamp", "title"),
    [
        ("date 2025-04-17 Trà Leng có trạm y tế", "date 2025-04-17", "Trà Leng có trạm y tế"),
        (" Ngày đăng: 17/04/2025 - Trà Leng có trạm y tế", "Ngày đăng: 17/04/2025 -", "Trà Leng có trạm y tế"),
        ("[17/4/2025] Trà Leng có trạm y tế", "[17/4/2025]", "Trà Leng có trạm y tế"),
        ("17-04-2025 08:30 | Trà Leng có trạm y tế", "17-04-2025 08:30 |", "Trà Leng có trạm y tế"),
    ],
)
def test_a_stated_day_fused_to_the_headline_is_a_dateline_of_its_own(filed: str, stamp: str, title: str) -> None:
    assert parts(filed, LEAD) == [("dateline", stamp), ("headline", title), ("lead", LEAD)]


@pytest.mark.parametrize(
    "headline",
    [
        "Ngày 17/4/2025, Trà Leng có trạm y tế",
        "Sáng 17/4/2025 Trà Leng có trạm y tế",
        "2025 là năm Trà Leng có trạm y tế",
        "Ngày 17/4/2025 là ngày hội của Trà Leng",
    ],
)
def test_a_headline_that_begins_with_a_day_keeps_it(headline: str) -> None:
    assert parts(headline, LEAD)[0] == ("headline", headline)


@pytest.mark.parametrize(
    "stamp",
    [
        "Thứ Năm, 17/04/2025 | 08:30",
        "Cập nhật: 17/04/2025 08:30 (GMT+7)",
        "Quảng Nam, ngày 17 tháng 4 năm 2025",
        "08:30 17-04-2025",
        "Đăng lúc 8h30, ngày 17/4/2025",
    ],
)
def test_a_line_of_nothing_but_a_day_is_a_dateline_above_and_below_the_headline_and_at_the_end(stamp: str) -> None:
    assert kinds(stamp, "Trà Leng có trạm y tế", LEAD) == ["dateline", "headline", "lead"]
    assert kinds("Trà Leng có trạm y tế", stamp, LEAD) == ["headline", "dateline", "lead"]
    assert kind_below(stamp) == "dateline"


@pytest.mark.parametrize("section", ["THỜI SỰ", "Kinh tế - xã hội", "Bản tin sáng 17/4", "TIN BÃO KHẨN CẤP", "Văn hoá"])
def test_a_sections_name_above_the_headline_is_a_kicker(section: str) -> None:
    assert parts(section, "Trà Leng có trạm y tế", LEAD)[:2] == [
        ("kicker", section),
        ("headline", "Trà Leng có trạm y tế"),
    ]


def test_a_headline_in_capitals_is_a_headline() -> None:
    assert kinds("TRÀ LENG CÓ TRẠM Y TẾ", LEAD, BODY) == ["headline", "lead", "paragraph"]


def test_a_bulletin_of_one_line_is_a_headline_whatever_it_says() -> None:
    assert [kinds(line) for line in ("Tin vắn", "17/4/2025", "Nguồn: TTXVN", "[Ảnh]", LEAD)] == [["headline"]] * 5


@pytest.mark.parametrize(
    ("opening", "rest"),
    [
        ("Quảng Nam, 17/4 –", LEAD),
        ("(Chinhphu.vn) -", LEAD),
        ("TTXVN (Đà Nẵng 17/4) -", LEAD),
        ("ĐÀ NẴNG –", LEAD),
        ("VOV.VN -", LEAD),
        ("Đà Nẵng, ngày 17/4/2025 (TTXVN) –", LEAD),
    ],
)
def test_place_day_and_agency_before_the_lead_are_a_dateline(opening: str, rest: str) -> None:
    assert parts("Trà Leng có trạm y tế", f"{opening} {rest}")[1:] == [("dateline", opening), ("lead", rest)]


@pytest.mark.parametrize(
    "lead",
    [
        "Trà Leng - xã vùng cao của Quảng Nam - vừa khánh thành trạm y tế mới.",
        "Sáng 17/4, trạm y tế Trà Leng mở cửa – đúng hẹn với bà con bốn thôn.",
        "(Nhân ngày hội) Trà Leng khánh thành trạm y tế mới.",
    ],
)
def test_a_lead_that_begins_with_a_name_and_a_dash_is_whole(lead: str) -> None:
    assert parts("Trà Leng có trạm y tế", lead)[1] == ("lead", lead)


@pytest.mark.parametrize(
    "line",
    [
        "Ảnh: Trạm y tế Trà Leng ngày khánh thành.",
        "Ảnh 2: Bà con đến khám bệnh",
        "Bà con đến khám bệnh. Ảnh: Minh Ngọc",
        "Bà con đến khám bệnh (Ảnh: CTV)",
        "Trạm y tế nhìn từ trên cao - Ảnh 3.",
        "Bác sĩ khám cho người già – Ảnh: M.N",
        "Hình 1. Sơ đồ trạm",
    ],
)
def test_a_line_that_says_it_is_about_a_picture_is_a_caption(line: str) -> None:
    assert kind_between(line) == "caption"


@pytest.mark.parametrize(
    "line",
    ["[Ảnh]", "Ảnh 2.", "(Ảnh minh hoạ)", "tram-y-te_01.jpg", "[Ảnh: IMG_2210.JPG]", "Trà Leng có trạm y tế- Ảnh 4."],
)
def test_what_stands_for_a_picture_is_a_placeholder(line: str) -> None:
    assert kind_between(line) == "placeholder"


def test_a_caption_belongs_to_the_placeholder_before_it() -> None:
    article = read("Trà Leng có trạm y tế", LEAD, "Trà Leng có trạm y tế- Ảnh 2.", "Bà con chờ khám bệnh.", BODY)
    assert [(block.kind, block.picture) for block in article.blocks[2:4]] == [("placeholder", 2), ("caption", 2)]


def test_a_long_paragraph_after_a_placeholder_is_no_caption() -> None:
    assert kinds("Trà Leng có trạm y tế", LEAD, "Ảnh 1.", BODY + " " + MORE, MORE)[3] == "paragraph"


def test_a_short_paragraph_in_the_words_of_headline_and_lead_is_a_caption_that_lost_its_picture() -> None:
    assert kind_between("Trạm y tế mới của xã Trà Leng phục vụ bốn thôn vùng cao.") == "caption"
    assert kind_between("Người bệnh nặng vẫn được chuyển xuống bệnh viện huyện.") == "paragraph"


@pytest.mark.parametrize(
    "line",
    [
        "Hoàng Kim Ngân",
        "Minh Ngọc - Thu Hà",
        "PV",
        "Bài, ảnh: Lê Đình Thảo",
        "T.H",
        "Y Blim (Báo Gia Lai)",
        "MINH NGỌC",
    ],
)
def test_a_name_at_the_end_is_a_byline(line: str) -> None:
    assert kind_below(line) == "byline"


@pytest.mark.parametrize(
    "line", ["Nguồn: Báo Quảng Nam", "Theo TTXVN", "(TTXVN)", "(Theo Báo Quảng Nam)", "Nguồn: quangnam.example"]
)
def test_a_house_at_the_end_is_a_source(line: str) -> None:
    assert kind_below(line) == "source"


def test_a_house_in_brackets_after_the_last_sentence_is_a_source() -> None:
    assert parts("Trà Leng có trạm y tế", LEAD, f"{BODY} (Theo TTXVN)")[2:] == [
        ("paragraph", BODY),
        ("source", "(Theo TTXVN)"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Theo báo cáo của xã, số ca bệnh đã giảm một nửa so với năm ngoái.",
        "Ông Hồ Văn Dên nói.",
        "Theo ông Dên, đường đã thông.",
    ],
)
def test_a_sentence_at_the_end_is_a_paragraph(line: str) -> None:
    assert kind_below(line) == "paragraph"


@pytest.mark.parametrize(
    "line",
    [
        "Mọi chi tiết xin liên hệ: 0235 3812 345",
        "Hotline: 1900 1234",
        "#traleng #yte",
        "Mời quý độc giả xem thêm tại www.example.vn",
        "© Bản quyền thuộc Báo Núi Rừng",
        "Xem thêm: Đường lên Trà Leng thông xe",
        "https://example.vn/tra-leng",
        "(Hết)",
    ],
)
def test_what_leads_out_of_the_article_is_a_tail(line: str) -> None:
    assert kind_below(line) == "tail"


def test_credits_stand_above_tails() -> None:
    assert kinds("Trà Leng có trạm y tế", LEAD, BODY, "Hồ Thị Sim", "Nguồn: Báo Núi", "Hotline: 1900 1234")[3:] == [
        "byline",
        "source",
        "tail",
    ]


def test_an_author_and_a_day_on_one_line_under_the_headline_are_two_parts() -> None:
    assert parts("Trà Leng có trạm y tế", "Hồ Thị Sim | 17/04/2025 08:30", LEAD)[1:3] == [
        ("byline", "Hồ Thị Sim"),
        ("dateline", "17/04/2025 08:30"),
    ]


def test_a_short_line_without_a_full_stop_above_a_paragraph_is_a_subhead() -> None:
    assert kind_between("Hết cảnh đi bộ mười cây số") == "subhead"


@pytest.mark.parametrize("line", ["- Ông có vui không?", "PV: Ông có vui không?", "“Vui lắm!”, ông nói."])
def test_speech_is_no_subhead(line: str) -> None:
    assert kind_between(line) == "paragraph"


def test_lines_with_one_sign_before_them_are_a_list() -> None:
    items = ["- Sáu phòng bệnh;", "- Một phòng sinh;", "- Một kho thuốc."]
    assert parts("Trà Leng có trạm y tế", LEAD, *items, MORE)[2:5] == [("list", item) for item in items]


def test_people_who_speak_in_turn_are_no_list() -> None:
    assert (
        kinds("Trà Leng có trạm y tế", LEAD, "– Ông đến khám à?", "– Ừ, tôi đau lưng.", MORE)[2:4] == ["paragraph"] * 2
    )


def test_lines_of_columns_are_a_table() -> None:
    rows = ["Thôn\tSố hộ", "Ông Đoang\t112", "Tắk Pổ\t87"]
    assert parts("Trà Leng có trạm y tế", LEAD, *rows, MORE)[2:5] == [("table", row) for row in rows]


def test_lines_broken_for_width_are_one_paragraph_whose_places_are_kept() -> None:
    wide = [
        "Sáng nay, xã Trà Leng khánh thành trạm y tế mới phục vụ bốn",
        "thôn vùng cao. Trạm có sáu phòng bệnh, một phòng sinh, đội",
        "ngũ chín y, bác sĩ thay nhau trực cả ngày lẫn đêm, người bệnh",
        "không còn phải đi bộ.",
    ]
    filed = "Trà Leng có trạm y tế\n\n" + "\r\n".join(wide)
    lead = clean(an_article(filed)).blocks[1]
    assert (lead.kind, lead.text) == ("lead", " ".join(wide))
    place = lead.text.index("sáu phòng")
    assert lead.offsets.filed(place, place + 9).of(filed) == "sáu phòng"


def test_the_headers_of_a_mail_are_no_part_of_the_article() -> None:
    mail = "From: a@example.vn\nTo: b@example.vn\nSubject: Tin Trà Leng\n\nTrà Leng có trạm y tế\n\n" + LEAD
    assert [(b.kind) for b in clean(an_article(mail)).blocks] == ["tail", "tail", "tail", "headline", "lead"]
