"""What people see when something is wrong: the pages of errors, as the program shows them when it is not in DEBUG."""

from collections.abc import Iterator

import pytest
from django.urls import reverse

from .conftest import Program
from .test_pages import faults

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def in_production(program) -> Iterator[Program]:
    """The same program, once more, as an operator runs it."""
    yield from served(program, {})


@pytest.fixture(scope="module")
def broken(program) -> Iterator[Program]:
    """The program before a database without tables."""
    yield from served(program, {"DATABASE_URL": "sqlite://:memory:"})


def served(program: Program, env: dict[str, str]) -> Iterator[Program]:
    env = program.env | {"DEBUG": "no", "SECRET_KEY": "s" * 60, "ALLOWED_HOSTS": "127.0.0.1", "REDIS_URL": ""} | env
    running = Program(program.folder, env)
    running.manage("collectstatic", "--no-input", "--verbosity", "0")
    running.start_web(processes=1)  # each counts for itself how often an invitation is tried
    yield running
    running.stop("web")


@pytest.fixture
def page(chromium) -> Iterator[object]:
    """A page on which errors of the network are what is asked for."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN", reduced_motion="reduce")
    yield context.new_page()
    context.close()


def sign_in(page, program: Program, username: str, password: str) -> None:
    page.goto(f"{program.url}/accounts/login/")
    page.fill("[name=login]", username)
    page.fill("[name=password]", password)
    with page.expect_navigation():
        page.press("[name=password]", "Enter")


def check(page, status: int, answer, heading: str) -> None:
    assert answer.status == status
    assert page.locator("h1").inner_text() == heading
    assert faults(page, str(status)) == []


def test_where_nothing_is(page, in_production):
    check(page, 404, page.goto(f"{in_production.url}/nowhere/"), "这里没有内容")


def test_what_a_role_may_not_do(page, in_production):
    from consortium.demo import PASSWORD

    sign_in(page, in_production, "partner", PASSWORD)
    check(page, 403, page.goto(in_production.url + reverse("zones:zone_create")), "您不能这样做")


def test_a_form_whose_token_is_gone(page, in_production):
    page.goto(f"{in_production.url}/accounts/login/")
    page.context.clear_cookies()
    page.fill("[name=login]", "partner")
    page.fill("[name=password]", "x")
    with page.expect_navigation() as sent:
        page.press("[name=password]", "Enter")
    check(page, 403, sent.value, "页面打开太久")


def test_too_many_tries(page, in_production):
    link = in_production.url + reverse("consortium:invitation_accept", args=["x" * 43])
    for _try in range(120):
        assert page.request.get(link).status == 404
    check(page, 429, page.goto(link), "尝试次数过多")


def test_a_fault_of_the_program(page, broken):
    page.context.add_cookies([{"name": "sessionid", "value": "x" * 32, "url": broken.url}])
    check(page, 500, page.goto(f"{broken.url}/zones/"), "程序出错")


def test_a_request_that_is_too_large_to_be_read(page, in_production):
    """More fields than the program reads at once."""
    page.goto(f"{in_production.url}/accounts/login/")
    page.evaluate("""() => {
      const form = document.querySelector('form[method=post]:has([name=login])');
      const fields = document.createDocumentFragment();  // one by one the page would be laid out 20,000 times
      for (let number = 0; number < 20000; number++) {
        const field = document.createElement('input');
        field.type = 'hidden'; field.name = 'x' + number;
        fields.append(field);
      }
      form.append(fields);
      form.noValidate = true;
    }""")
    with page.expect_navigation() as sent:
        page.evaluate("document.querySelector('form:has([name=login])').submit()")
    check(page, 400, sent.value, "请求无法处理")
