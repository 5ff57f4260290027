"""Every address of the program: its name, the records in its path, how it is asked, and what it answered."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from consortium.routes import ROUTES

# the part of a path before a number that is not the plural of the thing whose number it is
SEGMENTS = {
    "classes": "class",
    "consortium": "organization",
    "duties": "duty",
    "enterprises": "organization",
    "files": "picture",
    "hours": "hours",
    "months": "closed_month",
    "parties": "party",
    "partners": "partnership",
    "people": "person",
    "progress": "progress",
    "roles": "affiliation",
    "runs": "report_run",
    "standards": "standard_check",
    "templates": "report_template",
}
# where something else stands: an evaluation at the stage that the page is about, a record that has files
INSTEAD = {
    "consortium:attachment_create": {"pk": "zone"},
    "consortium:attachment_page": {"pk": "document"},
    "consortium:attachment_preview": {"pk": "document"},
    "tasks:task_from": {"pk": "duty"},
    "evaluation:evaluation_result": {"pk": "published"},
    "evaluation:objection_answer": {"pk": "published"},
    "evaluation:guest_renew": {"reviewer": "guest"},
    "evaluations-result": {"pk": "published"},
    "evaluations-standing": {"pk": "published"},
}
# parts of a path that are no record
WORDS = {
    "consortium:attachment_create": {"model": "zones.zone"},
    "consortium:agreement_clause": {"name": "cost"},
    "consortium:meeting_print": {"kind": "pdf"},
    "consortium:attachment_page": {"page": 1},
    "evaluation:evaluation_indicator": {"number": 1},
    "evaluation:evaluation_score_line": {"number": 1},
    "evaluation:evaluation_assess_line": {"number": 1},
    "evaluation:evidence_add": {"number": 1},
    "evaluation:flag_dismiss": {"number": 1, "about": "0" * 64},
    "evaluation:talk_create": {"number": 1},
    "reports:report_figure": {"number": 0},
    "reports:report_text_save": {"part": "highlights"},
    "tasks:plan_export": {"kind": "xlsx"},
    "tasks:task_from": {"model": "consortium.duty"},
    "zones:breach_answer": {"rule": "national.week_hours", "day": "2026-01-05"},
    "zones:class_move": {"to": "finished"},
    "zones:goal_create": {"kind": "base"},
    "zones:month_close": {"year": 2020, "month": 2},
    "zones:pack_choose": {"pack": "ningbo-2020"},
    "zones:zone_move": {"to": "closed"},
}
# what else an address must be told: the record of the same side
QUERIES = {
    "tasks:supervision_create": {"milestone": "overdue"},
    "zones:outcome_convert": {"student": "student"},
}


@dataclass(frozen=True)
class Address:
    name: str
    places: tuple[tuple[str, str], ...]  # argument of the path and what of the world stands there
    methods: tuple[str, ...]
    acts: dict[str, str]

    @property
    def thing(self) -> str:
        """What one must see to be answered."""
        first = self.places[0][1] if self.places else ""
        return {"published": "evaluation", "picture": "attachment", "document": "attachment"}.get(first, first)

    @property
    def is_api(self) -> bool:
        return ":" not in self.name and "-" in self.name

    def act(self, method: str) -> str:
        return self.acts.get(method) or self.acts["GET"]

    def path(self, **numbers: Any) -> str:
        return reverse(self.name, kwargs={**WORDS.get(self.name, {}), **numbers})

    def query(self, records: dict[str, Any]) -> str:
        asked = {key: records[thing].pk for key, thing in QUERIES.get(self.name, {}).items() if thing in records}
        return f"?{urlencode(asked)}" if asked else ""


def walk(patterns: Any, namespace: str = "", prefix: str = "") -> Iterator[tuple[str, str, Any]]:
    """Name, route and view of every address; Django's administration is one."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", route, pattern.callback
        elif pattern.namespace == "admin":
            yield "admin", route, None
        else:
            inside = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from walk(pattern.url_patterns, inside, route)


def names() -> set[str]:
    return {name for name, _route, _view in walk(get_resolver().url_patterns)}


def addresses() -> list[Address]:
    """Those of our own that ask for an act; what is public, Django's or allauth's is none of them."""
    found = []
    for name, route, view in walk(get_resolver().url_patterns):
        asked = ROUTES.get(name, "")
        if "." not in "".join(asked.values() if isinstance(asked, dict) else asked):
            continue
        acts = asked if isinstance(asked, dict) else {"GET": asked}
        actions = getattr(view, "actions", None)
        methods = tuple(m.upper() for m in actions if m in view.cls.http_method_names) if actions else ("GET", "POST")
        found.append(Address(name, places(name, route), methods, acts))
    return sorted(found, key=lambda address: address.name)


def places(name: str, route: str) -> tuple[tuple[str, str], ...]:
    """The arguments of a path that are numbers of records, each with what stands there."""
    parts = re.findall(r"([\w-]+)/\^?(?:<\w+:\w+>/)*(?:<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\))", route.replace("/^", "/"))
    found = [(page or api, segment) for segment, page, api in parts if (page or api) not in WORDS.get(name, {})]
    return tuple((place, INSTEAD.get(name, {}).get(place) or thing_of(segment)) for place, segment in found)


def thing_of(segment: str) -> str:
    return SEGMENTS.get(segment) or segment.replace("-", "_").removesuffix("s")


def told(response: HttpResponse, path: str = "") -> tuple[int, str]:
    """Status and text of an answer, without what is different each time: a form's token, the address asked for."""
    text = "" if response.streaming else response.read.decode("utf-8", "replace")
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)
    text += response.headers.get("Location", "").replace(quote(path, safe=""), path)
    return response.status_code, text.replace(path, "…") if path else text


def ask(client: Client, method: str, path: str, data: Any = None, *, is_api: bool = False) -> HttpResponse:
    """Ask as a browser or as a program does; a browser's form always brings its token. ``read`` is what came."""
    client.cookies.pop("messages", None)  # what was said about the last answer is not part of this one
    if method == "GET":
        response = client.get(path, data)
    elif is_api:
        response = client.generic(method, path, json.dumps(data or {}, default=str), content_type="application/json")
    else:
        response = client.post(path, {"csrfmiddlewaretoken": "x", **(data or {})})
    response.read = b"".join(response.streaming_content) if response.streaming else response.content
    return response
