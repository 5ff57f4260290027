"""Forms as a browser sends them: whole and well filled in, but with one number of what is not there for the sender.

Every form of every page is read from the page itself. A number in it that nobody has said the meaning of fails.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import lxml.html
import pytest
from django import forms
from django.urls import resolve
from django.utils import timezone
from stdnum.cn.uscc import calc_check_digit

from consortium.models import HistoryEntry
from consortium.things import THINGS
from zones.models import REGISTERS, Outcome

from .addresses import addresses, ask, told
from .test_matrix import english, people, undone
from .test_numbers import MOMENT, NUMBER, WORD, forbidden, known, models_of, unseen
from .test_table import OURS

__all__ = ["english", "forbidden", "known", "people"]  # fixtures
pytestmark = pytest.mark.django_db
CODE = "91130500999999999"
PAGES = [address for address in addresses() if not address.is_api and "GET" in address.methods]
# what the number in such a field is, where the field is not called as the record is
MEANT = {
    "chosen": "indicator", "note": "indicator", "score": "indicator", "was": "indicator", "was_chosen": "indicator",
    "was_score": "indicator", "was_note": "indicator", "version": "indicator",
    "zones": "zone", "classes": "innovation_class", "colleges": "college",
    "responsible": "responsible_organization", "students": "student",
    "enrollments": "enrollment", "figure": "target", "milestones": "milestone", "h": "project", "place": "member",
    "of": "project", "pick": "hours", "seen": "hours",
    "share": "party", "school": "organization", "seats": "seat", "tasks": "task", "targets": "target",
}  # fmt: skip
# numbers that are no record's
AMOUNTS = {
    "bands",
    "day",
    "dimension",
    "group",
    "number",
    "page",
    "plans-version",
    "problems-version",
    "days",
    "guardian_phone",
    "highlights-version",
    "month",
    "name",
    "quarter",
    "saves",
    "submit",
    "subtotal",
    "to",
    "weight",
    "year",
}
# forms that this test cannot fill in so that they are taken, and why: their numbers are tried all the same
STAGE, STATE, FILE, RULE = "another stage", "another state", "needs a file", "a rule about fields together"
NOT_TAKEN = {
    **dict.fromkeys(["consortium:agreement_clause", "consortium:agreement_create", "consortium:agreement_sign"], RULE),
    **dict.fromkeys([f"consortium:agreement_{act}" for act in ("follow", "return", "terminate")], STATE),
    **dict.fromkeys(["consortium:duty_reopen", "consortium:duty_report"], STATE),
    **dict.fromkeys(["consortium:council_create", "consortium:council_update", "consortium:party_create"], RULE),
    **dict.fromkeys(["consortium:resolution_create", "consortium:seat_create"], RULE),
    **dict.fromkeys([f"consortium:agenda_item_{act}" for act in ("create", "defer", "notes", "recall")], STATE),
    **dict.fromkeys([f"consortium:agenda_item_{act}" for act in ("stop", "update")], STATE),
    **dict.fromkeys([f"consortium:meeting_{act}" for act in ("approve", "minutes", "papers", "return")], STATE),
    **dict.fromkeys([f"consortium:resolution_{act}" for act in ("reopen", "report", "update")], STATE),
    **dict.fromkeys(["evaluation:reviewer_due", "evaluation:scheme_accept", "evaluation:talk_create"], STATE),
    **dict.fromkeys(["consortium:platform_create", "consortium:platform_update"], RULE),
    "consortium:member_import_create": FILE,
    "evaluation:assessment_due": STATE,
    "evaluation:standard_check_create": STATE,
    **dict.fromkeys(["consortium:affiliation_create", "consortium:announcement_create"], RULE),
    **dict.fromkeys(["consortium:invitation_create", "tasks:milestone_create"], RULE),
    **dict.fromkeys(
        ["tasks:task_create", "zones:credit_rule_update", "zones:fund_create", "zones:outcome_update"], RULE
    ),
    **dict.fromkeys(["zones:part_time_teacher_update", "zones:teacher_placement_update", "zones:partner_add"], RULE),
    **dict.fromkeys([f"evaluation:evaluation_{act}" for act in ("assess", "return", "score", "supersede")], STAGE),
    **dict.fromkeys(["evaluation:objection_answer", "evaluation:objection_create"], STAGE),
    **dict.fromkeys(["evaluation:indicator_create", "evaluation:indicator_update", "zones:hours_correct"], STATE),
    **{f"zones:{model.THING}_reopen": STATE for model in (Outcome, *REGISTERS)},
    **dict.fromkeys(["evaluation:scheme_import", "tasks:plan_import"], FILE),
    "zones:outcome_convert": STATE,
    **dict.fromkeys([f"zones:application_{act}" for act in ("create", "end", "exception")], STATE),
    **dict.fromkeys([f"zones:class_{act}" for act in ("admit", "criteria", "points", "take_back")], STATE),
    **dict.fromkeys(["zones:applications_paste", "zones:guardian_consent_create", "zones:placement_create"], RULE),
    **dict.fromkeys(["zones:charter_create", "zones:module_return", "zones:project_return"], STATE),
    "zones:staff_count_create": RULE,
    "zones:hour_import_create": FILE,
    "reports:report_template_list": FILE,
}
# these leave out what is not there and take the rest: one of many entries, the figure of another task or line
THE_OTHERS = {"evaluation:standard_check_save", "tasks:milestone_report", "zones:hours_countersign"}
# what fits, where the kind of the field does not say it
FITTING = {
    "birth_date": "2006-03-01",
    "credit_code": f"{CODE}{calc_check_digit(CODE)}",
    "left_on": "",
    "left_reason": "",
    "until": "",
}
SIGNS_OUT = {"account_logout", "consortium:acting", "set_language"}  # these change who asks
NUMBER_IN_NAME = re.compile(r"(?<=[_-])\d+(?=$|[_-])")


@dataclass
class Form:
    """A form of a page: where it goes, what a person would send with it, and the numbers of records in that."""

    action: str
    data: dict[str, str]
    numbers: list[tuple[str, str]]  # the word that says what it is, and the number

    @property
    def route(self) -> str:
        return resolve(self.action.split("?")[0]).view_name

    @property
    def kind(self) -> tuple[str, frozenset[str]]:
        return self.route, frozenset(NUMBER_IN_NAME.sub("N", name) for name in self.data)

    def with_another(self, word: str, number: str, other: int) -> dict[str, str]:
        """What is sent when the record ``number``, wherever it stands, is another one."""
        same = {MEANT.get(one, one) for one, found in self.numbers if (one, found) == (word, number)}
        sent = {}
        for name, value in self.data.items():
            said = NUMBER_IN_NAME.search(name)
            meant = NUMBER_IN_NAME.split(name)[0].strip("_-") if said else name
            if MEANT.get(meant, meant) in same:
                if said and said[0] == number:
                    name = NUMBER_IN_NAME.sub(str(other), name, count=1)
                elif value == number:
                    value = str(other)
            sent[name] = value
        return sent


def forms_of(page: Any, path: str) -> Iterator[Form]:
    for form in page.xpath("//form[translate(@method, 'POST', 'post') = 'post']"):
        data, numbers = {}, {}
        for field in form.xpath(".//input[@name] | .//select[@name] | .//textarea[@name]"):
            name, value = field.get("name"), filled(field)
            if name.endswith("_FORMS"):
                data[name] = field.get("value")
            elif value is not None and name != "csrfmiddlewaretoken":
                data[name] = value
                if said := NUMBER_IN_NAME.search(name):
                    numbers[name] = (NUMBER_IN_NAME.split(name)[0].strip("_-"), said[0])
                elif field.get("type") not in ("number", "text", "date") and value.isdigit():
                    numbers[name] = (name, value)
        for button in form.xpath(".//button[@name]")[:1]:
            data[button.get("name")] = button.get("value")
        action = form.get("action") or path
        if action.startswith("/"):
            yield Form(action, data, list(numbers.values()))


def filled(field: Any) -> str | None:
    """The field's value, or one that fits its kind."""
    kind = field.get("type", "text")
    if kind in ("submit", "button", "file"):
        return None
    if field.tag == "select":
        options = [option for option in field.xpath(".//option") if option.get("value")]
        chosen = [option for option in options if option.get("selected") is not None]
        return next((option.get("value") for option in chosen + options), "")
    if field.tag == "textarea":
        return (field.text or "").strip() or "A sentence that is long enough."
    if kind in ("checkbox", "radio"):
        return field.get("value", "on")
    today = timezone.localdate().isoformat()
    by_kind = {"date": today, "datetime-local": f"{today}T09:00", "month": today[:7], "email": "somebody@example.org"}
    if field.get("inputmode") == "decimal" and field.get("required") is None:  # a cell of a grid
        return field.get("value", "")
    by_kind["number"] = max(field.get("min", "1"), "1")
    given = field.get("value") if field.get("value") not in (None, "0") or kind == "hidden" else None
    return given or FITTING.get(field.get("name"), by_kind.get(kind, "x1"))


