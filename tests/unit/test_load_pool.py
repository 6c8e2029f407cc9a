"""The four pools of clients, as vegeta is told of them."""

from dataclasses import replace
from fractions import Fraction

import pytest

from lab.load.attack import Aim
from lab.load.pool import HONEST, held_seconds, holding_resolver, honest_resolvers, pools
from lab.messages import Addresses

HERE = Addresses("http://127.0.0.1:1", 5300, 8000, {}, ["127.53.1.1", "127.53.1.2", "127.53.1.3", "127.53.1.4"], "ca")


def flags() -> dict[str, list[str]]:
    return {pool.name: pool.arguments() for pool in pools(HERE, 200)}


def test_each_pool_resolves_and_keeps_connections_as_its_name_says() -> None:
    assert list(flags()) == ["honest", "holds twice the TTL", "keep-alive", "never resolves again"]
    dns = {name: next(flag for flag in those if flag.startswith("-dns-ttl")) for name, those in flags().items()}
    assert set(dns.values()) == {"-dns-ttl=-1", "-dns-ttl=0"}
    assert [name for name, flag in dns.items() if flag == "-dns-ttl=0"] == ["never resolves again"]
    assert [name for name, those in flags().items() if "-keepalive=false" not in those] == ["keep-alive"]
    assert [pool.name for pool in pools(HERE, 200) if not pool.moves] == ["never resolves again"]


def test_each_says_for_how_many_ttls_it_is_held_back_and_whether_it_keeps_its_connections() -> None:
    made = {pool.name: pool for pool in pools(HERE, 200)}
    assert {name: pool.held_ttls * 60 for name, pool in made.items() if pool.moves} == {
        "honest": 60,
        "holds twice the TTL": held_seconds(),
        "keep-alive": 60,
    }
    keeping = {name for name, pool in made.items() if pool.keeps_connections}
    assert keeping == {name for name, those in flags().items() if "-keepalive=false" not in those}


def test_each_has_a_resolver_of_its_own_and_one_of_them_nobody_else_knows() -> None:
    asked = [pool.resolver for pool in pools(HERE, 200)]
    assert len(set(asked)) == 4
    assert holding_resolver(HERE) not in honest_resolvers(HERE)
    holding = {pool.name for pool in pools(HERE, 200) if pool.resolver == f"{holding_resolver(HERE)}:5300"}
    assert holding == {"holds twice the TTL"}
    assert held_seconds() == 120
    assert held_seconds(5) == 10


def test_a_lab_with_too_few_resolvers_is_refused() -> None:
    with pytest.raises(ValueError, match="unpack"):
        pools(replace(HERE, resolvers=["127.53.1.1"]), 200)


@pytest.mark.parametrize(("rate", "said"), [(200, "-rate=50/1s"), (10, "-rate=5/2s"), (1, "-rate=1/4s")])
def test_all_pools_together_send_what_was_asked_for(rate: int, said: str) -> None:
    made = pools(HERE, rate)
    assert sum(pool.per_second for pool in made) == rate == Fraction(rate)
    assert all(said in pool.arguments() for pool in made)


def test_what_is_under_way_at_once_is_bounded_by_the_rate() -> None:
    assert all("-max-workers=100" in pool.arguments() for pool in pools(HERE, 200))
    assert all("-max-workers=10" in pool.arguments() for pool in pools(HERE, 1))


@pytest.mark.parametrize("rate", [0, -1])
def test_no_rate_is_refused(rate: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        pools(HERE, rate)


def test_a_name_is_asked_for_as_it_is_and_never_below_a_search_domain() -> None:
    assert Aim("www.shop.example", 80).target() == "GET http://www.shop.example.:80/\nHost: www.shop.example\n"
    assert Aim("127.0.0.1", 80, "/a").target().startswith("GET http://127.0.0.1:80/a\n")
    assert HONEST == "honest"
