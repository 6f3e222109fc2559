"""What is counted, for /metrics: one object, made when serving begins."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)


class Metrics:
    """Counters and gauges. Labels are names of ours: never a person, a nonce or a text."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        self.requests = Counter(
            "conclave_requests",
            "Clicks, commands and modals that came from Slack.",
            ("door", "outcome"),
            registry=self._registry,
        )
        self.refusals = Counter(
            "conclave_gate_refusals",
            "People who were not let in.",
            ("why",),
            registry=self._registry,
        )
        self.shares = Counter(
            "conclave_shares",
            "Shares that were offered.",
            ("set", "outcome"),
            registry=self._registry,
        )
        self.reconnects = Counter(
            "conclave_socket_reconnects",
            "New Socket Mode connections after the first.",
            registry=self._registry,
        )
        self.slack_failures = Counter(
            "conclave_slack_failures",
            "Calls to Slack that failed.",
            ("method", "error"),
            registry=self._registry,
        )
        self.wakings = Counter(
            "conclave_wakings",
            "People outside Slack who were told, by kind of way.",
            ("way", "outcome"),
            registry=self._registry,
        )
        self.open_ceremonies = Gauge(
            "conclave_open_ceremonies",
            "Ceremonies that go on.",
            ("set",),
            registry=self._registry,
        )
        self._silence = Gauge(
            "conclave_socket_silence_seconds",
            "Since Slack last answered on the socket.",
            registry=self._registry,
        )

    def watch_silence(self, age: Callable[[], float]) -> None:
        """Have the silence of the socket read from here whenever metrics are asked for."""
        self._silence.set_function(age)

    def page(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self._registry)
