"""Lists and forms as hands use them: sorting by key, pages, chips, what was typed, and clicking twice."""

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def width() -> int:
    return 1280


def test_a_list_is_sorted_filtered_and_paged_by_keyboard(visit):
    page = visit("secretariat")
    page.goto("/zones/hours/")
    page.locator("thead a.sort").first.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "ascending"
    first = page.locator("tbody th").first.inner_text()
    page.locator("nav.pager a[rel=next]").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "ascending"
    assert "51" in page.locator("nav.pager span").inner_text()
    with page.expect_navigation():
        page.locator("nav.pager a[rel=prev]").click()
    assert page.locator("tbody th").first.inner_text() == first
    with page.expect_navigation():
        page.locator("nav.tally a").nth(1).click()
    chosen = page.locator("nav.tally a[aria-current]")
    assert page.locator("tbody tr").count() - 1 == min(50, int(chosen.locator("b").inner_text().replace(",", "")))


def test_what_was_typed_is_asked_about_before_it_is_lost_and_not_when_it_is_sent(visit):
    page = visit("secretariat")
    asked = []

    def stay(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.goto("/consortium/")
    page.goto("/consortium/new/")
    page.type("[name=name]", "示例企业九十九")
    page.evaluate("history.back()")
    page.wait_for_timeout(500)
    assert (asked, page.input_value("[name=name]")) == (["beforeunload"], "示例企业九十九")
    page.fill("[name=name]", "")  # as it was: nothing is lost
    with page.expect_navigation():
        page.locator(".crumbs a").first.click()
    page.goto("/consortium/new/")
    page.fill("[name=name]", "示例企业九十九")
    page.fill("[name=credit_code]", "91130500MA0EXAMPL1")
    page.evaluate("document.querySelector('form.form-card').noValidate = true")
    with page.expect_navigation():
        page.click("form.form-card button.btn-primary")  # sent, and refused: the check digit does not fit
    assert (asked, page.locator(".errsum").count()) == (["beforeunload"], 1)
    page.click("h1")
    page.evaluate("location.href = '/consortium/'")
    page.wait_for_timeout(500)
    assert (asked, page.input_value("[name=name]")) == (["beforeunload"] * 2, "示例企业九十九")
    page.remove_listener("dialog", stay)
    page.on("dialog", lambda dialog: dialog.accept())


def test_a_form_is_sent_once_and_can_be_sent_again_on_coming_back(visit):
    page = visit("secretariat")
    page.goto("/consortium/new/")
    page.evaluate("document.querySelector('form.form-card').noValidate = true")
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    with page.expect_navigation():
        page.evaluate("""() => {
          const button = document.querySelector('form.form-card button.btn-primary');
          button.click(); button.click(); button.form.requestSubmit();
        }""")
    assert len(sent) == 1
    page.on("dialog", lambda dialog: dialog.accept())
    page.go_back()
    assert page.locator("form.form-card button.btn-primary").is_enabled()


def test_a_long_list_is_written_in_the_background_and_fetched_from_its_page(visit):
    page = visit("secretariat")
    page.goto("/zones/hours/?sort=date")
    with page.expect_navigation():
        page.click("button[form=export-order]")
    link = page.locator("#export a[href$='/download/']")
    link.wait_for(timeout=90_000)
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename.endswith(".xlsx")
    page.goto("/consortium/exports/")
    assert page.locator("tbody tr").count() == 1


def test_a_printed_list_shows_its_filters_and_no_buttons(visit):
    page = visit("secretariat")
    page.goto("/zones/hours/?status=approved&activity=mentoring")
    page.emulate_media(media="print")
    names = [".topbar", ".filterbar", "nav.tally", "nav.pager", ".chosen", "thead"]
    shown = {name: page.locator(name).first.is_visible() for name in names}
    assert shown == {
        ".topbar": False, ".filterbar": False, "nav.tally": False, "nav.pager": False, ".chosen": True, "thead": True,
    }  # fmt: skip
    assert page.locator(".chosen .chip:visible").count() == 2
