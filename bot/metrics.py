"""Counters that Prometheus reads. Labels carry no names of people and no nonces."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

REGISTRY = CollectorRegistry()

COMMANDS = Counter(
    "conclave_commands", "Slash commands and clicks, by door and outcome", ["door", "outcome"],
    registry=REGISTRY,
)  # fmt: skip
CARDS = Counter(
    "conclave_cards", "Cards posted and updated, by outcome", ["call", "outcome"], registry=REGISTRY
)
ENTRIES = Gauge("conclave_log_entries", "Entries in a set's log", ["set"], registry=REGISTRY)
OPEN_CEREMONIES = Gauge(
    "conclave_open_ceremonies", "Ceremonies that go on", ["set"], registry=REGISTRY
)
TOKENS_ALIVE = Gauge(
    "conclave_operation_tokens_alive", "DR operation tokens not known to be deleted", ["set"],
    registry=REGISTRY,
)  # fmt: skip
PONG_AGE = Gauge(
    "conclave_socket_pong_age_seconds", "Seconds since Slack last answered", registry=REGISTRY
)


def exposition() -> bytes:
    """Return what /metrics answers."""
    return bytes(generate_latest(REGISTRY))
