"""The rules of the house that a tool does not check by itself."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import ForeignKey, ManyToManyField
from django.urls import URLPattern, URLResolver, get_resolver

from config.celery import app as celery

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ["consortium", "zones", "tasks", "evaluation"]
DOORS = [
    path
    for name in LAYERS
    for pattern in ("views.py", "views/*.py", "api.py", "report_api.py", "council_api.py")
    for path in sorted((ROOT / name).glob(pattern))
]
PUBLIC = {
    "accounts/login/",
    "accounts/logout/",
    "accounts/reauthenticate/",
    "accounts/signup/",
    "accounts/inactive/",
    "accounts/confirm-email/",
    r"accounts/confirm-email/(?P<key>[-:\w]+)/",
    "accounts/password/reset/",
    "accounts/password/reset/done/",
    r"accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/",
    "accounts/password/reset/key/done/",
    "accounts/login/code/confirm/",
    "accounts/oidc/",
    "accounts/oidc/callback/",
    "accounts/2fa/authenticate/",
    "consortium/invitations/accept/<str:secret>/",
    "tasks/calendar/<str:secret>.ics",
    "evaluation/guest/<str:secret>/",
    "language/",
    "healthz",
    "metrics",
    "readyz",
    "admin/login/",
}
JOBS = {
    "consortium.keep_agreements",
    "consortium.make_export",
    "consortium.make_waiting_exports",
    "consortium.remove_old_answers",
    "consortium.remove_old_exports",
    "consortium.scan_files",
    "consortium.send_digests",
    "consortium.send_notices",
    "evaluation.make_report",
    "evaluation.make_waiting_reports",
    "evaluation.order_drafts",
    "evaluation.remind",
    "tasks.remind",
    "zones.remove_old_imports",
    "zones.run_import",
    "zones.run_waiting_imports",
}


# to_countersign and waiting_for begin with visible_to themselves; of() is the history of a record that the page has
# fetched through visible_to; none() shows nothing
STARTS = {"visible_to", "to_countersign", "waiting_for", "of", "none"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_foreign_keys_point_down_the_layers():
    upward = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for name in LAYERS
        for model in apps.get_app_config(name).get_models()
        for field in [*model._meta.fields, *model._meta.many_to_many]
        if isinstance(field, ForeignKey | ManyToManyField)
        and field.related_model._meta.app_label in LAYERS
        and LAYERS.index(field.related_model._meta.app_label) > LAYERS.index(name)
    ]
    assert upward == []


@pytest.mark.parametrize("path", DOORS, ids=name_of)
def test_reads_of_pages_and_api_start_from_the_user(path):
    manager = r"\.(?:objects|_default_manager|_base_manager)\."
    starts = re.findall(manager + r"(\w+)", path.read_text(encoding="utf-8"))
    assert sorted(set(starts) - STARTS) == []


def test_the_domain_knows_nothing_of_http():
    importers = [
        name_of(path)
        for name in LAYERS
        for path in sorted((ROOT / name).rglob("*.py"))
        if {"models", "services"} & {path.stem, path.parent.name}
        and re.search(r"^from django\.(http|shortcuts|views)|^import django\.http", path.read_text("utf-8"), re.M)
    ]
    assert importers == []


def test_only_services_write_status():
    writers = []
    for name in LAYERS:
        for path in sorted((ROOT / name).rglob("*.py")):
            if "migrations" in path.parts or "services" in (path.stem, path.parent.name):
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                targets = node.targets if isinstance(node, ast.Assign) else []
                if any(isinstance(target, ast.Attribute) and target.attr == "status" for target in targets):
                    writers.append(f"{name_of(path)}:{node.lineno}")
    assert writers == []


def test_every_registered_job_is_known_here():
    celery.loader.import_default_modules()
    assert {name for name in celery.tasks if not name.startswith("celery.")} == JOBS


def walk(patterns, prefix=""):
    for pattern in patterns:
        route = prefix + str(pattern.pattern).lstrip("^").replace("\\Z", "").rstrip("$")
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern


def filled(route: str) -> str:
    """An address with something in each of its places."""
    route = re.sub(r"\(\?P<format>[^)]*\)\??", "json", route).replace("\\.", ".").replace("/?", "/")
    route = re.sub(r"\(\?P<\w+>(?:\[[^\]]*\]|[^()])*\)", "1", route)
    route = re.sub(r"<(?:\w+:)?\w+>", "1", route)
    return "/" + route.replace("$", "")


def routes() -> list[str]:
    return sorted({route for route, _pattern in walk(get_resolver().url_patterns)})


@pytest.mark.parametrize("route", [route for route in routes() if route not in PUBLIC])
def test_nobody_gets_in_without_signing_in(client, db, route):
    response = client.get(filled(route))
    if response.status_code in (301, 302):
        assert response.url.startswith(("/accounts/login/", "/admin/login/"))
    else:
        assert response.status_code in (401, 403)


@pytest.mark.parametrize("who", ["secretariat", "college_admin", "partner", "mentor", "bureau", "expert", "auditor"])
def test_no_role_breaks_a_page_by_opening_it(request, db, client_for, who):
    client = client_for(request.getfixturevalue(who))
    found = {
        route: status
        for route in routes()
        if not route.startswith("admin/") and (status := client.get(filled(route)).status_code) >= 500
    }
    assert {route: status for route, status in found.items() if route != "readyz"} == {}


def test_each_promise_is_watched_by_tests_that_are_there():
    """The promises of docs/threat-model.md: each row of its table names the tests that watch it."""
    text = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
    rows = [row for row in text.partition("## 承诺")[2].splitlines() if row.startswith("| ")][1:]
    assert rows
    for row in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", row)
        assert named, f"no test watches: {row}"
        for path, test in named:
            assert f"def {test}(" in (ROOT / path).read_text(encoding="utf-8"), f"{path} has no {test}"
