"""What a worker does: ids in, the service called. Celery finds these by this package, so each module is named here."""

from . import agreements, answers, exports, notices, scans

__all__ = ["agreements", "answers", "exports", "notices", "scans"]
