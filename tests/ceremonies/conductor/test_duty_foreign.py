"""What waits for the lead is not what Conclave made, on real parts: an alarm, and no opening."""

from __future__ import annotations

import json
from pathlib import Path

from bot.cards.board import wanted
from ceremonies import store
from ceremonies.conductor.station import DUTY
from ceremonies.duty import DutyToken, Wrap
from ceremonies.events import WrapLoss, WrapLost
from ceremonies.keychain import Keychain
from lab.process import wait_until
from tests.ceremonies.conductor.test_duty_proven import NOW, RULE
from tests.ring import log_of, seated_on_duty
from tests.table import SET, Table


def newest(table: Table) -> DutyToken | None:
    """Return the shift's token, as soon as there is one."""
    return next(iter(table.conductor.state(SET).duties.tokens), None)


def planted(table: Table, token: DutyToken) -> str:
    """Put another wrap into the place of the lead's, as who has the store and its key could."""
    made = table.vaults["a"].bao.request(
        "POST", "sys/wrapping/wrap", {"token": "theirs"}, headers={"X-Vault-Wrap-TTL": "3600"}
    )
    wrap = made.json()["wrap_info"]
    assert wrap["creation_path"] == "sys/wrapping/wrap"
    sealed = table.sealed(DUTY, token.cluster, token.id) | {"secret": wrap["token"]}
    keychain = Keychain(store.connect(table.redis_url), (table.master_key,), SET)
    keychain.delete(DUTY, token.cluster, token.id)
    keychain.put(DUTY, token.cluster, token.id, json.dumps(sealed).encode(), expires_in=3600)
    return str(wrap["token"])


def test_a_wrap_of_another_creation_path(redis_url: str, tmp_path: Path) -> None:
    """It is told as in other hands, to people and in the log, and nobody is shown it any more."""
    with seated_on_duty(tmp_path, redis_url, RULE, at=int(NOW.timestamp() * 1000)) as table:
        wait_until(lambda: newest(table) is not None, seconds=40, what="a token waits")
        token = newest(table)
        assert token is not None
        wrapping = planted(table, token)

        def is_lost() -> bool:
            now = newest(table)
            return now is not None and now.wrap is Wrap.LOST

        table.clock_of_redis().forward(minutes=1)  # it is looked at every few seconds
        wait_until(is_lost, seconds=30, what="it is told as lost")

        lost = [e for e in log_of(table) if isinstance(e, WrapLost)]
        assert lost == [WrapLost(duty=token.id, cause=WrapLoss.FOREIGN)]
        state, people = table.conductor.state(SET), table.people()
        now = table.clock_of_redis().now()
        cards = wanted(state, people.sets[SET], people.roster, command="/dr", now=now)
        call = cards[f"call:watch:duty:lost:{token.id}:{WrapLoss.FOREIGN}"]
        assert not call.is_person
        assert f"/dr shift {SET} kill place={token.place}" in call.card.text
        assert any("in other hands" in alarm.words for alarm in state.alarms)
        waits = table.vaults.request("a", "POST", "sys/wrapping/lookup", {"token": wrapping})
        assert waits.status_code == 200, "nobody opened it"
