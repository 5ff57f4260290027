"""People on the running program: they come in by a link, and what is taken from them is gone with the next request."""

import json
import re
import urllib.error
import urllib.request

import pytest

pytestmark = pytest.mark.browser


def answer(program, path: str, token: str) -> tuple[int, dict]:
    asked = urllib.request.Request(program.url + path, headers={"Authorization": f"Token {token}"})
    with urllib.request.urlopen(asked, timeout=20) as got:
        return got.status, json.loads(got.read())


def test_somebody_comes_in_by_a_link_and_loses_all_with_the_role(program, visit, shoot, width):
    name, username = f"示例来宾{width}", f"guest{width}"
    office = visit("secretariat")
    office.goto("/consortium/invitations/new/")
    office.fill("[name=name]", name)
    office.fill("[name=email]", f"{username}@example.invalid")
    office.select_option("[name=organization]", label="示例企业九")
    office.select_option("[name=role]", label="合作企业")
    shoot(office, "invitation-new")
    office.click("main .btn-primary")
    link = office.locator("#link").input_value()
    shoot(office, "invitation-link")

    guest = visit()
    guest.goto(link)
    assert guest.input_value("[name=name]") == name
    shoot(guest, "invitation-join")
    guest.fill("[name=username]", username)
    guest.fill("[name=password1]", "a-long-password-of-mine")
    guest.fill("[name=password2]", "a-long-password-of-mine")
    with guest.expect_navigation():
        guest.click("main .btn-primary")
    assert guest.url == f"{program.url}/"

    guest.goto("/consortium/profile/")
    shoot(guest, "profile")
    guest.click("a[href$='/tokens/']")
    guest.fill("[name=name]", "示例系统")
    guest.click("main form .btn-primary")
    token = guest.locator("section[role=status] code").inner_text()
    assert [row["role"] for row in answer(program, "/api/v1/me/", token)[1]["affiliations"]] == ["partner"]
    assert len(answer(program, "/api/v1/organizations/", token)[1]["results"]) > 1
    assert guest.goto("/consortium/").status == 200
    assert guest.locator("main tbody tr").count() > 1

    with pytest.raises(urllib.error.HTTPError, match="404"):  # used
        urllib.request.urlopen(link, timeout=20)

    office.goto(f"/consortium/people/?q={username}")
    office.click(f"main a:has-text('{name}')")
    shoot(office, "person")
    office.click("main .btn-danger")
    office.fill("[name=reason]", "已离开该企业")
    shoot(office, "role-end")
    with office.expect_navigation():
        office.click("main form .btn-danger")

    assert answer(program, "/api/v1/me/", token)[1]["affiliations"] == []
    with pytest.raises(urllib.error.HTTPError, match="403"):
        answer(program, "/api/v1/organizations/", token)
    guest.goto("/")
    assert "您目前在联合体中没有角色" in guest.locator("main").inner_text()
    guest.goto("/consortium/")
    assert guest.locator("main tbody tr").count() == 0


def test_one_switches_the_role_in_the_menu(visit, shoot, width):
    page = visit("secretariat")
    page.click("details.menu > summary")
    shoot(page, "menu")
    with page.expect_navigation():
        page.click("details.menu button[name=affiliation]")
    page.goto("/consortium/profile/")
    acting = page.locator(".roleline", has_text=re.compile("当前角色")).inner_text()
    assert acting.startswith("院校管理员")
    page.goto("/consortium/profile/")
    with page.expect_navigation():
        page.click("main button[name=affiliation]")
    page.goto("/consortium/profile/")
    assert page.locator(".roleline", has_text=re.compile("当前角色")).inner_text().startswith("秘书处")
