"""What a monitor asks: is the program alive, is it ready, how is it doing."""

import os
from ipaddress import ip_address
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from kombu import Connection
from kombu.exceptions import OperationalError
from prometheus_client import CONTENT_TYPE_LATEST

from .. import scanner
from ..metrics import exposition
from ..services.history import address


@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """Alive: the process answers."""
    return JsonResponse({"status": "ok"})


@login_not_required
def readyz(request: HttpRequest) -> JsonResponse:
    """Ready: the database answers, its migrations are all applied, the broker answers, files can be kept.

    Whether the virus scanner answers is said too, where there is one.
    """
    checks = {
        "database": _database_answers(),
        "migrations": _migrations_applied(),
        "broker": _broker_answers(),
        "files": _files_can_be_kept(),
    }
    ready = all(checks.values())
    if scanner.is_on():  # while it is away only new files stay closed: no reason to take the whole program out
        checks["scanner"] = scanner.answers()
    return JsonResponse({"status": "ok" if ready else "not ready", **checks}, status=200 if ready else 503)


@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """How it is doing, for Prometheus: from this machine, or with METRICS_TOKEN as the bearer's token."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    known = settings.METRICS_TOKEN and scheme == "Bearer" and constant_time_compare(token, settings.METRICS_TOKEN)
    here = ip_address(address.get() or "0.0.0.0").is_loopback  # nosec B104  # nobody's, nothing is bound to it
    if not known and not here:
        return HttpResponse(status=403)
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True


def _migrations_applied() -> bool:
    try:
        executor = MigrationExecutor(connection)
        return not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error:
        return False


def _files_can_be_kept() -> bool:
    try:
        Path(settings.MEDIA_ROOT).mkdir(parents=True, exist_ok=True)  # before the first file there is none
    except OSError:
        return False
    return os.access(settings.MEDIA_ROOT, os.W_OK)


def _broker_answers() -> bool:
    try:
        options = getattr(settings, "CELERY_BROKER_TRANSPORT_OPTIONS", {})
        with Connection(settings.CELERY_BROKER_URL, transport_options=options, connect_timeout=2) as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
    except (OperationalError, OSError):
        return False
    return True
