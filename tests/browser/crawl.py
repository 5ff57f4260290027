"""What pages there are for whom: asked for without drawing them, so that each distinct face is drawn once.

A face is a page at an address that has an element which no page drawn before at that address had.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection
from itertools import product
from urllib.parse import urlsplit

import lxml.html
from django.urls import NoReverseMatch, Resolver404, get_resolver, resolve, reverse

from tests.matrix.addresses import WORDS as FIXED
from tests.matrix.addresses import places, walk

FILES = re.compile(r"/download/|/files/\d+/$|/data/(json|xlsx)/|/table\.|/thumbnail/|/template/|\.ics$|[?&]export=")
# no pages: other programs' doors, a part of each page's head, files
LEFT_OUT = re.compile(
    rf"/(admin|api|static|media)/|/logout/|/inbox/count/|/consortium/suggest/|/profile/data/\w+/|{FILES.pattern}"
)
ALIKE = 2  # addresses that differ in their numbers only: how many of them are asked for
TRIES = 16  # records that an address to which nothing links is tried with
FIRST = list(range(1, 9))


Asking = Callable[[str], tuple[int, Mapping[str, str], str]]  # address to status, headers and text


def asking(host: str, port: int, cookies: str) -> Asking:
    """Ask as the one whose cookies these are; a redirection is an answer."""

    def ask(address: str) -> tuple[int, Mapping[str, str], str]:
        connection = HTTPConnection(host, port, timeout=60)
        connection.request("GET", address, headers={"Cookie": cookies, "Accept": "text/html"})
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        connection.close()
        return answer.status, answer.headers, text

    return ask


class Shape:
    """The links of a page, and which kinds of elements it has."""

    def __init__(self, text: str) -> None:
        page = lxml.html.fromstring(text) if text.strip() else None
        found = [] if page is None else [one for one in page.iter() if isinstance(one.tag, str)]
        self.parts = {f"{one.tag}.{one.get('class')}" for one in found}
        links = [one.get(name, "") for one in found for name in ("href", "hx-get", "action")]
        self.links = [link.split("#")[0] for link in links if link]


@dataclass
class Crawl:
    """Faces by person, and how each address of the program answered anybody."""

    faces: dict[str, list[str]] = field(default_factory=dict)
    answers: dict[str, set[str]] = field(default_factory=dict)  # page, file or the status, by the address's name
    faults: list[str] = field(default_factory=list)
    drawn: dict[str, set[str]] = field(default_factory=dict)  # elements by kind of page
    ids: dict[str, list[int]] = field(default_factory=dict)  # records that were met, by thing

    def person(self, name: str, request: Asking) -> None:
        """Everything to which links lead one person from home."""
        waiting, seen, kinds = ["/"], set(), Counter[str]()
        while waiting:
            address = waiting.pop(0)
            kind = kind_of(address)
            if address in seen or kinds[kind] >= ALIKE or LEFT_OUT.search(address):
                continue
            seen.add(address)
            kinds[kind] += 1
            waiting += [link for link in self.ask(name, request, address) if link.startswith("/")]

    def rest(self, name: str, request: Asking) -> None:
        """The addresses that nobody has come to yet, with records that somebody has met."""
        for route, stand in pages_by_name().items():
            if self.is_walked(route):
                continue
            numbers = product(*((self.ids.get(thing, []) + FIRST)[:TRIES] for _place, thing in stand))
            for given in list(numbers)[:TRIES]:
                asked = dict(zip([place for place, _thing in stand], given, strict=True))
                self.ask(name, request, reverse_of(route, asked))
                if self.is_walked(route):
                    break

    def is_walked(self, route: str) -> bool:
        """Whether the address has shown somebody a page or a file, or takes what is sent to it only."""
        return bool(self.answers.get(route, set()) & {"page", "file", "405"})

    def ask(self, name: str, request: Asking, address: str) -> list[str]:
        """Ask for one address and note its face; the links on it."""
        status, headers, text = request(address)
        route, numbers = route_of(address)
        for thing, number in numbers.items():
            if number not in self.ids.setdefault(thing, []):
                self.ids[thing].append(number)
        is_html = headers.get("Content-Type", "").startswith("text/html")
        shape = Shape(text if is_html else "")
        said = str(status) if status != 200 else "page" if is_html else "file"
        self.answers.setdefault(route, set()).add(said)
        if status >= 500:
            self.faults.append(f"{address} answered {name} with {status}")
        if said == "page" and not shape.parts <= self.drawn.setdefault(kind_of(address), set()):
            self.drawn[kind_of(address)] |= shape.parts
            self.faces.setdefault(name, []).append(address)
        return shape.links + ([headers["Location"]] if status in (301, 302) else [])


def kind_of(address: str) -> str:
    return re.sub(r"\d+", "N", urlsplit(address).path)


def route_of(address: str) -> tuple[str, dict[str, int]]:
    """The name of an address and the numbers in it by the thing that they are of."""
    try:
        match = resolve(urlsplit(address).path)
    except Resolver404:
        return "", {}
    stand = dict(places(match.view_name, "/" + match.route))
    return match.view_name, {stand[place]: value for place, value in match.kwargs.items() if place in stand}


def pages_by_name() -> dict[str, tuple[tuple[str, str], ...]]:
    """Our own pages by name, each with the records in its path."""
    found = {}
    for name, route, view in walk(get_resolver().url_patterns):
        if (
            ":" in name
            and not getattr(view, "actions", None)
            and not LEFT_OUT.search(re.sub(r"<[^>]*>", "0", f"/{route}"))
        ):
            found[name] = places(name, "/" + route)
    return found


def reverse_of(route: str, numbers: dict[str, int]) -> str:
    try:
        return reverse(route, kwargs={**FIXED.get(route, {}), **numbers})
    except NoReverseMatch:  # a secret stands in the path
        return "/"
