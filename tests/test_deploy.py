"""What deploy/ starts is what the Procfile starts, with settings that exist and the limits that the program has."""

import configparser
import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
PROCESSES = dict(re.findall(r"^(\w+): \.venv/bin/(.+)$", (ROOT / "Procfile").read_text(), re.M))


def unit_of(name: str) -> configparser.RawConfigParser:
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string((DEPLOY / f"consortium-{name}.service").read_text())
    return unit


@pytest.mark.parametrize("name", ["web", "worker", "scheduler"])
def test_systemd_and_compose_start_what_the_procfile_starts(name):
    assert unit_of(name)["Service"]["ExecStart"] == f"/opt/consortium/.venv/bin/{PROCESSES[name]}"
    service = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"][name]
    if name == "web":  # the image's own command, open to the other containers
        said = re.search(r"^CMD (\[.+\])$", (DEPLOY / "Dockerfile").read_text(), re.M)
        assert said and yaml.safe_load(said[1]) == [
            part
            for word in PROCESSES[name].split()
            for part in ([word] if word != "config.wsgi" else ["--bind", "0.0.0.0:8000", word])
        ]
    else:
        assert service["command"] == PROCESSES[name].split()


def test_only_settings_that_exist_are_set():
    source = (ROOT / "config" / "settings.py").read_text() + (ROOT / "config" / "gunicorn.py").read_text()
    names = re.findall(r"^(\w+)=", (DEPLOY / "consortium.env.example").read_text(), re.M)
    assert [name for name in names if f'"{name}"' not in source] == []
    assert not re.search(r"^SECRET_KEY=.", (DEPLOY / "consortium.env.example").read_text(), re.M)


def test_web_ends_after_its_requests_and_writes_only_its_own_state():
    from config import gunicorn

    for name in ("web", "worker", "scheduler"):
        service = unit_of(name)["Service"]
        assert (service["ProtectSystem"], service["StateDirectory"], service["User"]) == (
            "strict",
            "consortium",
            "consortium",
        )
    assert int(unit_of("web")["Service"]["TimeoutStopSec"]) > gunicorn.graceful_timeout


def test_nginx_takes_as_much_as_the_program_and_passes_no_address_that_a_client_claims():
    site = (DEPLOY / "nginx.conf").read_text()
    most = int(re.search(r"client_max_body_size (\d+)m;", site)[1])
    assert f"{most} MB" in (ROOT / "docs" / "operating.md").read_text()
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in site
    assert settings.SECURE_PROXY_SSL_HEADER in (None, ("HTTP_X_FORWARDED_PROTO", "https"))


def test_compose_builds_from_files_that_are_there():
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    assert (ROOT / compose["services"]["web"]["build"]["dockerfile"]).is_file()
    assert set(compose["volumes"]) == {"database", "queue", "files"}
    for line in re.findall(r"^COPY (\S+) ", (DEPLOY / "Dockerfile").read_text(), re.M):
        assert (ROOT / line).exists()