@pytest.fixture(scope="module")
def every_page(world, people):
    """Who is shown a page about own records, its address and the page; each as everybody who is shown it."""
    found = []
    for address in PAGES:
        for name, (_user, client) in people.items():
            if name in ("nobody", "outsider", "roleless"):
                continue
            records = world.records["own"]
            numbers = {place: records[thing].pk for place, thing in address.places}
            path = address.path(**numbers) + address.query(records)
            with undone():
                response = ask(client, "GET", path)
            if response.status_code == 200 and response.headers["Content-Type"].startswith("text/html"):
                found.append((name, path, lxml.html.fromstring(response.read.decode())))
    return found


@pytest.fixture(scope="module")
def every_form(every_page):
    """Each distinct form that somebody is shown, with who is."""
    found: dict[Any, tuple[str, Form]] = {}
    for name, path, page in every_page:
        for form in forms_of(page, path):
            if form.route not in SIGNS_OUT:
                found.setdefault(form.kind, (name, form))
    return list(found.values())


@pytest.fixture(scope="module")
def every_link(every_page):
    """Each distinct link that tells another page a number: who is shown it, address, and the parts of its query."""
    found = {}
    for name, path, page in every_page:
        for link in page.xpath("//a/@href | //form[@action]/@action"):
            parts = urlsplit(urljoin(path, link))
            query = parse_qsl(parts.query)
            if any(meant_by(key, query) for key, _value in query):
                kind = (resolve(parts.path).view_name, frozenset(key for key, _value in query))
                found.setdefault(kind, (name, parts.path, query))
    return list(found.values())


