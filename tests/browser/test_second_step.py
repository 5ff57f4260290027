"""The second step of signing in before a real browser, with Chromium's own virtual security key.

The walk of all pages meets none of these but the first, because nobody there has a second step: so they are looked at
here as it looks at the others.
"""

from urllib.parse import urlsplit

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from consortium.demo import PASSWORD

from .steps import press
from .test_pages import faults

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("width", [1280], indirect=True, ids=["both"])]
NAME = "auditor"
REFUSE = "{ navigator.credentials.create = () => Promise.reject(new DOMException('no', 'NotAllowedError')); }"


@pytest.fixture
def site(program):
    """Passkeys belong to a name, not to a number; afterwards NAME signs in with the password alone again."""
    yield program.url.replace("127.0.0.1", "localhost")
    program.manage("reset_second_factor", NAME)


@pytest.fixture
def look(shoot):
    """A function that looks at the open page in both themes and at both widths; what it found fails the test."""
    found: list[str] = []

    def at(page, name: str) -> None:
        shoot(page, f"second-step-{name}")
        found.extend(faults(page, urlsplit(page.url).path))

    yield at
    assert found == []


def sign_in(page, site: str) -> None:
    page.goto(f"{site}/accounts/login/")
    page.fill("[name=login]", NAME)
    page.fill("[name=password]", PASSWORD)
    press(page, "main button")


def say_again(page) -> None:
    page.fill("[name=password]", PASSWORD)
    press(page, "text=确认 >> nth=-1")


def test_a_passkey_is_added_and_asked_for(visit, site, look):
    page = visit()
    key = page.context.new_cdp_session(page)
    key.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "usb", "hasUserVerification": True, "isUserVerified": True}
    key.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    sign_in(page, site)
    page.goto(f"{site}/consortium/profile/")
    press(page, "main >> text=两步验证 >> nth=-1")
    look(page, "none")
    press(page, "text=添加通行密钥")
    look(page, "again")
    say_again(page)
    page.evaluate(f"() => {REFUSE}")
    page.click("#add_passkey")
    page.wait_for_selector("#passkey_failed:visible")
    look(page, "passkey")
    page.reload()
    page.fill("[name=name]", "办公室的钥匙")
    press(page, "#add_passkey")
    assert page.locator(".codes li").count() == 10
    look(page, "codes")
    press(page, "text=我已保存")
    page.goto(f"{site}/accounts/2fa/webauthn/")
    assert "办公室的钥匙" in page.inner_text("main")
    look(page, "passkeys")
    press(page, "text=改名")
    look(page, "name")
    page.go_back()
    press(page, "main >> text=移除")
    look(page, "remove")
    page.goto(f"{site}/accounts/logout/")
    press(page, "main button")
    sign_in(page, site)
    assert page.url == f"{site}/accounts/2fa/authenticate/"
    look(page, "asked")
    press(page, "#use_passkey")
    assert page.url == f"{site}/"


def test_an_app_is_set_up_and_a_wrong_code_is_told(program, visit, site, look):
    page = visit()
    sign_in(page, site)
    page.goto(f"{site}/accounts/2fa/totp/activate/")
    say_again(page)
    look(page, "app")
    secret, now = page.inner_text("code.hash"), page.evaluate("Math.floor(Date.now() / 30000)")
    page.fill("[name=code]", "000000")
    press(page, "main .btn-primary")
    look(page, "app-wrong")
    assert "验证码错误，或已经用过" in page.inner_text("main")
    assert page.inner_text("code.hash") == secret
    page.fill("[name=code]", format_hotp_value(hotp_value(secret, now)))
    press(page, "main .btn-primary")
    code = page.inner_text(".codes li >> nth=0")
    page.goto(f"{site}/accounts/2fa/")
    look(page, "on")
    page.goto(f"{site}/consortium/profile/")
    assert "剩余 10 个恢复码" in page.inner_text("main")
    look(page, "profile")
    for name, address in (("off", "totp/deactivate/"), ("new-codes", "recovery-codes/generate/")):
        page.goto(f"{site}/accounts/2fa/{address}")
        look(page, name)
    page.goto(f"{site}/accounts/logout/")
    press(page, "main button")
    sign_in(page, site)
    page.fill("[name=code]", code)
    press(page, "main .btn-primary")
    assert page.url == f"{site}/"
