"""The log: one JSON object a line on stderr, whoever speaks, secrets blotted out."""

from __future__ import annotations

import logging
import sys
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from bot import redaction

_OURS = ("bot", "ceremonies")
# At DEBUG these print payloads, and with them shares; slack_bolt.RequestVerification prints the
# whole body of a genuine submission at INFO when a clock is wrong (measured, slack_bolt 1.30).
_FLOORS = {"slack_bolt.RequestVerification": logging.WARNING}
# slack_sdk 3.47 prints the payload of a frame that it cannot read, at WARNING.
_PAYLOAD = "payload:"

P = ParamSpec("P")
T = TypeVar("T")


def configure(level: str = "INFO") -> None:
    """Let everything that is logged in this process come out on stderr as JSON.

    `level` holds for our own loggers. Nobody else's is heard below INFO, whatever it is set to:
    Bolt copies the root's level into its own, so the root stays at INFO and the output filters.
    """
    output = logging.StreamHandler(sys.stderr)
    output.addFilter(_is_heard)
    output.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*_shared(), structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _redact,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [output]
    root.setLevel(logging.INFO)
    for name in _OURS:
        logging.getLogger(name).setLevel(level)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.captureWarnings(capture=True)
    warnings.simplefilter("default")
    sys.excepthook = _tell_of_the_end
    threading.excepthook = _tell_of_a_thread


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _cut_payload,
    ]


def _is_heard(record: logging.LogRecord) -> bool:
    ours = record.name.partition(".")[0] in _OURS
    return ours or record.levelno >= _FLOORS.get(record.name, logging.INFO)


def _cut_payload(logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    name = str(event.get("logger", getattr(logger, "name", "")))
    words = event.get("event")
    if isinstance(words, str) and name.partition(".")[0] not in _OURS and _PAYLOAD in words:
        event["event"] = words.partition(_PAYLOAD)[0] + _PAYLOAD + " [left out]"
    return event


def _redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return redaction.event(event)


def _tell_of_the_end(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("bot").critical("process.ended", exc_info=(kind, error, trace))


def _tell_of_a_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
        logging.getLogger("bot").error(
            "thread.ended", exc_info=(args.exc_type, args.exc_value, args.exc_traceback)
        )


class ContextExecutor(ThreadPoolExecutor):
    """A pool whose work sees the log context of whoever handed it in, and leaves none behind."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run this in a thread of the pool, in a copy of the caller's context."""
        context = copy_context()
        work: Any = context.run
        return super().submit(work, fn, *args, **kwargs)
