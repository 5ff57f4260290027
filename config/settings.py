"""All settings. They come from the environment only; a bad value stops the start with a sentence."""

import sys
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

import environ
from celery.schedules import crontab
from csp.constants import SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from django_guid.integrations import CeleryIntegration
from redis.backoff import NoBackoff
from redis.retry import Retry

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var")))  # database, queue, files and static files by default
VAR_DIR.mkdir(parents=True, exist_ok=True)


def boolean(name: str, default: bool) -> bool:
    """The environment's yes or no; anything that is neither is refused, because a typing error must not mean no."""
    text = env.str(name, "yes" if default else "no").strip().lower()
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off", ""}:
        return False
    raise ImproperlyConfigured(f"{name} must be yes or no, not {text!r}.")


def whole(name: str, default: int, highest: int = 1_000_000, lowest: int = 1) -> int:
    """The environment's whole number from ``lowest`` to ``highest``."""
    text = env.str(name, str(default)).strip()
    if not text.isdecimal() or not lowest <= int(text) <= highest:
        raise ImproperlyConfigured(f"{name} must be a number from {lowest} to {highest}, not {text!r}.")
    return int(text)


DEBUG = boolean("DEBUG", False)
TESTING = "pytest" in sys.modules
SECRET_KEY = env.str("SECRET_KEY", "only-for-development-and-tests" if DEBUG or TESTING else "")
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY must be set unless DEBUG is on.")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PORT = whole("PORT", 8000, highest=65535)

INSTALLED_APPS = [
    "consortium",
    "zones",
    "tasks",
    "evaluation",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "csp",
    "django_filters",
    "django_guid",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "template_partials",
]

MIDDLEWARE = [
    "django_guid.middleware.guid_middleware",
    "consortium.metrics.MetricsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "consortium.middleware.NoStoreMiddleware",
    "consortium.outage.OutageMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "consortium.middleware.SessionAgeMiddleware",
    "consortium.middleware.SecondFactorMiddleware",
    "consortium.middleware.PasswordAgeMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "consortium.middleware.AddressMiddleware",
    "consortium.middleware.DenialMiddleware",
    "consortium.middleware.RefusalMiddleware",
    "consortium.middleware.NoticeMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "consortium.context.demo_sign_in",
                "consortium.context.oidc",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

# --- database ---------------------------------------------------------------------------------------------------------
DATABASE_URL = env.str("DATABASE_URL", "") or f"sqlite:///{VAR_DIR / 'db.sqlite3'}"
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
_database = DATABASES["default"]
if _database.get("ENGINE") == "django.db.backends.sqlite3":
    # One writer at a time: take the lock when a transaction begins instead of failing in its middle, and wait for it.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32000;",
    }
elif _database.get("ENGINE") != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must begin with sqlite: or postgres:.")
else:
    _database.setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)  # seconds until it is said to be away
