"""``make bench``: what we do beside the least that anybody could do, in one run, as medians.

Each row measures the same work twice: the floor, and ours. Their ratio has a goal; a missed goal ends the run with 1.
The data are the demonstration's, made once in a database of the bench's own (``var/bench``).
"""

import os
import sys
from pathlib import Path

from bench.frame import measure, table

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "var" / "bench"


def prepare() -> None:
    """The bench's own database with the demonstration in it, made once."""
    HOME.mkdir(parents=True, exist_ok=True)
    os.environ.update({"DEBUG": "yes", "VAR_DIR": str(HOME), "DJANGO_SETTINGS_MODULE": "config.settings"})
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{HOME / 'bench.sqlite3'}")
    os.environ.setdefault("MEDIA_ROOT", str(HOME / "media"))
    import django
    from django.core.management import call_command

    django.setup()
    from django.conf import settings

    settings.DEBUG = False  # DEBUG keeps every query in memory, which is not what we measure
    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0)
    settings.DEBUG = True
    call_command("load_demo", "--if-empty")
    settings.DEBUG = False


def main() -> int:
    prepare()
    from bench.exports import export_rows
    from bench.history import history_rows
    from bench.hours import hour_rows
    from bench.members import member_rows
    from bench.pages import page_rows
    from bench.report_runs import run_rows
    from bench.reports import report_rows
    from bench.results import result_rows
    from bench.tasks import task_rows

    small = (report_rows, page_rows, task_rows, hour_rows, export_rows)  # before the data grow
    makers = (*small, member_rows, history_rows, result_rows, run_rows)
    only = os.environ.get("BENCH_ONLY", "")  # rows of one module of this folder, such as report_runs
    chosen = [rows_of for rows_of in makers if not only or rows_of.__module__ == f"bench.{only}"]
    done = [measure(row) for rows_of in chosen for row in rows_of()]
    print(table(done))
    return 0 if all(row.met for row in done) else 1


if __name__ == "__main__":
    sys.exit(main())
