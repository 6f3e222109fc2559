"""Redis's clock is far from Vault's, on real parts: no token ends at another time than told."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ceremonies.conductor.spans import Spans
from ceremonies.events import MintRefused, TokenMinted
from ceremonies.rota.rules import Custody, ShiftRules, Weekday
from lab.process import wait_until
from tests.ring import log_of, seated_on_duty
from tests.table import SAM


def the_day(custody: Custody) -> ShiftRules:
    """Return a shift that is on in reality, for some hours before and after."""
    now = datetime.now(UTC).replace(microsecond=0)
    return ShiftRules(
        name="day",
        custody=custody,
        lead=SAM,
        days=frozenset(Weekday),
        start=(now - timedelta(hours=6)).time(),
        end=(now + timedelta(hours=6)).time(),
    )


@pytest.mark.parametrize(
    ("custody", "hours"), [(Custody.BOT, 24), (Custody.LEAD, 2), (Custody.BOT, -2)]
)
def test_the_clock_jumps_and_is_set_right(
    redis_url: str, tmp_path: Path, custody: Custody, hours: int
) -> None:
    """Meanwhile nothing is minted and the skew is told; then the shift has its token, soon."""
    off = timedelta(hours=hours)
    at = int((datetime.now(UTC) + off).timestamp() * 1000)
    with seated_on_duty(
        tmp_path, redis_url, the_day(custody), at=at, skew_s=Spans().skew_s
    ) as table:

        def refusals() -> list[MintRefused]:
            return [e for e in log_of(table) if isinstance(e, MintRefused)]

        wait_until(lambda: bool(refusals()), seconds=40, what="it is refused")
        (refused, *_) = refusals()
        assert refused.problem == "not-as-asked"
        told = re.search(r"the clocks are ([0-9]+) s apart\. Redis", refused.words)
        assert told is not None
        assert abs(int(told[1]) - abs(hours) * 3600) < 60
        assert not table.vaults.record.accepted(path="auth/token/create/")

        table.clock_of_redis().forward(minutes=-60 * hours)

        def minted() -> list[TokenMinted]:
            return [e for e in log_of(table) if isinstance(e, TokenMinted)]

        wait_until(lambda: bool(minted()), seconds=60, what="the shift has its token")
        (token,) = minted()
        left_s = (token.until - table.clock_of_redis().now()) / 1000
        assert 6 * 3600 < left_s < 7 * 3600
