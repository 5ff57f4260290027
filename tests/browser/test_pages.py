"""Every page that a role reaches by following links from its home: whole, in Chinese, within the screen, open to all.

One page of each address is opened (numbers in it do not count), exports and downloads are left out.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection
from playwright.sync_api import TimeoutError

from consortium.demo import USERNAMES

AXE = (Path(__file__).parent / "vendor" / "axe-core-4.14.1" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LEFT_OUT = re.compile(
    r"/(admin|api|static|media)/|/logout/|/download/|/files/\d+/$|/data/(json|xlsx)/|/table\.|[?&]export="
)

# Latin words that stand on Chinese pages: formats, keys, what is called so in the field, and the demonstration's codes.
WORDS = {
    "PDF", "pdf", "jpg", "JPG", "PNG", "WEBP", "OFD", "WPS", "PowerPoint",
    "DOCX", "docx", "XLSX", "xlsx", "CSV", "Word", "Excel", "PPT", "SHA", "KB", "MB",
    "English", "Enter", "Esc", "Tab",
}  # fmt: skip
WORDS |= {"API", "JSON", "Chrome", "Linux"}
# in the demonstration's sign-in names and addresses
WORDS |= {"clerk", "engineer", "enterprise", "teacher", "newcomer", "example", "invalid"}
WORDS |= {"manage", "py", "verify", "SL"}  # the operator's command; the numbers of contracts
CODES = {"assembly", "auto", "cnc", "control", "ecommerce", "mould", "robot", "rural", "software"}
WORDS |= CODES | {code.upper() for code in CODES} | set(USERNAMES)
WORDS_OF_A_PAGE = {  # the columns of the file to import have English names
    "/evaluation/schemes/import/": {
        "number", "group", "dimension", "name", "weight_percent", "required", "kind", "rubric",
    },
}  # fmt: skip

TEXTS = """() => {
  const texts = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!parent.closest('script, style, textarea, code, .hash, [lang=en]')) texts.push(walker.currentNode.textContent);
  }
  for (const element of document.querySelectorAll('[placeholder], [aria-label], [title], [alt]')) {
    if (element.closest('[lang=en]')) continue;
    for (const name of ['placeholder', 'aria-label', 'title', 'alt']) texts.push(element.getAttribute(name) || '');
  }
  return texts.join('\\n');
}"""
BARRIERS = """rules => axe.run({ runOnly: rules, resultTypes: ['violations'] }).then(found => found.violations.map(
  rule => rule.impact + ' ' + rule.id + ' ' + rule.nodes.slice(0, 3).map(node => node.target.join(' ')).join(' | ')
))"""

# Everybody at a desk, and on a phone those whose pages differ. On PostgreSQL the pages are the same, so two walk there.
WALKS = [(name, 1280) for name in USERNAMES]
WALKS += [(name, 390) for name in ["secretariat", "college", "partner", "bureau", "expert"]]
if connection.vendor == "postgresql":
    WALKS = [("secretariat", 1280), ("partner", 390)]

THEME = "theme => { document.documentElement.dataset.bsTheme = theme; }"
DRAWN = "Array.from(document.querySelectorAll('.fig-box')).every(box => box.querySelector('canvas'))"

pytestmark = pytest.mark.browser


def pages(page) -> Iterator[tuple[str, str]]:
    """Open one page of each address that links lead to, home first; gives its path and the address without numbers."""
    home = page.evaluate("location.origin")
    waiting, seen = ["/"], set()
    while waiting:
        address = waiting.pop(0)
        path = urlsplit(address).path
        kind = re.sub(r"\d+", "N", path)
        if kind in seen or LEFT_OUT.search(address):
            continue
        seen.add(kind)
        answer = page.goto(address)
        assert answer.status == 200, f"{path} answered {answer.status}"
        links = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href.split('#')[0])")
        waiting += [link for link in links if link.startswith(home)]
        yield path, kind


def faults(page, path: str, width: int, *, with_barriers: bool) -> list[str]:
    """What is wrong with the open page, a line each: wider than the screen, a chart not drawn, a word not in Chinese,
    a barrier."""
    found = []
    across = page.evaluate("document.documentElement.scrollWidth")
    if across > width:
        found.append(f"{path}: {across} wide on a screen of {width}")
    try:
        page.wait_for_function(DRAWN, timeout=10_000)
    except TimeoutError:
        found.append(f"{path}: a chart is not drawn")
    words = set(re.findall(r"[A-Za-z][A-Za-z_]+", page.evaluate(TEXTS)))
    if left := words - WORDS - WORDS_OF_A_PAGE.get(path, set()):
        found.append(f"{path}: not in Chinese: {sorted(left)}")
    if with_barriers:
        page.evaluate(AXE)  # by the debugger, which the Content-Security-Policy does not bind
        found += [f"{path}: {barrier}" for barrier in page.evaluate(BARRIERS, RULES)]
        page.evaluate(THEME, "dark")
        found += [f"{path}, dark: {barrier}" for barrier in page.evaluate(BARRIERS, ["color-contrast"])]
        page.evaluate(THEME, "light")
    return found


def buttons(page) -> str:
    """What can be done on the open page: the same page differs by role in this."""
    return " ".join(sorted(set(page.locator("main .btn").all_inner_texts())))


@pytest.fixture(scope="module")
def looked_at() -> set[tuple[int, str, str]]:
    """Width, address and buttons of the pages that were searched for barriers, so that none is searched twice."""
    return set()


def send_empty(page, address: str) -> None:
    """Empty the form of the page and send it past the browser's own checks."""
    page.goto(address)
    page.evaluate("""() => {
      const form = document.querySelector('form.form-card');
      form.noValidate = true;
      for (const field of form.querySelectorAll('input:not([type=hidden]), select, textarea')) {
        if (field.type === 'checkbox') field.checked = false; else field.value = '';
      }
    }""")
    with page.expect_navigation():
        page.locator("form.form-card .card-footer button").first.click()


@pytest.mark.parametrize(("username", "width"), WALKS, indirect=["width"])
def test_every_page_of_a_role_is_whole_in_chinese_and_without_barriers(username, visit, shoot, width, looked_at):
    page = visit(username)
    found, forms = [], []
    for path, kind in pages(page):
        face = (width, kind, buttons(page))
        is_new = face not in looked_at
        looked_at.add(face)
        found += faults(page, path, width, with_barriers=is_new)
        if is_new:
            shoot(page, f"{username}{kind.replace('/', '_').rstrip('_')}")
            if page.locator("form.form-card [required]").count():
                forms.append((path, page.url))
    for path, address in forms:
        send_empty(page, address)
        if not page.locator(".errsum").count():
            found.append(f"{path}: an empty form was taken")
        found += faults(page, path, width, with_barriers=width > 768)
    assert "\n".join(found) == ""


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/password/reset/", "/accounts/signup/"])
def test_a_page_before_signing_in_is_whole_in_chinese_and_without_barriers(path, visit, shoot, width):
    page = visit()
    page.goto(path)
    assert faults(page, path, width, with_barriers=True) == []
    shoot(page, path.strip("/").replace("/", "_"))
