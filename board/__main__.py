"""Both colours at a glance: who is in charge, what is healthy, what DNS says, what it costs, and what to type next."""

import argparse
import asyncio
import json
import math
import os
import sys
import time
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.text import Text

from board import json_form, page, serve, terminal
from board.judged import NOT_TOLD, Board, judge
from board.look import everything, project
from board.look.everything import Options
from cutover.refusal import Refusal

INTERRUPTED = 130
EXIT_CODES = """exit codes: 0 all is well; 1 something needs attention, each reason in a line; 2 it could not be told:
what is unknown may hide a reason. It reads AWS, DNS and the Pulumi backend, and changes nothing."""
WATCH_SECONDS, SHORTEST_SECONDS = 5.0, 1.0


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line; exits with 2 when it is not understood."""
    parser = argparse.ArgumentParser(prog="python -m board", description=__doc__, epilog=EXIT_CODES)
    forms = parser.add_mutually_exclusive_group()
    forms.add_argument("--json", action="store_true", help="print one JSON object (docs/board.md has its schema)")
    forms.add_argument("--watch", action="store_true", help="look again and again, until Ctrl-C")
    forms.add_argument("--html", type=Path, metavar="FILE", help="write a page of one file")
    forms.add_argument("--serve", action="store_true", help="serve that page on this machine alone, always fresh")
    parser.add_argument("--port", type=int, default=serve.PORT, help=f"of --serve (default: {serve.PORT}; 0: any)")
    every = f"of --watch and --serve, {SHORTEST_SECONDS:.0f} or more (default: {WATCH_SECONDS:.0f})"
    parser.add_argument("--every", type=_seconds, default=WATCH_SECONDS, metavar="SECONDS", help=every)
    limit = f"how long a look may take: what has not answered by then is unknown (default: {everything.SECONDS:.0f})"
    parser.add_argument("--limit", type=_seconds, default=everything.SECONDS, metavar="SECONDS", help=limit)
    parser.add_argument("--no-stacks", action="store_true", help="leave the Pulumi backend out")
    return parser.parse_args(argv)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    # Nothing compares with NaN, so it is refused as well.
    if not SHORTEST_SECONDS <= seconds <= 3600:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds from {SHORTEST_SECONDS:.0f} to 3600")
    return seconds


def look(options: argparse.Namespace) -> Board:
    """Look once; raises Refusal when the project's own files cannot be read."""
    directory = Path(os.environ.get("PULUMI_OPTION_CWD") or ".")
    found = project.read(directory)
    return judge(asyncio.run(everything.look(found, Options(options.limit, stacks=not options.no_stacks))))


def run(options: argparse.Namespace) -> int:
    """Look, and show it in the form that is asked for; returns the exit code."""
    if options.serve:
        return serve.run(lambda: look(options), options.port, options.every)
    if options.watch:
        return _watch(options)
    with Console(stderr=True).status(_under_way(options)):
        board = look(options)
    if options.json:
        print(json.dumps(json_form.form(board), indent=2))
    elif options.html:
        _write(options.html, page.written(board))
        print(f"{options.html} is written", file=sys.stderr)
    else:
        terminal.show(board, Console())
    return board.exit_code


def _under_way(options: argparse.Namespace) -> str:
    return f"asking AWS, DNS and the Pulumi backend, for {options.limit:.0f} s at most"


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Refusal(
            "the page cannot be written",
            seen=str(error),
            allowed="a file in a folder that is there",
            next_step=".venv/bin/python -m board --html board.html",
        ) from None


def _watch(options: argparse.Namespace) -> int:
    """Look again and again; the last look counts for the exit code, which Ctrl-C brings."""
    console, code = Console(), NOT_TOLD
    if not console.is_terminal:
        while True:
            terminal.show(look(options), console)
            print(flush=True)
            time.sleep(options.every)
    with Live(console=console, screen=True, auto_refresh=False, vertical_overflow="crop") as live:
        try:
            live.update(Text(_under_way(options)), refresh=True)
            while True:
                board = look(options)
                code = board.exit_code
                live.update(terminal.drawn(board, console.width, urgent_first=True), refresh=True)
                time.sleep(options.every)
        except KeyboardInterrupt:
            return code


def main() -> int:
    """The command; a Refusal is printed, and means that nothing could be told."""
    options = arguments()
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal may know no dot in the middle of a line
    try:
        code = run(options)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        code = NOT_TOLD
    except KeyboardInterrupt:
        code = INTERRUPTED
    sys.stdout.flush()
    return code


if __name__ == "__main__":
    sys.exit(main())
