"""A long list of boxes to tick: one finds in it, ticks what is found, and sees how many are ticked."""

import pytest

pytestmark = pytest.mark.browser


def test_zones_are_found_and_ticked_together(visit, shoot, width):
    page = visit("secretariat")
    page.goto("/reports/new/")
    zones = page.locator("fieldset.choices", has_text="数控加工产教特区")
    said = zones.get_by_role("status")
    assert said.inner_text() == "已选 9 / 9"
    zones.get_by_role("button", name="取消所列").click()
    assert said.inner_text() == "已选 0 / 9"
    zones.get_by_role("searchbox").fill("数控")
    assert [text.strip() for text in zones.locator("label:visible").all_inner_texts()] == ["数控加工产教特区"]
    page.keyboard.press("Enter")  # finds, and orders nothing
    zones.get_by_role("button", name="全选所列").click()
    assert said.inner_text() == "已选 1 / 9"
    shoot(page, "choices-found")
    zones.get_by_role("searchbox").fill("")
    ticked = zones.locator("label", has=page.locator("input:checked"))
    assert [text.strip() for text in ticked.all_inner_texts()] == ["数控加工产教特区"]
    assert page.url.endswith("/reports/new/")
    assert page.evaluate("document.documentElement.scrollWidth") == width
