"""Long files of hours. Running any of these twice is harmless."""

import logging

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import ChannelError, OperationalError

from . import services
from .models import HourImport

log = logging.getLogger(__name__)


@shared_task(name="zones.run_import")
def run_import(import_id: int) -> None:
    order = HourImport.objects.filter(pk=import_id).first()
    if order:
        services.run_import(order)


@shared_task(name="zones.run_waiting_imports")
def run_waiting_imports() -> None:
    """Whatever waits, announced or not: the periodic drain."""
    while order := HourImport.objects.waiting(timezone.now()).first():
        services.run_import(order)


@shared_task(name="zones.remove_old_imports")
def remove_old_imports() -> None:
    services.remove_old_imports(timezone.now())


def announce(order: HourImport) -> bool:
    """Tell the workers of a new order; False when the broker does not answer, and then the drain finds it."""
    try:
        run_import.apply_async([order.pk], retry=False)
    except (OperationalError, ChannelError, OSError) as error:
        log.warning("The broker does not answer (%s); import %s waits for the drain.", error, order.pk)
        return False
    return True
