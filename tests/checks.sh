#!/bin/sh
# What CI asks of the code beside the tests. Every check runs, so that one run names everything; any failure fails it.
cd "$(dirname "$0")/.." || exit 2
failed=0
check() {
    name=$1
    shift
    if output=$("$@" 2>&1); then
        echo "ok      $name"
    else
        failed=1
        echo "FAILED  $name"
        echo "$output" | tail -n 40
    fi
}
BIN=.venv/bin
check "ruff: mistakes" $BIN/ruff check .
check "ruff: form" $BIN/ruff format --check .
check "import-linter: layers" $BIN/lint-imports
check "mypy: types" env DEBUG=yes $BIN/mypy consortium zones tasks evaluation config bench
check "bandit: weaknesses" $BIN/bandit -q -r config consortium zones tasks evaluation manage.py -c pyproject.toml
check "djade: form of templates" sh -c "git ls-files '*.html' | xargs $BIN/djade --check --target-version 5.2"
check "djlint: mistakes in templates" $BIN/djlint templates --lint --quiet
check "migrations: none missing" env DEBUG=yes $BIN/python manage.py makemigrations --check --dry-run
check "deploy: production settings" env DEBUG=no HTTPS=yes SECRET_KEY="$($BIN/python -c 'import secrets; print(secrets.token_urlsafe(60))')" \
    ALLOWED_HOSTS=example.org DATABASE_URL="${DATABASE_URL:-}" $BIN/python manage.py check --deploy --fail-level WARNING
check "catalogue: complete and compiled" $BIN/python tests/catalogue.py
exit $failed
