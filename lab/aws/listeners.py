"""The listeners of load balancers: where they answer, and with what by default."""

from collections.abc import Mapping
from dataclasses import dataclass

from moto.elbv2.models import FakeListener


@dataclass(frozen=True)
class Redirect:
    """A redirect as its listener has it, with the placeholders of Elastic Load Balancing (`#{host}` …).

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-listeners.html#redirect-actions
    """

    status: int
    protocol: str = "#{protocol}"
    host: str = "#{host}"
    port: str = "#{port}"
    path: str = "/#{path}"
    query: str = "#{query}"


@dataclass(frozen=True)
class Listener:
    """A listener: HTTPS with the certificate `certificate_arn`, or HTTP without one; forwards if not `redirect`."""

    port: int
    is_https: bool = False
    certificate_arn: str = ""
    redirect: Redirect | None = None


def plain(source: FakeListener) -> Listener | None:
    """The listener, None for one whose protocol or default action the lab does not serve."""
    action = source.default_actions[-1]
    if source.protocol not in ("HTTP", "HTTPS") or action.type not in ("forward", "redirect"):
        return None
    return Listener(
        int(source.port),
        source.protocol == "HTTPS",
        source.certificate or "",
        _redirect(action.data["RedirectConfig"]) if action.type == "redirect" else None,
    )


def _redirect(config: Mapping[str, str]) -> Redirect:
    given = {key.lower(): str(value) for key, value in config.items() if key != "StatusCode" and value}
    return Redirect(int(config["StatusCode"].removeprefix("HTTP_")), **given)
