"""Who in DNS answers what, and until when: `python -m propagation NAME`."""

import argparse
import asyncio
import json
import math
import sys
from collections.abc import Sequence

import dns.exception
import dns.rdatatype

from propagation import client
from propagation.answer import Endpoint
from propagation.find import find, host_name
from propagation.messages import table
from propagation.outcome import Outcome, PropagationTimeout
from propagation.watch import Watch

YES, NO, CANNOT_ASK, INTERRUPTED = 0, 1, 2, 130
LOOK_SECONDS = 10.0
# As of `propagationTimeout` in the config.
DEADLINE_AT_MOST = 7200.0
CLEAR_SCREEN = "\x1b[H\x1b[2J"
EXIT_CODES = f"""exit codes: {YES} all agree, or DNS has let go; {NO} they do not, or the deadline has passed;
{CANNOT_ASK} there is nothing to ask; {INTERRUPTED} Ctrl-C. Nothing but DNS is asked: no account, no credentials."""


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line; exits with 2 when it is not understood."""
    parser = argparse.ArgumentParser(prog="python -m propagation", description=__doc__, epilog=EXIT_CODES)
    parser.add_argument("name", type=_name, help="the name to ask about")
    parser.add_argument("--type", default="A", type=_rdtype, help="the type of the records (default: A)")
    parser.add_argument("--expect", action="append", default=[], metavar="DATA|NAME", help=_EXPECT_HELP)
    parser.add_argument("--resolver", action="append", type=_resolver, metavar="ADDRESS|URL", help=_RESOLVER_HELP)
    parser.add_argument("--port", type=_port, default=53, help="the port of servers and resolvers (default: 53)")
    parser.add_argument("--private", action="store_true", help="ask the resolvers only: no public server has the zone")
    parser.add_argument("--wait", action="store_true", help="wait until no cache can hold another answer")
    parser.add_argument("--deadline", type=_seconds, default=300.0, metavar="SECONDS", help=_DEADLINE_HELP)
    parser.add_argument("--json", action="store_true", help="print one JSON object in place of the table")
    return parser.parse_args(argv)


_EXPECT_HELP = (
    "data of a record, once for each of them: all have to be there and no others; or one other name, to which all "
    "addresses have to belong (default: all servers agree)"
)
_RESOLVER_HELP = f"once for each; {Endpoint.RESOLVERS_ALLOWED} (default: {', '.join(Endpoint.PUBLIC_RESOLVERS)})"


_DEADLINE_HELP = f"of --wait, up to {DEADLINE_AT_MOST:.0f} (default: 300)"


def _name(text: str) -> str:
    try:
        return host_name(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _rdtype(text: str) -> str:
    try:
        rdtype = dns.rdatatype.from_text(text)
    except (dns.exception.DNSException, ValueError):
        rdtype = dns.rdatatype.TYPE0
    # Questions like ANY, and what only carries messages, are no records that a zone has.
    if rdtype == dns.rdatatype.TYPE0 or dns.rdatatype.is_metatype(rdtype):
        raise argparse.ArgumentTypeError(f"{text!r} is not a type of record, like A, AAAA or MX")
    return dns.rdatatype.to_text(rdtype)


def _resolver(text: str) -> str:
    try:
        server = Endpoint.resolver(text)
    except ValueError:
        allowed = Endpoint.RESOLVERS_ALLOWED
        raise argparse.ArgumentTypeError(f"{text!r} is none of {allowed}; another port than 53: --port") from None
    try:
        client.refuse_unaskable([server])
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return server.address


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= len("65535") and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: 1 to 65535")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    # Nothing compares with NaN, so it is refused as well.
    if not 0 < seconds <= DEADLINE_AT_MOST:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0, up to {DEADLINE_AT_MOST:.0f}")
    return seconds


async def run(options: argparse.Namespace) -> int:
    """Find out whom to ask, ask, and say what they say; returns the exit code."""
    addresses = dict.fromkeys(options.resolver or Endpoint.PUBLIC_RESOLVERS)
    resolvers = [Endpoint(address, options.port) for address in addresses]
    try:
        target = await find(
            options.name, options.type, options.expect, resolvers, options.port, client.ask, private=options.private
        )
    except asyncio.CancelledError:
        return _say("interrupted before anybody was asked", INTERRUPTED)
    except ValueError as error:
        return _say(f"--expect: {error}", CANNOT_ASK)
    except LookupError as error:
        return _say(f"{error}; --private asks the resolvers only", CANNOT_ASK)
    watch = Watch(target)
    try:
        if not options.wait:
            outcome = await watch.look(LOOK_SECONDS)
            agrees = outcome.is_as_expected if options.expect else outcome.is_the_same_everywhere
            return _show(outcome, options.json, YES if agrees else NO)
        outcome = await watch.wait(options.deadline, lambda line: _report(watch, line))
        _say(outcome.summary, YES)
        return _show(outcome, options.json, YES)
    except PropagationTimeout as timeout:
        _say(str(timeout), NO)
        return _show(timeout.outcome, options.json, NO)
    except asyncio.CancelledError:
        _say("interrupted; so far:", INTERRUPTED)
        return _show(watch.outcome(), options.json, INTERRUPTED)


def _report(watch: Watch, line: str) -> None:
    """A line of progress; on a terminal below the table, which is drawn again."""
    live = f"{CLEAR_SCREEN}{table(watch.outcome())}\n" if sys.stderr.isatty() else ""
    print(f"{live}{line}", file=sys.stderr, flush=True)


def _show(outcome: Outcome, as_json: bool, exit_code: int) -> int:
    print(json.dumps(outcome.as_dict(), indent=2) if as_json else table(outcome))
    return exit_code


def _say(text: str, exit_code: int) -> int:
    print(text, file=sys.stderr)
    return exit_code


if __name__ == "__main__":
    sys.exit(asyncio.run(run(arguments())))
