"""The writing of long lists. Running any of these twice is harmless."""

import logging

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import ChannelError, OperationalError

from ..lists import read_table
from ..models import Export
from ..services import exports

log = logging.getLogger(__name__)


@shared_task(name="consortium.make_export")
def make_export(export_id: int) -> None:
    order = Export.objects.filter(pk=export_id).first()
    if order:
        exports.make_export(order, read_table)


@shared_task(name="consortium.make_waiting_exports")
def make_waiting_exports() -> None:
    """Whatever waits, announced or not: the periodic drain."""
    while order := Export.objects.waiting(timezone.now()).first():
        exports.make_export(order, read_table)


@shared_task(name="consortium.remove_old_exports")
def remove_old_exports() -> None:
    exports.remove_old_exports(timezone.now())


def announce(order: Export) -> bool:
    """Tell the workers of a new order; False when the broker does not answer, and then the drain finds it."""
    try:
        make_export.apply_async([order.pk], retry=False)
    except (OperationalError, ChannelError, OSError) as error:
        log.warning("The broker does not answer (%s); export %s waits for the drain.", error, order.pk)
        return False
    return True
