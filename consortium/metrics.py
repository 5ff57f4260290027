"""What a monitor reads at ``/metrics``, in the words of Prometheus: requests, and the work that waits.

Requests are counted by each web process and added up when several serve. The work is read from its rows, for a broker
may lose what it was told: the rows are what is still to be done.
"""

import os
import time
from collections.abc import Iterator

from django.apps import apps
from django.conf import settings
from django.db import Error, models
from django.db.models import Count, Min, Q
from django.http import HttpRequest
from django.utils import timezone
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from .models import Attachment, Notice
from .services.work import QUEUED

REQUESTS = Counter("consortium_requests", "Requests answered.", ["view", "method", "status"])
SECONDS = Histogram("consortium_request_seconds", "How long a request took.", ["view"])


class MetricsMiddleware:
    """Counts each request and its seconds, by the name of its address: the address itself may hold a number."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        begun = time.perf_counter()
        response = self.get_response(request)
        view = request.resolver_match.view_name if request.resolver_match else "none"
        REQUESTS.labels(view, request.method, response.status_code).inc()
        SECONDS.labels(view).observe(time.perf_counter() - begun)
        return response


class Work(Collector):
    """The orders of each kind by state, how long the oldest has waited, and the mails that wait."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        now = timezone.now()
        jobs = GaugeMetricFamily("consortium_jobs", "Orders by state.", labels=["kind", "status"])
        waiting = GaugeMetricFamily(
            "consortium_oldest_job_seconds", "How long the oldest order has waited.", labels=["kind"]
        )
        for model in orders():
            rows, ordered = model._default_manager.order_by(), _ordered(model)
            for status, count in rows.values_list("status").annotate(Count("pk")):
                jobs.add_metric([model._meta.label_lower, status], count)
            oldest = rows.aggregate(oldest=Min(ordered, filter=Q(status=QUEUED)))["oldest"]
            waiting.add_metric([model._meta.label_lower], (now - oldest).total_seconds() if oldest else 0)
        mails = GaugeMetricFamily("consortium_mails_waiting", "Notices to be mailed at once that are not sent yet.")
        mails.add_metric([], Notice.objects.to_mail(Notice.Mail.NOW, now).count())
        files = GaugeMetricFamily("consortium_files_unscanned", "Files that wait for the virus scanner.")
        files.add_metric([], Attachment.objects.to_scan(now).count() if settings.CLAMD else 0)
        return iter([jobs, waiting, mails, files])


def orders() -> list[type[models.Model]]:
    """The models whose rows are orders that a worker takes: see ``services.work``."""
    return [model for model in apps.get_models() if {"lease_until", "attempt"} <= _names(model)]


def exposition() -> bytes:
    """All figures as text, those of the other web processes included; without the work when no database answers."""
    requests = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        requests = CollectorRegistry()
        MultiProcessCollector(requests)
    work = CollectorRegistry()
    work.register(Work())
    try:
        return generate_latest(requests) + generate_latest(work)
    except Error:
        return generate_latest(requests)


def _names(model: type[models.Model]) -> set[str]:
    return {field.name for field in model._meta.concrete_fields}


def _ordered(model: type[models.Model]) -> str:
    return next(name for name in ("queued_at", "ordered_at") if name in _names(model))