_database["CONN_MAX_AGE"] = 600  # opening one for each request costs three to nine times the throughput
_database["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- people -----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "consortium.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_POLICIES = {
    "nist": [
        {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
        {"NAME": "consortium.accounts.PasswordLength", "OPTIONS": {"min_length": 10}},
        {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
        {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    ],
}
PASSWORD_POLICIES["djbh"] = [
    *PASSWORD_POLICIES["nist"],
    {"NAME": "consortium.passwords.Complexity"},
    {"NAME": "consortium.passwords.NoneOfTheLast"},
]
PASSWORD_POLICY = env.str("PASSWORD_POLICY", "nist")
if PASSWORD_POLICY not in PASSWORD_POLICIES:
    raise ImproperlyConfigured(f"PASSWORD_POLICY is {PASSWORD_POLICY!r}; it takes {' or '.join(PASSWORD_POLICIES)}.")
AUTH_PASSWORD_VALIDATORS = PASSWORD_POLICIES[PASSWORD_POLICY]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "consortium.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",  # of passwords set before; they change at the next sign-in
]
ACCOUNT_SESSION_REMEMBER = False
SESSION_IDLE_MINUTES = whole("SESSION_IDLE_MINUTES", 30, highest=24 * 60)
SESSION_HOURS = whole("SESSION_HOURS", 12, highest=24 * 30)
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
# A college's people share one address and sign in together on Monday: consortium.accounts counts wrong passwords, and
# the library's own limit of signing in refuses some of many at once, because they wait for one lock.
ACCOUNT_RATE_LIMITS = {"login": "", "login_failed": "", "accept_invitation": "120/m/ip", "oidc": "120/m/ip"}
# --- second factor: wrong and used codes are counted by consortium.second_factor, over all processes
MFA_ADAPTER = "consortium.second_factor.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "consortium.second_factor.CodeForm",
    "reauthenticate": "consortium.second_factor.CodeAgainForm",
    "activate_totp": "consortium.second_factor.FirstCodeForm",
    "add_webauthn": "consortium.passkeys.AddForm",
    "edit_webauthn": "consortium.passkeys.NameForm",
    "authenticate_webauthn": "consortium.passkeys.PasskeyForm",
    "reauthenticate_webauthn": "consortium.passkeys.PasskeyAgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # steps of 30 seconds by which a telephone's clock may be wrong
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses come from invitations; nobody signs in by them
MFA_REQUIRED_ROLES = frozenset(filter(None, (role.strip() for role in env.list("MFA_REQUIRED_ROLES", default=[]))))
MFA_ROLES = ["secretariat", "college_admin", "partner", "mentor", "bureau", "expert", "auditor", "operator"]
if unknown := sorted(MFA_REQUIRED_ROLES.difference(MFA_ROLES)):
    raise ImproperlyConfigured(f"MFA_REQUIRED_ROLES has {unknown[0]!r}; it takes {', '.join(MFA_ROLES)}.")

# --- the city's or college's own sign-in service (OpenID Connect); its pages are there only with OIDC_ISSUER
OIDC_ISSUER = env.str("OIDC_ISSUER", "").rstrip("/")
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", "")
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", "")
OIDC_NAME = env.str("OIDC_NAME", "统一身份认证")
if OIDC_ISSUER:
    _safe = ("https://", "http://127.0.0.1:") if DEBUG or TESTING else ("https://",)
    if not OIDC_ISSUER.startswith(_safe) or len(OIDC_ISSUER) > 200:
        raise ImproperlyConfigured(f"OIDC_ISSUER must begin with https://, not {OIDC_ISSUER!r}.")
    if not OIDC_CLIENT_ID or not OIDC_CLIENT_SECRET:
        raise ImproperlyConfigured("OIDC_ISSUER needs OIDC_CLIENT_ID and OIDC_CLIENT_SECRET.")
SOCIALACCOUNT_ADAPTER = "consortium.oidc.SocialAdapter"

# --- language, time, files --------------------------------------------------------------------------------------------
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LANGUAGE_CODE = env.str("LANGUAGE_CODE", "zh-hans")
if LANGUAGE_CODE not in dict(LANGUAGES):
    raise ImproperlyConfigured(f"LANGUAGE_CODE must be zh-hans or en, not {LANGUAGE_CODE!r}.")
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.str("TIME_ZONE", "Asia/Shanghai")
try:
    ZoneInfo(TIME_ZONE)
except (KeyError, ValueError, OSError) as error:
    raise ImproperlyConfigured(f"TIME_ZONE {TIME_ZONE!r} is not a time zone.") from error
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", str(VAR_DIR / "media")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG or TESTING
# clamd, which looks at files before anybody opens them: a socket of this machine, or a host and port
CLAMD = env.str("CLAMD", "").removeprefix("unix:")
if CLAMD and not CLAMD.startswith("/"):
    _clamd_host, _colon, _clamd_port = CLAMD.rpartition(":")
    if not _clamd_host or not _clamd_port.isdecimal() or not 0 < int(_clamd_port) < 65536:
        raise ImproperlyConfigured(f"CLAMD must be host:port or the path of a socket, not {CLAMD!r}.")
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "consortium.uploads.BoundedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "consortium.uploads.Temporary",
]

vars().update(env.email_url("EMAIL_URL", "consolemail://"))
EMAIL_TIMEOUT = 30  # seconds; a mail server that does not answer must not hold a worker
# Where people find the program, for the links in mails: the first origin that it trusts, else the first host.
_host = ALLOWED_HOSTS[0].lstrip(".*") or "localhost"
SITE_URL = next((origin for origin in CSRF_TRUSTED_ORIGINS if "*" not in origin), f"http://{_host}:{PORT}").rstrip("/")
_sender = vars().get("EMAIL_HOST_USER") or ""  # most mail servers send only in the name of the account
DEFAULT_FROM_EMAIL = SERVER_EMAIL = _sender if "@" in _sender else f"noreply@{_host}"

# --- security ---------------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],  # Tabler's own icons are data addresses
        "frame-ancestors": ["'none'"],
        "form-action": [SELF],
        "base-uri": [SELF],
        "object-src": ["'none'"],
    }
}
HTTPS = boolean("HTTPS", False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
# proxies of ours in a row, each of which adds to X-Forwarded-For: what stands before is only what a client says
ALLAUTH_TRUSTED_PROXY_COUNT = whole("TRUSTED_PROXIES", 1 if HTTPS else 0, highest=9, lowest=0)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
X_FRAME_OPTIONS = "DENY"

# --- API --------------------------------------------------------------------------------------------------------------
API_THROTTLE_USER = whole("API_THROTTLE_USER", 600)  # requests a minute of one person
API_THROTTLE_ANON = whole("API_THROTTLE_ANON", 30)  # and those of one address that nobody has signed
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "consortium.authentication.ByToken",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated", "consortium.authentication.InScope"],
    "DEFAULT_THROTTLE_CLASSES": ["consortium.limits.OfPerson"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "URL_FORMAT_OVERRIDE": None,  # ?format= chooses the file of a report
    "DEFAULT_SCHEMA_CLASS": "consortium.description.Described",
    "EXCEPTION_HANDLER": "consortium.api.answer_error",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Industry-education consortium API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "OrganizationKindEnum": "consortium.models.Organization.Kind",
        "IndicatorKindEnum": "evaluation.models.Indicator.Kind",
        "ZoneStatusEnum": "zones.models.Zone.Status",
        "ClassStatusEnum": "zones.models.InnovationClass.Status",
        "ProjectStatusEnum": "zones.models.Project.Status",
        "HoursStatusEnum": "zones.models.HourEntry.Status",
        "MilestoneStatusEnum": "tasks.models.Milestone.Status",
        "ProgressStatusEnum": "tasks.models.Progress.Status",
        "SupervisionStatusEnum": "tasks.models.Supervision.Status",
        "SchemeStatusEnum": "evaluation.models.Scheme.Status",
        "EvaluationStatusEnum": "evaluation.models.Evaluation.Status",
        "ReportStatusEnum": "evaluation.models.AnnualReport.Status",
    },
}

