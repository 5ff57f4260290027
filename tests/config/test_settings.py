import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def start(tmp_path, **environment: str) -> subprocess.CompletedProcess:
    """What ``manage.py check`` says under this environment and no other setting."""
    clean = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), "SECRET_KEY": "x" * 60}
    return subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, env=clean | environment, capture_output=True, text=True
    )


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DEBUG", "maybe", "DEBUG must be yes or no, not 'maybe'."),
        ("SECRET_KEY", "", "SECRET_KEY must be set unless DEBUG is on."),
        ("PORT", "70000", "PORT must be a number from 1 to 65535, not '70000'."),
        ("DATABASE_URL", "mysql://127.0.0.1/x", "DATABASE_URL must begin with sqlite: or postgres:."),
        ("REDIS_URL", "127.0.0.1", "REDIS_URL must begin with redis://, rediss:// or unix://."),
        ("EMAIL_URL", "pigeon://x", "Invalid email schema pigeon"),
        ("LANGUAGE_CODE", "fr", "LANGUAGE_CODE must be zh-hans or en, not 'fr'."),
        ("TIME_ZONE", "Mars/Olympus", "TIME_ZONE 'Mars/Olympus' is not a time zone."),
        ("CLAMD", "run/clamd.sock", "CLAMD must be host:port or the path of a socket, not 'run/clamd.sock'."),
        ("CLAMD", ":3310", "CLAMD must be host:port or the path of a socket, not ':3310'."),
        ("CLAMD", "clamd:99999", "CLAMD must be host:port or the path of a socket, not 'clamd:99999'."),
        ("OIDC_ISSUER", "http://sso.example.cn", "OIDC_ISSUER must begin with https://, not 'http://sso.example.cn'."),
        ("OIDC_ISSUER", "https://sso.example.cn", "OIDC_ISSUER needs OIDC_CLIENT_ID and OIDC_CLIENT_SECRET."),
        ("LOG_FORMAT", "xml", "LOG_FORMAT must be text or json, not 'xml'."),
        ("SESSION_IDLE_MINUTES", "0", "SESSION_IDLE_MINUTES must be a number from 1 to 1440, not '0'."),
        ("SESSION_HOURS", "day", "SESSION_HOURS must be a number from 1 to 720, not 'day'."),
        (
            "MFA_REQUIRED_ROLES",
            "bureau,pupil",
            "MFA_REQUIRED_ROLES has 'pupil'; it takes secretariat, college_admin, "
            "partner, mentor, bureau, expert, auditor, operator.",
        ),
        ("WORKERS", "0", "WORKERS must be a number from 1 to 64, not '0'."),
        ("TRUSTED_PROXIES", "-1", "TRUSTED_PROXIES must be a number from 0 to 9, not '-1'."),
        ("API_THROTTLE_USER", "600/min", "API_THROTTLE_USER must be a number from 1 to 1000000, not '600/min'."),
        ("API_THROTTLE_ANON", "0", "API_THROTTLE_ANON must be a number from 1 to 1000000, not '0'."),
        ("REPORT_LEASE_SECONDS", "soon", "REPORT_LEASE_SECONDS must be a number from 1 to 1000000, not 'soon'."),
    ],
)
def test_a_bad_setting_stops_the_start_with_a_sentence(tmp_path, name, value, sentence):
    started = start(tmp_path, **{name: value})
    last = started.stderr.strip().splitlines()[-1]
    assert (started.returncode, last) == (1, f"django.core.exceptions.ImproperlyConfigured: {sentence}")


def test_good_settings_start(tmp_path):
    assert start(tmp_path).returncode == 0


def test_the_demonstration_is_refused_without_debug(tmp_path):
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), "SECRET_KEY": "x" * 60}
    for command in (["migrate", "--verbosity", "0"], ["load_demo"]):
        done = subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=environment, capture_output=True, text=True
        )
    assert done.returncode == 1
    assert done.stderr.strip() == (
        "CommandError: The demonstration has open passwords, so it is loaded only with DEBUG on."
    )


def test_no_job_runs_longer_than_the_broker_waits_for_it(settings):
    """Or it would be given to a second worker while the first is still at it."""
    waits = 3600  # of Redis, as settings say; files have no such time
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    assert options.get("visibility_timeout", waits) == waits
    assert settings.CELERY_TASK_SOFT_TIME_LIMIT < settings.CELERY_TASK_TIME_LIMIT < waits
