"""The numbers in the head of a page, as the browser fetches them."""

import pytest

pytestmark = pytest.mark.browser


def numbers(page) -> list[int]:
    """What waits and what is unread, once the numbers have come; nothing stands for none."""
    page.wait_for_load_state("networkidle")
    return [int(text) for text in page.locator(".desk .count").all_inner_texts()]


@pytest.mark.parametrize("width", [1280], indirect=True, ids=["desk"])
def test_the_numbers_fall_with_what_is_done_also_on_the_way_back(visit):
    page = visit("bureau")
    page.goto("/consortium/announcements/")
    waiting, unread = numbers(page)
    assert unread
    page.locator("tbody a").first.click()
    with page.expect_navigation():
        page.get_by_role("button", name="我已阅读").click()
    assert numbers(page) == [waiting - 1, unread]
    page.goto("/consortium/notices/")
    with page.expect_navigation():
        page.locator("tbody button.unread", has_text="新公告").click()
    left = [number for number in (waiting - 1, unread - 1) if number]  # nothing stands for none
    assert numbers(page) == left
    page.go_back()
    assert numbers(page) == left
