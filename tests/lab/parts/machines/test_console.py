"""The console: whole lines, each with the time since the start, and only the latest of them."""

from lab.machines.console import KEPT_BYTES, Console


def test_output_is_written_by_lines_in_whatever_pieces_it_comes() -> None:
    seconds = [1.5]
    console = Console(lambda: seconds[0])
    console.write(b"one\ntw")
    seconds[0] = 20
    console.write(b"o\nthr")
    console.say("the end")
    assert console.read().decode().split("\r\n") == [
        "[    1.500000] cloud-init[1600]: one",
        "[   20.000000] cloud-init[1600]: two",
        "[   20.000000] cloud-init[1600]: thr",
        "[   20.000000] the end",
        "",
    ]


def test_only_the_latest_is_kept() -> None:
    console = Console(lambda: 0.0)
    for number in range(10_000):
        console.write(b"%d\n" % number)
    assert len(console.read()) == KEPT_BYTES
    assert console.read().endswith(b"9999\r\n")
