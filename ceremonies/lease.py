"""A short lease on one set, so that one replica draws its cards at a time.

It saves calls; safety does not rest on it. Whoever dies while holding it is waited for a few
seconds, and two who draw at once draw the same.
"""

from __future__ import annotations

from ceremonies.store import Redis, Script, Writer

SECONDS = 10.0

_TAKE = Script("""
local holder = redis.call('GET', KEYS[1])
local left = redis.call('PTTL', KEYS[1])
-- No lease of ours lasts for ever or longer than it may: nobody stops the drawing with one.
if holder == false or holder == ARGV[1] or left < 0 or left > tonumber(ARGV[2]) then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return 1
end
return 0
""")

_RELEASE = Script("""
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0
""")


def lease_key(set_name: str) -> str:
    """Return the lease's key. The braces put all keys of a set into one hash slot."""
    return f"conclave:{{{set_name}}}:lease"


class Lease:
    """The lease on one set, as this replica sees it. Each call is one round trip.

    They raise StoreUnreachable.
    """

    def __init__(
        self, redis: Redis, set_name: str, *, holder: str, seconds: float = SECONDS
    ) -> None:
        self._key = lease_key(set_name)
        self._holder = holder
        self._ms = int(seconds * 1000)
        self._writer = Writer(redis)

    def take(self) -> bool:
        """Return whether this replica has the lease, from now on for its whole time."""
        return bool(self._writer.run(_TAKE, self._key, self._holder, self._ms).reply)

    def release(self) -> None:
        """Let others have it, if it is still ours."""
        self._writer.run(_RELEASE, self._key, self._holder)
