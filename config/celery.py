import logging.config
import os

from celery import Celery
from celery.signals import setup_logging
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
