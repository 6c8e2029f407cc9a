"""The clients of one boto3 session: each made once, and shared by the threads that hooks read in."""

import threading
from collections.abc import Callable
from typing import Any, TypeVar, cast

from botocore.config import Config

# Route 53 allows an account few calls a second, so throttled calls are tried again, ever more slowly:
# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html
# Eleven attempts go on for some twenty seconds where connections fail, as botocore 1.44 begins with 50 ms there: with
# eight it was three to six, and an endpoint that was away for ten stopped a tag-in half-way.
ATTEMPTS = 11
CONFIG = Config(retries={"mode": "standard", "max_attempts": ATTEMPTS}, connect_timeout=5, read_timeout=20)
# Metrics are wanted and never needed: nobody waits for them for minutes.
_OF_SERVICE = {"cloudwatch": Config(retries={"mode": "standard", "max_attempts": 3}, connect_timeout=2, read_timeout=5)}

Make = TypeVar("Make", bound=Callable[..., Any])


def shared(make: Make, config: Config = CONFIG) -> Make:
    """`make`, the method `client` of a session, for (service, region): one client of each, whoever asks.

    Clients may be shared among threads, sessions may not, so that one at a time is made:
    https://boto3.amazonaws.com/v1/documentation/api/latest/guide/session.html
    What is given back says that it is `make`, so that the type of a client follows from the name of its service.
    """
    making = threading.Lock()
    made: dict[tuple[str, str | None], Any] = {}

    def client(service: str, region: str | None = None) -> Any:
        with making:
            if (service, region) not in made:
                made[service, region] = make(service, region_name=region, config=_OF_SERVICE.get(service, config))
            return made[service, region]

    return cast(Make, client)
