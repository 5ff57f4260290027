"""Nothing that people keep to themselves stands in the log: distinct words go in everywhere, and none comes out."""

import copy
import json
import logging
from io import StringIO
from logging.config import DictConfigurator

import pytest
from celery import Celery
from django.conf import settings as configured
from django.db import connection, transaction
from django.test import Client
from django.urls import path, reverse

from config.urls import urlpatterns as of_the_program
from consortium.models import Organization
from consortium.services import Refused, create
from tests.consortium.tokens import headers, token_of
from zones.models import Student

WRONG, RIGHT, KEY, BODY = "Wrong-Canary-41", "Right-Canary-42", "token-canary-43", "正文金丝雀44"
NAME, PHONE, NUMBER, LINES = "金丝雀四五", "13900004646", "CANARY-4747", "first\nCANARY SECOND LINE 48\n 49-canary"
QUESTION, LINK = "question-canary-50", "link-canary-51-0123456789-abcdefghijklmnop"
CANARIES = [WRONG, RIGHT, KEY, BODY, NAME, PHONE, NUMBER, "CANARY SECOND LINE 48", "49-canary", QUESTION, LINK]


def raises(request, **link):
    raise ValueError(f"no such person: {request.POST['name']}, {request.POST['phone']}")


def raises_of_another(request):
    try:
        {}[request.POST["phone"]]
    except KeyError as error:
        raise RuntimeError(request.POST["name"]) from error


def refused_by_the_database(request):
    """The error's text ends with the row: Key (name)=(...) already exists, or the failing row."""
    with transaction.atomic():
        Organization.objects.create(name=LINES, kind=None, credit_code=NUMBER, contact_phone=PHONE)


def student_refused_by_the_database(request):
    acting = request.user.affiliation
    student = Student(name=NAME, number=NUMBER, home_class=LINES, major=BODY, sex=Student.Sex.FEMALE)
    student.consortium, student.college = acting.consortium, acting.organization
    with transaction.atomic():
        student.save()


def misread_by_the_database(request):
    with transaction.atomic(), connection.cursor() as cursor:
        sql = "SELECT CAST(%s AS integer)" if connection.vendor == "postgresql" else "SELECT json(%s)"
        cursor.execute(sql, [request.POST["name"]])


urlpatterns = [
    path("broken/1/", raises),
    path("broken/2/", raises_of_another),
    path("broken/3/", refused_by_the_database),
    path("broken/4/", misread_by_the_database),
    path("broken/5/", student_refused_by_the_database),
    path("broken/<str:link>/", raises),
    *of_the_program,
]


@pytest.fixture(params=["text", "json"])
def written(request):
    """What the handlers of the settings write, in each form."""
    config = copy.deepcopy(configured.LOGGING)
    made, stream = DictConfigurator(config), StringIO()
    for name in config["formatters"]:
        made.config["formatters"][name] = made.configure_formatter(config["formatters"][name])
    for name in config["filters"]:
        made.config["filters"][name] = made.configure_filter(config["filters"][name])
    handlers = [
        made.configure_handler({**handler, "formatter": request.param, "stream": stream})
        for handler in config["handlers"].values()
    ]
    root = logging.getLogger()
    level = root.level
    root.setLevel(config["root"]["level"])
    for handler in handlers:
        root.addHandler(handler)
    yield stream
    for handler in handlers:
        root.removeHandler(handler)
    root.setLevel(level)


def leaked(written: StringIO) -> list[str]:
    text = written.getvalue()
    return [canary for canary in CANARIES if canary in text or json.dumps(canary)[1:-1] in text]


@pytest.fixture
def browser(settings):
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


def test_passwords_and_tokens_are_not_logged(written, browser, secretariat):
    secretariat.set_password(RIGHT)
    secretariat.save(update_fields=["password"])
    login = reverse("account_login")
    answers = [browser.post(login, {"login": secretariat.username, "password": word}) for word in (WRONG, RIGHT)]
    assert [answer.status_code for answer in answers] == [200, 302]
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(login, {"login": secretariat.username, "password": RIGHT}).status_code == 403
    _token, key = token_of(secretariat)
    path = "/api/v1/agreements/"
    said = {"title": BODY, "type": "nonsense"}
    for head, status in [(headers(KEY), 401), (headers(key), 400)]:
        head |= {"Idempotency-Key": "canary"}
        assert browser.post(path, said, content_type="application/json", headers=head).status_code == status
    assert "Forbidden" in written.getvalue()  # something was written
    assert (leaked(written), key in written.getvalue()) == ([], False)


def test_a_fault_is_logged_without_what_was_sent(written, browser, secretariat):
    browser.force_login(secretariat)
    said = {"name": NAME, "phone": PHONE}
    for place in ("1", "2", "3", "4", "5", LINK):
        assert browser.post(f"/broken/{place}/?q={QUESTION}", said).status_code == 500
    text = written.getvalue()
    assert text.count("Internal Server Error") == 6
    assert [kind for kind in ("ValueError", "KeyError", "RuntimeError", "IntegrityError") if kind not in text] == []
    assert "raise ValueError(" in text and "test_log_canaries.py" in text  # where it was is still said
    assert leaked(written) == []


def test_a_row_that_somebody_wrote_before_is_logged_without_its_values(written, enterprise, secretariat):
    Organization.objects.filter(pk=enterprise.pk).update(credit_code=NUMBER)
    twin = Organization(name=NAME, kind="enterprise", credit_code=NUMBER)
    twin.full_clean = lambda: None  # as if somebody had registered it between the check and the write
    with pytest.raises(Refused):
        create(twin, by=secretariat)
    assert "somebody was faster" in written.getvalue()
    assert leaked(written) == []


def test_a_job_that_failed_is_logged_without_what_it_worked_on(written):
    worker = Celery("of the test", set_as_current=False)

    @worker.task(name="of the test")
    def job():
        raise ValueError(f"no such person: {NAME}")

    assert job.apply().failed()
    text = written.getvalue()
    assert "raised unexpected" in text and "ValueError" in text and "raise ValueError(f" in text.replace("\\", "")
    assert leaked(written) == []


def test_a_canary_in_a_plain_line_is_found(written):
    """The control: the words are looked for where the program writes."""
    logging.getLogger("zones.services").warning("Student %s has the number %s", NAME, NUMBER)
    assert leaked(written) == [NAME, NUMBER]


@pytest.mark.django_db
def test_a_fault_without_the_formatter_repeats_what_was_sent(browser, secretariat):
    """The other control: with a plain formatter the same requests leave their words."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    logging.getLogger().addHandler(handler)
    browser.force_login(secretariat)
    for place in ("1", "2", "3", LINK):
        browser.post(f"/broken/{place}/", {"name": NAME, "phone": PHONE})
    logging.getLogger().removeHandler(handler)
    assert {NAME, PHONE, LINK} <= set(leaked(stream))


def test_nothing_of_django_writes_past_the_formatter():
    assert logging.getLogger("django").handlers == []
