"""What an instance says of its boot, on its console: why it does not serve."""

import re
from collections.abc import Iterable

# The script an instance is born with begins every line so that it says (components/user_data.sh).
MARK = "user data: "
# The last attempt that failed, that there was no time for another, and at what it ended.
LINES = 3
LONGEST_LINE = 500
# systemd writes a service's output to the console with the time since the start, name and process id before it.
_BEFORE = re.compile(rf"^.*?(?={re.escape(MARK)})")


def of_console(text: str) -> str:
    """The last lines of user data on a console, joined by " / "; empty when there is none yet.

    text: the output of GetConsoleOutput, of which EC2 keeps the latest 64 KB
    (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-console.html).
    """
    lines = [_BEFORE.sub("", line) for line in re.split(r"[\r\n]+", text) if MARK in line]
    return " / ".join(line.removeprefix(MARK).strip()[:LONGEST_LINE] for line in lines[-LINES:])


def told(words: Iterable[tuple[str, str]]) -> str:
    """The words of instances (id, words) as a sentence; who says the same as one before is not named again."""
    said: dict[str, str] = {}
    for instance, text in words:
        if text:
            said.setdefault(text, instance)
    return "; ".join(f"{instance} said last: {text!r}" for text, instance in said.items())
