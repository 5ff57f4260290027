import logging.config
import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, task_postrun, task_prerun
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

TRANSPORT_ALIASES["filesystem"] = "config.file_broker:Transport"
TRANSPORT_ALIASES["redis"] = TRANSPORT_ALIASES["rediss"] = "config.redis_broker:Transport"

app = Celery("config")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="jobs")  # "tasks" is an app here


@setup_logging.connect
def log_as_the_web_does(**_: object) -> None:
    """Celery's own handlers would repeat the values of rows that ``config.logs`` leaves out."""
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)


@task_prerun.connect
@task_postrun.connect
def let_go_of_ended_connections(sender: Any = None, **_: object) -> None:
    """Celery does this in children that are forked only; in ours, which begin from nothing, each job after a restart of
    the database would fail at the connection that was ended."""
    from django.db import close_old_connections

    if not sender.request.is_eager:  # then the connection is the caller's
        close_old_connections()
