"""People and organizations that all tests share. Their names say who they are; nothing about them is surprising."""

import datetime

import pytest
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from config.celery import app
from consortium.models import Affiliation, Consortium, Department, Membership, Organization, User
from evaluation import guard

Kind, Role = Organization.Kind, Affiliation.Role
LONG_AGO = datetime.date(2019, 4, 1)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """The browser's event loop lives to the end of the run, and Django refuses its database beside one."""
    items.sort(key=lambda item: "browser" in item.keywords)


@pytest.fixture(autouse=True)
def fast_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True)
def own_counts(settings, tmp_path):
    """No test uses up another's requests; those of the limits set their own."""
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(tmp_path)}
    }
    settings.API_THROTTLE_USER = settings.API_THROTTLE_ANON = 1_000_000


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """History lets itself be truncated, here only: that is how tests with real transactions clean up."""
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                for table in ("historyentry", "historylink"):
                    cursor.execute(f"ALTER TABLE consortium_{table} DISABLE TRIGGER history_keep_all")


@pytest.fixture(autouse=True)
def tables_that_can_be_emptied(request):
    """After a test with real transactions the guards step aside; those of what is published stand again when the
    tables are empty. SQLite has no TRUNCATE: there the history's triggers against DELETE step aside too."""
    marker = request.node.get_closest_marker("django_db")
    real = {"transactional_db", "live_server"} & set(request.fixturenames)
    if not real and not (marker and marker.kwargs.get("transaction")):
        yield
        return
    request.getfixturevalue("transactional_db")  # this fixture is cleaned up before that one
    yield
    guard.take_down()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            find = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'history_keep_delete%'"
            triggers = cursor.execute(find).fetchall()
            for name, _sql in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
            for table in ("historylink", "historyentry"):
                cursor.execute(f"DELETE FROM consortium_{table}")
            for _name, sql in triggers:
                cursor.execute(sql)


def credit_code(number: int) -> str:
    """A well-formed code of nobody: the organization number counts up, the check digit is computed."""
    from stdnum.cn.uscc import calc_check_digit

    body = f"91130500{number:09d}"
    return body + calc_check_digit(body)


@pytest.fixture
def consortium(db):
    return Consortium.objects.create(code="xingtai", name="邢台市域产教联合体")


@pytest.fixture
def other_consortium(db):
    return Consortium.objects.create(code="elsewhere", name="外地产教联合体")


@pytest.fixture
def make_organization(db):
    count = iter(range(1, 10_000))

    def make(name: str, kind: str, *consortia: Consortium, is_lead: bool = False) -> Organization:
        organization = Organization.objects.create(name=name, kind=kind, credit_code=credit_code(next(count)))
        for consortium in consortia:
            Membership.objects.create(
                consortium=consortium, organization=organization, joined_on=LONG_AGO, is_lead=is_lead
            )
        return organization

    return make


@pytest.fixture
def college(make_organization, consortium):
    return make_organization("示例职业技术学院", Kind.HIGHER_VOCATIONAL, consortium, is_lead=True)


@pytest.fixture
def college2(make_organization, consortium):
    return make_organization("示例职教中心", Kind.SECONDARY_VOCATIONAL, consortium)


@pytest.fixture
def enterprise(make_organization, consortium):
    return make_organization("示例企业一", Kind.ENTERPRISE, consortium)


@pytest.fixture
def rival_enterprise(make_organization, consortium):
    return make_organization("示例企业二", Kind.ENTERPRISE, consortium)


@pytest.fixture
def bureau_organization(make_organization, consortium):
    return make_organization("示例教育局", Kind.GOVERNMENT, consortium)


@pytest.fixture
def institute(make_organization, consortium):
    return make_organization("示例研究院", Kind.INSTITUTE, consortium)


@pytest.fixture
def department(college):
    return Department.objects.create(organization=college, name="机械工程系")


@pytest.fixture
def make_user(db):
    def make(username: str, role: str, organization: Organization, consortium: Consortium, name: str = "") -> User:
        mail = f"{username}@example.invalid"
        user = User.objects.create_user(username, mail, "a-long-password", name=name or username)
        Affiliation.objects.create(
            user=user, organization=organization, consortium=consortium, role=role, started_on=LONG_AGO
        )
        return user

    return make


@pytest.fixture
def secretariat(make_user, college, consortium):
    return make_user("secretariat", Role.SECRETARIAT, college, consortium, "示例秘书")


@pytest.fixture
def college_admin(make_user, college, consortium):
    return make_user("college_admin", Role.COLLEGE_ADMIN, college, consortium, "示例院校管理员")


@pytest.fixture
def other_college_admin(make_user, college2, consortium):
    return make_user("other_college_admin", Role.COLLEGE_ADMIN, college2, consortium, "示例外校管理员")


@pytest.fixture
def partner(make_user, enterprise, consortium):
    return make_user("partner", Role.PARTNER, enterprise, consortium, "示例企业人员")


@pytest.fixture
def rival_partner(make_user, rival_enterprise, consortium):
    return make_user("rival_partner", Role.PARTNER, rival_enterprise, consortium, "示例他企人员")


@pytest.fixture
def mentor(make_user, enterprise, consortium):
    return make_user("mentor", Role.MENTOR, enterprise, consortium, "示例企业导师")


@pytest.fixture
def college_mentor(make_user, college, consortium):
    return make_user("college_mentor", Role.MENTOR, college, consortium, "示例学院导师")


@pytest.fixture
def bureau(make_user, bureau_organization, consortium):
    return make_user("bureau", Role.BUREAU, bureau_organization, consortium, "示例局人员")


@pytest.fixture
def expert(make_user, institute, consortium):
    return make_user("expert", Role.EXPERT, institute, consortium, "示例专家")


@pytest.fixture
def auditor(make_user, bureau_organization, consortium):
    return make_user("auditor", Role.AUDITOR, bureau_organization, consortium, "示例审计")


@pytest.fixture
def outsider(make_user, make_organization, other_consortium):
    """A college administrator of another consortium."""
    college = make_organization("外地学院", Kind.HIGHER_VOCATIONAL, other_consortium)
    return make_user("outsider", Role.COLLEGE_ADMIN, college, other_consortium, "示例外人")


@pytest.fixture
def client_for():
    def make(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return make


@pytest.fixture
def api_for():
    def make(user: User) -> APIClient:
        client = APIClient()
        client.force_authenticate(user)
        return client

    return make


@pytest.fixture
def lost_broker():
    """A broker to which nothing listens."""
    before = {name: app.conf[name] for name in ("broker_url", "broker_transport_options")}
    use_broker(
        {"broker_url": "redis://127.0.0.1:1/0", "broker_transport_options": {"max_retries": 1, "interval_start": 0}}
    )
    yield
    use_broker(before)


def use_broker(options: dict) -> None:
    app.conf.update(options)
    app._pool = app.amqp._producer_pool = None  # connections made so far
