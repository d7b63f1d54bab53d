"""Settings, all from the environment: safe for development, strict in production."""

from datetime import timedelta
from pathlib import Path

import environ
import structlog
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from opsdesk.core.start import start_faults

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEBUG = env.bool("DEBUG", default=True)
VAR = Path(env("OPSDESK_VAR", default=str(BASE_DIR / "var"))).resolve()
SECRET_KEY = env("SECRET_KEY", default="" if not DEBUG else "development-only-" + "0" * 48)
# Signs the audit trail and guards machine keys. Kept outside of the database and never changed: a
# trail signed by another key counts as tampered with.
DATA_KEY = env("DATA_KEY", default="" if not DEBUG else "development-only-" + "1" * 48)
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if DEBUG else []
)
_keys = {"SECRET_KEY": SECRET_KEY, "DATA_KEY": DATA_KEY}
if _faults := start_faults(debug=DEBUG, keys=_keys, hosts=ALLOWED_HOSTS):
    raise ImproperlyConfigured(" ".join(_faults))
# Whether rights over pay, people and access wait for a second factor at sign-in.
SECOND_FACTOR = env("SECOND_FACTOR", default="required")
if SECOND_FACTOR not in ("required", "off") or (SECOND_FACTOR == "off" and not DEBUG):
    raise ImproperlyConfigured("SECOND_FACTOR is “required”; only with DEBUG it may be “off”.")
REPORTING_CURRENCY = env("REPORTING_CURRENCY", default="CNY")
COMPANY_TIME_ZONE = env("COMPANY_TIME_ZONE", default="Asia/Shanghai")
# The hour of the company's day from which the night before may be computed.
NIGHTLY_HOUR = env.int("NIGHTLY_HOUR", default=3)
# For so many days after its end a period's figures may still change by returns.
RETURNS_SETTLING_DAYS = env.int("RETURNS_SETTLING_DAYS", default=30)

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_structlog",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "rest_framework",
    "django_filters",
    "opsdesk",
    "accounts",
    "catalog",
    "orders",
    "kpis",
    "compensation",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "opsdesk.api.middleware.ApiMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    # As early as it knows the language: what those below refuse carries the headers, too.
    "opsdesk.admin.middleware.GuardMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "accounts.admin.middleware.ScopeMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "opsdesk.urls"
WSGI_APPLICATION = "opsdesk.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "opsdesk" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

DATABASES = {
    "default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR / 'opsdesk.sqlite3'}"),
}
_db = DATABASES["default"]
if _db["ENGINE"].endswith("sqlite3"):
    VAR.mkdir(parents=True, exist_ok=True)
    _db["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
            "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;"
        ),
    }
else:
    _db["CONN_MAX_AGE"] = 60
    _db["CONN_HEALTH_CHECKS"] = True

