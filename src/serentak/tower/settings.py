"""Django's settings, all of them made from `serentak.tower.config`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dj_database_url

from serentak.tower.config import read_config, secret_of

CONFIG = read_config()
ROOT = Path(__file__).parent

DEBUG = CONFIG.debug
SECRET_KEY = secret_of(CONFIG.web, "secret.key")
FIELD_KEYS = [secret_of(CONFIG.web, "fields.key")]
"""Keys of the encrypted fields, the one in use first."""
ALLOWED_HOSTS = list(CONFIG.hosts)
ROOT_URLCONF = "serentak.tower.urls"
WSGI_APPLICATION = "serentak.tower.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "serentak.tower.site",
    "serentak.tower.access",
    "serentak.tower.regions",
    "serentak.tower.boxes",
    "serentak.tower.escorts",
    "serentak.tower.oversight",
    "serentak.tower.means",
    "serentak.tower.cases",
    "serentak.tower.plans",
    "serentak.tower.maps",
    "serentak.tower.api",
    "serentak.tower.ops",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "auditlog",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    # First of all, before anything keeps what a caller may have made up.
    "serentak.tower.site.middleware.caller_address",
    "django.middleware.security.SecurityMiddleware",
    "serentak.tower.site.middleware.security_headers",
    "serentak.tower.api.problems.as_problems",
    "serentak.tower.site.middleware.without_nul",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "serentak.tower.site.middleware.speak",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "serentak.tower.access.middleware.attach_actor",
    "serentak.tower.access.limits.limit_writes",
    "auditlog.middleware.AuditlogMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "serentak.tower.site.context.site",
            ],
            "builtins": ["serentak.tower.site.templatetags.words"],
        },
    }
]

# Data

if CONFIG.database:
    DATABASES: dict[str, Any] = {"default": dj_database_url.parse(CONFIG.database, conn_max_age=600)}
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": CONFIG.web / "serentak.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA mmap_size=268435456;"
                    "PRAGMA cache_size=-65536; PRAGMA journal_size_limit=67108864;"
                ),
            },
        }
    }
# Shared by all processes, so that nobody tries five passwords at each of them.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

# Words and times

USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "id"
LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "bahasa"

# Static files

STATIC_URL = "/static/"
STATIC_ROOT = None
# Files are served from where the apps keep them: nothing has to be collected first.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = CONFIG.debug

# Who is who

AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "serentak.tower.access.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
# One name from one address is axes' business; this stops one address with many names, and many with one name. It is
# wide, for whole offices share an address, and nobody shall shut others out by typing their name.
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "60/m/ip,20/15m/key"}
MFA_ADAPTER = "serentak.tower.access.adapter.KeyAdapter"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "serentak"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "serentak.tower.site.middleware.address_of"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "access/locked.html"
AXES_HTTP_RESPONSE_CODE = 429
AUDITLOG_MASK_CALLABLE = "serentak.tower.access.trail.hide"
AUDITLOG_CID_HEADER = None

# Safety

SESSION_COOKIE_NAME = "sesi"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = CONFIG.secure
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [CONFIG.origin] if CONFIG.origin else []
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if CONFIG.secure else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if CONFIG.proxies else None
X_FRAME_OPTIONS = "DENY"

LOGGING_CONFIG = "serentak.tower.site.logs.set_up"
LOGGING: dict[str, Any] = {}
