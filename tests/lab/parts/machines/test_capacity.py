"""What one instance can do, in virtual time: few requests at their speed, more of them slowly, too many not at all."""

from lab.machines.capacity import Capacity, Load

CAPACITY = Capacity(per_second=10, service_seconds=0.02, patience_seconds=0.5)


def answered(per_second: float, seconds: float = 10.0) -> list[float | None]:
    """After how long each of so many evenly spread requests is answered."""
    load = Load()
    return [load.take(CAPACITY, 100.0 + number / per_second) for number in range(int(per_second * seconds))]


def test_up_to_its_capacity_every_request_takes_the_service_time() -> None:
    assert {round(seconds or 0, 6) for seconds in answered(10)} == {0.02}


def test_above_its_capacity_requests_are_slow_first_and_then_turned_away() -> None:
    seconds = answered(20)
    first_turned_away = seconds.index(None)
    slow = [one for one in seconds[:first_turned_away] if one is not None]
    assert slow == sorted(slow)
    assert slow[-1] > 0.4
    turned_away = seconds.count(None) / len(seconds)
    assert 0.4 < turned_away <= 0.5, "it serves 10 of 20 requests a second"


def test_who_is_turned_away_costs_nothing_and_a_pause_lets_it_recover() -> None:
    load = Load()
    for _ in range(100):
        load.take(CAPACITY, 100.0)
    assert load.take(CAPACITY, 100.0) is None
    assert load.take(CAPACITY, 101.0) == CAPACITY.service_seconds


def test_half_the_instances_do_not_carry_the_load_of_all_and_all_of_them_do() -> None:
    load_of_all = 0.9 * 4 * CAPACITY.per_second
    assert None not in answered(load_of_all / 4)
    assert answered(load_of_all / 2).count(None) > 50
