"""A list on paper, as Chromium prints it."""

import io
import unicodedata

import pytest
from pypdf import PdfReader

pytestmark = pytest.mark.browser


@pytest.fixture
def width() -> int:
    return 1280


def test_a_printed_list_has_its_head_on_every_sheet_and_no_navigation(visit):
    page = visit("secretariat", dark=True)
    page.goto("/zones/hours/")
    heads = [head.strip() for head in page.locator("thead th").all_inner_texts()]
    navigation = page.locator(".topnav a").all_inner_texts()
    sheets = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    # the browser writes some characters as the radicals that look the same
    texts = ["".join(unicodedata.normalize("NFKC", sheet.extract_text()).split()) for sheet in sheets]
    assert len(sheets) > 1
    assert [sheet.mediabox.width > sheet.mediabox.height for sheet in sheets] == [True] * len(sheets)
    assert [head for text in texts for head in heads if head not in text] == []
    assert "".join("".join(navigation).split()) not in "".join(texts)
    assert "筛选" not in "".join(texts)