# --- work in the background -------------------------------------------------------------------------------------------
REDIS_URL = env.str("REDIS_URL", "")
if REDIS_URL and not REDIS_URL.startswith(("redis://", "rediss://", "unix://")):
    raise ImproperlyConfigured("REDIS_URL must begin with redis://, rediss:// or unix://.")
# what the limits count: by all web processes together with Redis, else by each for itself
CACHES = {
    "default": {
        "BACKEND": "config.caches.SharedCounts",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": sha256(DATABASE_URL.encode()).hexdigest()[:12],  # two installations may share one Redis
        "OPTIONS": {
            "serializer": "config.caches.Plain",
            "socket_connect_timeout": 1,
            "socket_timeout": 1,
            "retry": Retry(NoBackoff(), 0),
        },
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 10_000}}
}
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    # whoever orders a report does not wait for a broker that is away: the order is a row, and the drain finds it
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
        "max_retries": 1,
        "interval_start": 0,
        "socket_connect_timeout": 2,
        "visibility_timeout": 3600,  # what a worker has taken and not ended by then is given to another one
    }
else:
    _queue = VAR_DIR / "queue"
    (_queue / "control").mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_URL = "filesystem://"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_queue),
        "data_folder_out": str(_queue),
        "control_folder": str(_queue / "control"),
        "polling_interval": 0.1,  # seconds; of one a second a run of many reports would see little of the workers
    }
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker for as long as that is away
CELERY_TASK_IGNORE_RESULT = True  # what a job did stands in its own row
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]  # a pickle could run what it likes
# every job may run twice; so a message is done with only when its job has ended, and comes again when the child dies
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 1700  # both below the visibility timeout, or a long job would run twice at once
CELERY_TASK_TIME_LIMIT = 1800
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = whole("WORKERS", 2, highest=64)
# children begin from nothing: a fork would share the threads and locks of Typst and of the connections
CELERY_WORKER_POOL_START_METHOD = "spawn"
CELERY_WORKER_POOL = "config.pool:TaskPool"
CELERY_WORKER_PROC_ALIVE_TIMEOUT = 60.0  # seconds to read the program; with the usual 4 a busy machine has no child
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000  # kilobytes, after which a child is replaced
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
REPORT_LEASE_SECONDS = whole("REPORT_LEASE_SECONDS", 60)  # a worker silent for so long counts as dead
REPORT_DRAIN_SECONDS = whole("REPORT_DRAIN_SECONDS", 20)  # how often somebody looks for work that nobody announced
CELERY_BEAT_SCHEDULE = {
    "drain the queue of annual reports": {
        "task": "evaluation.make_waiting_reports",
        "schedule": float(REPORT_DRAIN_SECONDS),
        "options": {"expires": REPORT_DRAIN_SECONDS},  # a busy worker does not find a heap of these
    },
    "drain the queue of exports": {
        "task": "consortium.make_waiting_exports",
        "schedule": float(REPORT_DRAIN_SECONDS),
        "options": {"expires": REPORT_DRAIN_SECONDS},
    },
    "scan files for viruses": {
        "task": "consortium.scan_files",
        "schedule": float(REPORT_DRAIN_SECONDS),
        "options": {"expires": REPORT_DRAIN_SECONDS},
    },
    "drain the queue of imports of hours": {
        "task": "zones.run_waiting_imports",
        "schedule": float(REPORT_DRAIN_SECONDS),
        "options": {"expires": REPORT_DRAIN_SECONDS},
    },
    "remove old imports": {"task": "zones.remove_old_imports", "schedule": 3600.0, "options": {"expires": 3600}},
    "remove old exports": {"task": "consortium.remove_old_exports", "schedule": 3600.0, "options": {"expires": 3600}},
    "remove old answers": {"task": "consortium.remove_old_answers", "schedule": 3600.0, "options": {"expires": 3600}},
    "send notices by mail": {
        "task": "consortium.send_notices",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    # before the digests go out, and through the day, so that a scheduler that was away catches up
    "remind of tasks": {
        "task": "tasks.remind",
        "schedule": crontab(hour="7-20", minute="30"),
        "options": {"expires": 3000},
    },
    "order drafts of annual reports": {
        "task": "evaluation.order_drafts",
        "schedule": crontab(minute="10"),
        "options": {"expires": 3000},
    },
    "remind of reviews": {
        "task": "evaluation.remind",
        "schedule": crontab(hour="7-20", minute="40"),
        "options": {"expires": 3000},
    },
    "end and warn of agreements": {
        "task": "consortium.keep_agreements",
        "schedule": crontab(hour="7-20", minute="20"),
        "options": {"expires": 3000},
    },
    "send the daily digests": {
        "task": "consortium.send_digests",
        "schedule": crontab(hour="8", minute="0"),
    },
}

# --- what is logged and measured --------------------------------------------------------------------------------------
METRICS_TOKEN = env.str("METRICS_TOKEN", "")  # with it /metrics answers other machines too
LOG_FORMAT = env.str("LOG_FORMAT", "text")
if LOG_FORMAT not in {"text", "json"}:
    raise ImproperlyConfigured(f"LOG_FORMAT must be text or json, not {LOG_FORMAT!r}.")
# a request's number stands in its answer, in its lines of the log and in those of the jobs that it ordered
DJANGO_GUID = {"GUID_HEADER_NAME": "X-Request-ID", "EXPOSE_HEADER": False, "INTEGRATIONS": [CeleryIntegration()]}
_said = "{asctime} {levelname} {correlation_id} {name}: {message}"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"number": {"()": "django_guid.log_filters.CorrelationId"}},
    "formatters": {
        "text": {"()": "config.logs.Discreet", "format": _said, "style": "{"},
        "json": {"()": "config.logs.DiscreetJson", "format": _said, "style": "{"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["number"]}},
    # "django": its own handlers would repeat values on the console and in mails
    "loggers": {"django_guid": {"level": "WARNING"}, "django": {"level": "INFO"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}
