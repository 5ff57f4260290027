"""Steps that many walks take."""


def press(page, what: str) -> None:
    """Press the first such button that sends a form, or follow the link, and wait for the page that answers."""
    with page.expect_navigation():
        page.locator(what).first.click()
