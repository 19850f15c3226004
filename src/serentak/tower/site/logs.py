"""Structured logs without personal data: one JSON object a line on standard error."""

from __future__ import annotations

import logging
import logging.config
from typing import Any, Final

import structlog

PRIVATE: Final = frozenset(
    {"user", "username", "name", "phone", "password", "passphrase", "ip", "address", "email", "request"}
)
"""Keys whose values never reach a log."""


def without_persons(_logger: object, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Take out what names a person."""
    return {key: value for key, value in event.items() if key not in PRIVATE}


def set_up(_config: dict[str, Any]) -> None:
    """Send what Django, the libraries and this software log to standard error, a JSON object a line."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_persons,
    ]
    logging.config.dictConfig({
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    structlog.processors.JSONRenderer(ensure_ascii=False),
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "serentak": {"level": "INFO"},
            # Names of those who failed to log in would stand in its lines.
            "axes": {"level": "CRITICAL"},
        },
    })  # fmt: skip
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