REDIS_URL = env("REDIS_URL", default="")
CELERY_BROKER_URL = REDIS_URL or "opsfile://localhost"
_BROKER_DIR = VAR / "broker"
if not REDIS_URL:
    for _name in ("messages", "control"):
        (_BROKER_DIR / _name).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_BROKER_DIR / "messages"),
        "data_folder_out": str(_BROKER_DIR / "messages"),
        "control_folder": str(_BROKER_DIR / "control"),
        "polling_interval": 1.0,
    }
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "opsdesk.sweep", "schedule": 20.0, "options": {"expires": 20}},
    "sla": {"task": "orders.sweep_clocks", "schedule": 60.0, "options": {"expires": 60}},
    "fetch-mail": {"task": "orders.fetch_mail", "schedule": 60.0, "options": {"expires": 60}},
    "send-mail": {"task": "orders.send_mail", "schedule": 20.0, "options": {"expires": 20}},
    "orders": {"task": "orders.screen", "schedule": 60.0, "options": {"expires": 60}},
    # UTC and often: the task asks the database whether a business day is due, so that no clock
    # change makes a night run late, twice or never.
    "nightly": {"task": "kpis.start_nightly", "schedule": 600.0, "options": {"expires": 600}},
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "accounts.admin.guessing.CountingBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 10}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
# So many wrong passwords for one name from one address, and from all addresses together, until
# the name waits.
AXES_FAILURE_LIMIT = env.int("SIGN_IN_GUESSES", default=8)
SIGN_IN_GUESSES_EVERYWHERE = env.int("SIGN_IN_GUESSES_EVERYWHERE", default=40)
AXES_COOLOFF_TIME = timedelta(minutes=env.int("SIGN_IN_WAIT_MINUTES", default=15))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], ["username"]]
AXES_HANDLER = "accounts.admin.guessing.Guesses"
AXES_LOCKOUT_CALLABLE = "accounts.admin.guessing.locked_out"
AXES_CLIENT_IP_CALLABLE = "accounts.admin.guessing.client_address"
AXES_RESET_ON_SUCCESS = True
# Who goes on guessing while a name waits does not make it wait longer.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
# Each proxy in front adds the address it was asked from to X-Forwarded-For: so many are ours.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
# A sign-in lasts so long; with rights that need a second factor, so long without being used.
SESSION_HOURS = env.int("SESSION_HOURS", default=12)
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", default=60)
OTP_TOTP_ISSUER = "OpsDesk"
OTP_ADMIN_HIDE_SENSITIVE_DATA = True
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
SESSION_COOKIE_AGE = SESSION_HOURS * 3600

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = COMPANY_TIME_ZONE

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
# The build of Alpine that needs no eval, in place of the one that the admin's look brings.
# `make scripts` puts it here; where it is absent the pages may use eval, and the check says so.
VENDOR = BASE_DIR / "vendor"
STRICT_SCRIPTS = (VENDOR / "unfold" / "js" / "alpine" / "alpine.js").is_file()
STATICFILES_DIRS = [*([VENDOR] if STRICT_SCRIPTS else []), BASE_DIR / "opsdesk" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_ALLOW_ALL_ORIGINS = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_BYTES", default=500 * 1024 * 1024)
# Of a larger mail only its head is fetched. So long a mail server may keep silent.
MAIL_MAX_BYTES = env.int("MAIL_MAX_BYTES", default=25 * 1024 * 1024)
MAIL_TIMEOUT_SECONDS = env.int("MAIL_TIMEOUT_SECONDS", default=20)
ATTACHMENT_MAX_BYTES = env.int("ATTACHMENT_MAX_BYTES", default=10 * 1024 * 1024)

SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
if not DEBUG:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 3600 * 24 * 365
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", default=True)
    SECURE_HSTS_PRELOAD = SECURE_HSTS_INCLUDE_SUBDOMAINS
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT

# The API knows machines by their keys; sessions, forms and pages are no part of it.
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api.keys.ClientAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["opsdesk.api.permissions.ResourcePermission"],
    "DEFAULT_THROTTLE_CLASSES": ["opsdesk.api.throttles.ClientThrottle"],
    "DEFAULT_PARSER_CLASSES": ["opsdesk.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "opsdesk.api.pagination.KeyPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "opsdesk.api.errors.problem",
    "URL_FORMAT_OVERRIDE": None,
}
API_REQUESTS_PER_MINUTE = env.int("API_REQUESTS_PER_MINUTE", default=600)

_PROCESSORS = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.TimeStamper(fmt="iso"),
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.processors.KeyValueRenderer(
                key_order=["timestamp", "level", "logger", "event"]
            )
            if DEBUG
            else structlog.processors.JSONRenderer(),
            "foreign_pre_chain": _PROCESSORS,
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env("LOG_LEVEL", default="WARNING")},
}
structlog.configure(
    processors=[*_PROCESSORS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)

FORMAT_MODULE_PATH = ["opsdesk.formats"]
UNFOLD = {
    "SITE_TITLE": "OpsDesk",
    "SITE_HEADER": "OpsDesk",
    "SITE_URL": None,
    "SITE_ICON": "opsdesk.admin.look.icon",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": "opsdesk.admin.look.icon"},
    ],
    "STYLES": ["opsdesk.admin.look.style"],
    "SCRIPTS": [
        "opsdesk.admin.look.script",
        *(["opsdesk.admin.look.script_without_eval"] if STRICT_SCRIPTS else []),
    ],
    "SHOW_LANGUAGES": True,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "6px",
    "COLORS": {
        "primary": {
            "50": "#f0fdfa",
            "100": "#ccfbf1",
            "200": "#99f6e4",
            "300": "#5eead4",
            "400": "#2dd4bf",
            "500": "#14b8a6",
            "600": "#0d9488",
            "700": "#0f766e",
            "800": "#115e59",
            "900": "#134e4a",
            "950": "#042f2e",
        },
    },
    "ACCOUNT": {"navigation": "accounts.admin.my_security.account_links"},
    "DASHBOARD_CALLBACK": "opsdesk.admin.home.dashboard",
    "SIDEBAR": {"show_search": False, "navigation": "opsdesk.admin.navigation.sidebar"},
}
