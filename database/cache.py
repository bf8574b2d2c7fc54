"""Django's cache on Redis, for a process that answers many requests at once.

Django makes a cache for each context, which in async code is each request, and so a new connection to Redis for each.
Here all share one client, which is safe between threads; and uses are counted in one round trip.
"""

import functools
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient

# A key that is new lives for its window. What comes after a count that is above its limit is not counted.
COUNT_IN_TURN = """
local counts = {}
for place, key in ipairs(KEYS) do
    counts[place] = redis.call('INCR', key)
    if counts[place] == 1 then redis.call('EXPIRE', key, ARGV[2 * place]) end
    if counts[place] > tonumber(ARGV[2 * place - 1]) then break end
end
return counts
"""


class CountingClient(RedisCacheClient):
    @functools.cached_property
    def count_in_turn(self) -> Any:
        return self.get_client(write=True).register_script(COUNT_IN_TURN)


shared_client = functools.cache(CountingClient)


class SharedRedisCache(RedisCache):
    @functools.cached_property
    def _cache(self) -> CountingClient:
        return shared_client(tuple(self._servers), **self._options)  # type: ignore[attr-defined]

    def count_in_turn(self, uses: list[tuple[str, int, int]]) -> list[int]:
        """Add one to each key's count; `uses` are (key, limit, seconds). Ends with the first count above its limit."""
        keys = [self.make_and_validate_key(key) for key, _, _ in uses]
        return self._cache.count_in_turn(keys, [figure for _, limit, seconds in uses for figure in (limit, seconds)])
