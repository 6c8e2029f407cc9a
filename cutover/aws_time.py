"""The time by AWS's clock, to which the times that AWS tells are compared."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any


def time_of(response: Mapping[str, Any]) -> datetime:
    """When AWS gave this answer, by its own clock: to be compared with the times that it tells.

    The clock of this machine is another one. Raises ValueError when the answer has no Date that can be read, as every
    HTTP answer of a server with a clock has: https://www.rfc-editor.org/rfc/rfc9110#section-6.6.1
    """
    said = response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    try:
        found = parsedate_to_datetime(said or "")
        if found.tzinfo is None:
            raise ValueError(said)
    except ValueError:
        raise ValueError(f"AWS did not say what time it is: Date {said!a}") from None
    return found
