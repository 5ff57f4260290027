"""PASSWORD_POLICY=djbh: three kinds of signs, another one every ninety days, none of the last five."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consortium.models import OldPassword
from consortium.passwords import is_too_old

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
FIRST = "Qingyuan-2026-a"
HOME = "/"


@pytest.fixture
def djbh(settings):
    settings.PASSWORD_POLICY = "djbh"
    settings.AUTH_PASSWORD_VALIDATORS = configured.PASSWORD_POLICIES["djbh"]


@pytest.fixture
def person(djbh, college_admin):
    college_admin.set_password(FIRST)
    college_admin.save()
    return college_admin


def signed_in(person, password: str = FIRST) -> Client:
    client = Client()
    answer = client.post(reverse("account_login"), {"login": person.username, "password": password})
    assert answer.status_code == 302
    return client


@pytest.mark.parametrize("password", ["xingtaichengshi", "xingtai20262026", "XINGTAI-CHENGSHI"])
def test_two_kinds_of_signs_are_too_few(djbh, password):
    with pytest.raises(ValidationError) as refused:
        validate_password(password)
    assert [error.code for error in refused.value.error_list] == ["password_too_simple"]


@pytest.mark.parametrize("password", ["Xingtai20262026", "xingtai-2026-a", "XINGTAI-2026-A", "邢台市域产教联合体Aa"])
def test_three_kinds_are_enough(djbh, password):
    validate_password(password)


def test_control_the_other_policy_takes_two_kinds():
    validate_password("xingtaichengshi")


def test_none_of_the_last_five_comes_back_and_the_sixth_may(person):
    used = [FIRST, *(f"Qingyuan-2026-{number}" for number in range(1, 6))]
    for password in used[1:]:
        validate_password(password, person)
        person.set_password(password)
        person.save()
    for password in used[1:]:
        with pytest.raises(ValidationError, match="最近 5 次"):
            validate_password(password, person)
    validate_password(FIRST, person)
    assert OldPassword.objects.filter(user=person).count() == 5


def test_what_is_kept_is_hashed(person):
    kept = OldPassword.objects.get(user=person)
    assert (kept.password, FIRST in kept.password) == (person.password, False)


def age(person, days: int) -> None:
    OldPassword.objects.filter(user=person).update(set_at=timezone.now() - timedelta(days=days))


def test_whoever_has_an_old_password_changes_it_first_and_goes_on(person):
    age(person, 91)
    client, page = signed_in(person), reverse("account_change_password")
    for address in (HOME, "/zones/", "/reports/"):
        assert (client.get(address).status_code, client.get(address).headers["Location"]) == (302, page)
    assert (client.get(page).status_code, client.get("/api/v1/zones/").status_code) == (200, 403)
    same = client.post(page, {"oldpassword": FIRST, "password1": FIRST, "password2": FIRST})
    assert (same.status_code, client.get(HOME).status_code) == (200, 302)
    other = "Qingyuan-2026-b"
    assert client.post(page, {"oldpassword": FIRST, "password1": other, "password2": other}).status_code == 302
    assert client.get(HOME).status_code == 200


def test_a_younger_one_is_not_too_old_and_nist_never_asks(person, settings):
    age(person, 89)
    assert signed_in(person).get(HOME).status_code == 200
    age(person, 4000)
    settings.PASSWORD_POLICY = "nist"
    assert signed_in(person).get(HOME).status_code == 200


def test_a_password_from_before_the_policy_counts_from_the_day_of_the_account(djbh, college_admin):
    now = timezone.now()
    college_admin.date_joined = now - timedelta(days=91)
    assert is_too_old(college_admin, now)
    college_admin.date_joined = now - timedelta(days=89)
    assert not is_too_old(college_admin, now)


def test_a_policy_that_does_not_exist_stops_the_start():
    said = "import config.settings"
    done = subprocess.run(
        [sys.executable, "-c", said], cwd=ROOT, env={"PASSWORD_POLICY": "none", "DEBUG": "yes", "PATH": ""},
        capture_output=True, text=True,
    )  # fmt: skip
    assert "it takes nist or djbh" in done.stderr
