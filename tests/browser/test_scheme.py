"""The tree of a draft: sums while one types, an indicator moved by its arrow and dragged, saved together."""

import pytest

from .steps import press

pytestmark = pytest.mark.browser
LEAVES = ".tree > li[data-leaf]"


def names(page) -> list[str]:
    return page.locator(f"{LEAVES} .what a").all_inner_texts()


@pytest.mark.parametrize("width", [1280], indirect=True, ids=["desk"])
def test_weights_add_up_while_one_types_and_indicators_are_moved(visit, shoot, width):
    page = visit("secretariat")
    page.goto("/evaluation/schemes/?status=draft")
    press(page, "main tbody a")
    weight = page.locator(f"{LEAVES} .figure input").first
    group = page.locator(".tree > li[data-level=group] [data-sum]").first
    before, sum_before = float(weight.input_value()), float(group.inner_text())
    weight.fill(f"{before + 2.5:g}")
    assert float(group.inner_text()) == sum_before + 2.5
    assert page.locator("[data-total]").inner_text() == "102.5"
    assert page.locator("[data-off]").is_visible()
    weight.fill(f"{before:g}")
    assert page.locator("[data-total]").inner_text() == "100"
    assert not page.locator("[data-off]").is_visible()

    first, second, third, *rest = names(page)
    page.locator(f"{LEAVES} [data-move='1']").first.click()
    assert names(page)[:3] == [second, first, third]
    page.locator(f"{LEAVES} .grip").nth(2).drag_to(page.locator(LEAVES).first)
    assert names(page)[:3] == [third, second, first]
    shoot(page, "scheme-tree")
    press(page, "button:has-text('保存指标')")
    assert names(page) == [third, second, first, *rest]