def sent(client: Any, form: Form, data: dict[str, str]) -> tuple[int, str, int]:
    """Status and text of the answer, without numbers and moments, and how many rows of history it wrote."""
    with undone():
        head = HistoryEntry.objects.count()
        status, text = told(ask(client, "POST", form.action, data), form.action)
        written = HistoryEntry.objects.count() - head
    return status, NUMBER.sub("N", MOMENT.sub("T", text)), written


def test_a_form_that_is_filled_in_well_is_taken(people, every_form):
    refused: dict[str, str] = {}
    for name, form in every_form:
        status, text, _written = sent(people[name][1], form, form.data)
        if status not in (200, 204, 302) or status == 200 and errors(text):
            refused.setdefault(form.route, f"{form.route} by {name}: {status} {errors(text)}")
    assert "\n".join(sentence for route, sentence in refused.items() if route not in NOT_TAKEN) == ""
    assert sorted(set(NOT_TAKEN) - set(refused)) == [], "these are taken now"


def errors(text: str) -> list[str]:
    return lxml.html.fromstring(text).xpath("//*[contains(@class, 'errsum')]//li//text()") if text.strip() else []


def test_every_number_in_a_form_or_a_link_is_that_of_something(world, every_form, every_link):
    known = {*models_of(world), *AMOUNTS, *MEANT}
    words = {(form.route, word) for _name, form in every_form for word, _number in form.numbers}
    words |= {(path, key) for _name, path, query in every_link for key in dict(query) if meant_by(key, query)}
    assert sorted((where, word) for where, word in words if word not in known) == []


def test_a_form_answers_what_is_foreign_like_what_is_nowhere_and_writes_neither(world, people, forbidden, every_form):
    wrong = []
    models = models_of(world)
    for name, form in every_form:
        user, client = people[name]
        for word, number in dict.fromkeys(form.numbers):
            if word in AMOUNTS:
                continue
            others = unseen(world, user, models[MEANT.get(word, word)])
            bodies = [form.with_another(word, number, other) for other in others]
            assert form.data not in bodies
            answers = [sent(client, form, body) for body in bodies]
            if len(set(answers)) > 1:
                wrong.append(f"{form.route} tells {name} that a foreign {word} is there")
            if any(written for _status, _text, written in answers) and form.route not in THE_OTHERS:
                wrong.append(f"{form.route} writes for {name} with a foreign {word}")
            wrong += [
                f"{form.route} names {found} to {name}" for _status, text, _written in answers
                for found in forbidden[name].intersection(WORD.findall(text))
            ]  # fmt: skip
    assert "\n".join(wrong) == ""


def meant_by(key: str, query: list[tuple[str, str]]) -> str:
    """The word that says what the number in this part of a query is; empty when it is none."""
    told = dict(query)
    if key == "number" and told.get("kind"):  # history about one record
        return {label.split(".")[1].lower(): thing for thing, label in THINGS.items()}[told["kind"]]
    return key if told[key].isdigit() else ""


def test_a_link_answers_what_is_foreign_like_what_is_nowhere(world, people, forbidden, every_link):
    wrong = []
    models = models_of(world)
    for name, path, query in every_link:
        user, client = people[name]
        for place, (key, _value) in enumerate(query):
            meant = meant_by(key, query)
            if not meant or meant in AMOUNTS:
                continue
            answers = set()
            for other in unseen(world, user, models[MEANT.get(meant, meant)]):
                asked = [*query[:place], (key, str(other)), *query[place + 1 :]]
                with undone():
                    status, text = told(ask(client, "GET", f"{path}?{urlencode(asked)}"), path)
                answers.add((status, NUMBER.sub("N", MOMENT.sub("T", text))))
                found = forbidden[name].intersection(WORD.findall(text))
                wrong += [f"{path} names {word} to {name}" for word in found]
            if len(answers) > 1:
                wrong.append(f"{path} tells {name} that a foreign {key} is there")
    assert "\n".join(wrong) == ""


def test_every_choice_of_a_record_in_a_form_is_on_a_page(every_form):
    """So that none is left untried because no page shows it to anybody."""
    shown = {re.split(r"-\d+-", name)[-1] for _name, form in every_form for name in form.data}
    made = {
        name
        for form in subclasses(forms.BaseForm) if form.__module__.split(".")[0] in OURS
        for name, one in form.base_fields.items() if isinstance(one, forms.ModelChoiceField)
    }  # fmt: skip
    assert sorted(made - shown) == []


def subclasses(kind: type) -> Iterator[type]:
    for one in kind.__subclasses__():
        yield one
        yield from subclasses(one)
