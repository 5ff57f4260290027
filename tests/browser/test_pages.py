"""Every page of the program: whole, in Chinese, within the screen, open to all, in both themes and at both widths.

Who has just begun, in a consortium without records, walks too: so the empty pages are seen.
"""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection
from playwright.sync_api import TimeoutError

from consortium.demo import PASSWORD, USERNAMES
from consortium.services.tokens import PREFIX

from .crawl import Crawl, asking, kind_of, pages_by_name
from .newcomers import NAMES as NEWCOMERS

AXE = (Path(__file__).parent / "vendor" / "axe-core-4.14.1" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Latin words that stand on Chinese pages: formats, keys, what is called so in the field, and the demonstration's codes.
WORDS = {
    "PDF", "pdf", "jpg", "JPG", "PNG", "WEBP", "OFD", "WPS", "PowerPoint",
    "DOCX", "docx", "XLSX", "xlsx", "CSV", "ZIP", "Word", "Excel", "PPT", "SHA", "KB", "MB",
    "English", "Enter", "Esc", "Tab", "GB",
}  # fmt: skip
WORDS |= {"API", "JSON", "Chrome", "Linux", "PIN", "https"}
# in the demonstration's sign-in names and addresses
WORDS |= {"new", "clerk", "late", "engineer", "enterprise", "teacher", "newcomer", "guest", "example", "invalid"}
WORDS |= {"college_admin"}
WORDS |= {"manage", "py", "verify", "SL"}  # the operator's command; the numbers of contracts
CODES = {"assembly", "auto", "cnc", "control", "ecommerce", "mould", "robot", "rural", "software"}
WORDS |= CODES | {code.upper() for code in CODES} | set(USERNAMES)
WORDS_OF_A_PAGE = {  # the columns of the file to import have English names
    "/evaluation/schemes/import/": {
        "number", "group", "dimension", "name", "weight_percent", "required", "kind", "rubric",
    },
    "/reports/templates/": {"template", "toml", "extra", "md", "crest", "png"},  # the names of a template's files
}  # fmt: skip

TEXTS = """() => {
  const texts = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    const isText = !parent.closest('script, noscript, style, textarea, code, .hash, [lang=en]');
    if (isText) texts.push(walker.currentNode.textContent);
  }
  for (const element of document.querySelectorAll('[placeholder], [aria-label], [title], [alt]')) {
    if (element.closest('[lang=en]')) continue;
    for (const name of ['placeholder', 'aria-label', 'title', 'alt']) texts.push(element.getAttribute(name) || '');
  }
  return texts.join('\\n');
}"""
COLOURS = ["color-contrast", "link-in-text-block"]  # the rules that another theme can break
BARRIERS = """rules => axe.run({ runOnly: rules, resultTypes: ['violations'] }).then(found => found.violations.map(
  rule => rule.impact + ' ' + rule.id + ' ' + rule.nodes.slice(0, 3).map(node => node.target.join(' ')).join(' | ')
))"""

SMALL = """() => Array.from(document.querySelectorAll('input[type=checkbox], input[type=radio]')).filter(box => {
  const place = box.getBoundingClientRect();
  return place.width > 1 && getComputedStyle(box).opacity !== '0' && Math.min(place.width, place.height) < 24;
}).map(box => box.name)"""

# On PostgreSQL the pages are the same, so one walks there; where both suites run side by side, only there.
WALKERS = ["college"] if connection.vendor == "postgresql" else [*USERNAMES, *NEWCOMERS, "nobody"]
DRAWN_HERE = [name for name in WALKERS if name not in os.environ.get("WALK_ELSEWHERE", "").split()]

THEME = "theme => { document.documentElement.dataset.bsTheme = theme; }"
DRAWN = "Array.from(document.querySelectorAll('.fig-box')).every(box => box.querySelector('canvas'))"

pytestmark = pytest.mark.browser


def faults(page, path: str, widths: tuple[int, ...] = (1280, 390)) -> list[str]:
    """What is wrong with the open page, a line each: a chart not drawn, a word not in Chinese, and at each width, in
    light and in dark, a page wider than the screen and a barrier."""
    found = []
    try:
        page.wait_for_function(DRAWN, timeout=10_000)
    except TimeoutError:
        found.append(f"{path}: a chart is not drawn")
    words = set(re.findall(r"[A-Za-z][A-Za-z_]+", re.sub(rf"{PREFIX}[\w-]+", "", page.evaluate(TEXTS))))
    if left := words - WORDS - WORDS_OF_A_PAGE.get(path, set()):
        found.append(f"{path}: not in Chinese: {sorted(left)}")
    page.emulate_media(reduced_motion="reduce")  # a button on its way from dark to light has too little contrast
    page.evaluate(AXE)  # by the debugger, which the Content-Security-Policy does not bind
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        try:
            page.wait_for_function("document.documentElement.scrollWidth <= innerWidth", timeout=5_000)
        except TimeoutError:  # a chart takes its new width a moment later
            found.append(f"{path}: wider than a screen of {width}")
        if page.locator(".submitbar").count():  # on the whole page a bar that clings to the lower edge covers nothing
            whole = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({"width": width, "height": max(whole, 900)})
        if small := page.evaluate(SMALL):
            found.append(f"{path}, {width}: ticks of less than 24 pixels: {sorted(set(small))}")
        for theme, rules in (("light", RULES), ("dark", COLOURS)):
            page.evaluate(THEME, theme)
            found += [f"{path}, {theme}, {width}: {barrier}" for barrier in page.evaluate(BARRIERS, rules)]
        page.evaluate(THEME, "light")
    return found


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


@pytest.fixture(scope="module")
def crawl(chromium, program) -> Crawl:
    """Everybody's pages, asked for from home; then those that nobody has come to."""
    script = "from tests.browser.newcomers import make; print(*make(), sep='\\n')"
    by_address_only = [line.split() for line in program.manage("shell", "-v0", "-c", script).splitlines()]
    found, people = Crawl(), {}
    for name in WALKERS:
        cookies = "" if name == "nobody" else cookies_of(chromium, program, name)
        people[name] = asking("127.0.0.1", program.port, cookies)
        found.person(name, people[name])
    for name, address in by_address_only:
        if name in people:
            found.ask(name, people[name], address)
    for name, ask in people.items():
        found.rest(name, ask)
    return found


def cookies_of(chromium, program, username: str) -> str:
    page = chromium.new_context(base_url=program.url, locale="zh-CN").new_page()
    page.goto("/accounts/login/")
    page.fill("[name=login]", username)
    page.fill("[name=password]", PASSWORD)
    with page.expect_navigation():
        page.press("[name=password]", "Enter")
    cookies = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in page.context.cookies())
    page.context.close()
    return cookies


def test_every_page_is_walked_by_somebody(crawl):
    assert crawl.faults == []
    if "nobody" in WALKERS:
        assert sorted(route for route in pages_by_name() if not crawl.is_walked(route)) == []


@pytest.mark.parametrize("width", [1280], indirect=True, ids=["both"])
@pytest.mark.parametrize("username", DRAWN_HERE)
def test_every_page_of_a_role_is_whole_in_chinese_and_without_barriers(username, visit, shoot, width, crawl):
    page = visit(None if username == "nobody" else username)
    found = []
    for address in crawl.faces.get(username, []):
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(address)
        path = urlsplit(address).path
        shoot(page, f"{username}{kind_of(address).replace('/', '_').rstrip('_')}")
        is_form = page.locator("form.form-card[method=post] [required]").count() > 0
        found += faults(page, path)
        if is_form:
            page.set_viewport_size({"width": 1280, "height": 900})
            send_empty(page, address)
            if not page.locator(".errsum").count():
                found.append(f"{path}: an empty form was taken")
            found += faults(page, path, (1280,))
    assert "\n".join(found) == ""
