"""Where AWS keeps what belongs to one service: below a root of this tool, and the first of its live names.

The first name, and not the project's, is what tells two services of an account apart: it is in the DNS, where nobody
else can have it, it stays when a project is renamed, and both stay findable under one root for who writes policies.
"""

ROOT = "/tag-team"


def of_service(service: str) -> str:
    """The path of everything of one service, as IAM writes paths; `service` is the first of its names."""
    return f"{ROOT}/{service}/"


def in_charge(service: str) -> str:
    """The SSM parameter that says who is in charge, and whose history says since when."""
    return f"{of_service(service)}in-charge"


def door(service: str, colour: str) -> str:
    """The SSM parameter that is there while `colour` can be tagged in."""
    return f"{of_service(service)}{colour}/can-be-tagged-in"


def load_test(service: str, colour: str) -> str:
    """The SSM parameter with what came of the newest load test of `colour`; there while it is awake."""
    return f"{of_service(service)}{colour}/load-test"
