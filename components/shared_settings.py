"""What all stacks share, as Pulumi.yaml says it: each setting with its config key."""

from collections.abc import Mapping
from dataclasses import dataclass

from components import host_name, offsite
from components.config_key import shared
from components.config_value import (
    CERTIFICATE,
    HEADER,
    IMAGE,
    INSTANCE_TYPE,
    NO_COLOURS,
    NO_NETWORKS,
    PATH,
    ZONE_ID,
    boolean,
    colour_with_a_stack,
    list_of,
    map_of,
    matching,
    network,
    one_of,
    optional,
    per_cent,
    whole_number,
)
from components.offsite import Offsite
from cutover import drain, places
from cutover.checks.load_test import OFF, OPTIONAL, REQUIRED, Measure
from cutover.cost import OwnPrices, own_prices

# https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html; one of the ten is the colour's own name.
MOST_NAMES_WITH_OWN_CERTIFICATE = 9


@dataclass(frozen=True)
class SharedSettings:
    """What Pulumi.yaml says for all stacks; lists are tuples, and what is empty is None."""

    names: tuple[str, ...] = shared(
        "names",
        list_of(host_name.parse),
        allowed='a list of host names in the zone, like ["www.shop.example"]',
        meaning="live host names; the first one also names the test hosts (COLOUR.FIRST-NAME), and stays first",
        note="each once, letters beyond ASCII in their `xn--` form; capitals and a dot at the end make no difference; "
        f"at most {MOST_NAMES_WITH_OWN_CERTIFICATE} with a certificate made here",
    )
    zone: str = shared(
        "zone",
        host_name.parse,
        allowed="the name of a hosted zone, like shop.example",
        meaning="hosted zone of Route 53 that holds every live name",
    )
    zone_id: str | None = shared(
        "zoneId",
        optional(matching(ZONE_ID)),
        allowed="empty, or the id of a hosted zone, like Z0123456789ABCDEFGHIJ",
        meaning="which of several zones of that name is meant; another one than the records are in is refused",
        default="",
        default_means="the only one",
    )
    capacity: int = shared(
        "capacity",
        whole_number(2, 1000),
        allowed="a whole number from 2 to 1000, at least one instance a zone, at most what the subnets hold twice",
        meaning="instances that together carry 100 % of the traffic; each colour runs exactly so many",
        default="4",
    )
    instance_type: str = shared(
        "instanceType",
        matching(INSTANCE_TYPE),
        allowed="an EC2 instance type, like m7i.large",
        meaning="EC2 instance type of both clusters",
        note="of the image's architecture",
        default="m7i.large",
    )
    machine_image: str = shared(
        "machineImage",
        matching(PATH),
        allowed="the name of a public SSM parameter that holds an Amazon Linux 2023 image",
        meaning="public SSM parameter with the Amazon Linux 2023 image; looked up once per release, then pinned by the "
        "colour's state",
        default="/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
    )
    availability_zones: int = shared(
        "availabilityZones",
        whole_number(2, 6),
        allowed="a whole number from 2 to 6",
        meaning="zones that each cluster spans: the first ones that the region offers when it is built, and then "
        "always these",
        default="2",
    )
    cidrs: Mapping[str, str] = shared(
        "cidrs",
        map_of(colour_with_a_stack, network),
        allowed=f"two colours, each with its own IPv4 network of /16 to /22, none of it in {', '.join(NO_NETWORKS)}",
        meaning="address range of each colour; its two keys are the colours",
        note=f"a colour has 1 to 12 letters a to z, and is not called {', '.join(NO_COLOURS)}; networks do not overlap",
    )
    nat_gateways: int = shared(
        "natGateways",
        whole_number(1, 6),
        allowed="a whole number from 1 to the number of availability zones",
        meaning="NAT gateways of each cluster",
        default="1",
    )
    keep_addresses: bool = shared(
        "keepAddresses",
        boolean,
        allowed="true or false",
        meaning="keep the NAT addresses while a colour sleeps, for allow-lists at offsite services",
        default="true",
    )
    load_balancer_capacity_units: int = shared(
        "loadBalancerCapacityUnits",
        whole_number(0, 100_000),
        allowed="a whole number from 0 to 100000",
        meaning="load balancer capacity units reserved ahead of traffic",
        default="0",
        default_means="none",
    )
    client_keep_alive_seconds: int = shared(
        "clientKeepAlive",
        whole_number(60, drain.LONGEST_KEEP_ALIVE_SECONDS),
        allowed=f"seconds, a whole number from 60 to {drain.LONGEST_KEEP_ALIVE_SECONDS}",
        meaning="seconds for which the load balancers keep a client's connection; after a tag-out a colour refuses "
        "change for so much longer",
        default="60",
    )
    stragglers_percent: int = shared(
        "stragglers",
        whole_number(0, 50),
        allowed="per cent, a whole number from 0 to 50",
        meaning="after a tag-out a colour refuses change while it still gets more than so many per cent of the "
        "requests of the one in charge, and at least 10 a minute",
        default="1",
    )
    certificate_arn: str | None = shared(
        "certificateArn",
        optional(matching(CERTIFICATE)),
        allowed="empty, or the ARN of an ACM certificate",
        meaning="your own ACM certificate, for all live names and both colours' own names",
        default="",
        default_means="one for each colour, validated by DNS",
    )
    image: str = shared(
        "image",
        matching(IMAGE),
        allowed="a container image without a tag, like registry.shop.example/web",
        meaning="container image without a tag; the tag is the release",
    )
    port: int = shared(
        "port",
        whole_number(1, 65535),
        allowed="a whole number from 1 to 65535",
        meaning="port on which the container serves HTTP",
        default="8080",
    )
    health_path: str = shared(
        "healthPath",
        matching(PATH),
        allowed="a path that starts with /",
        meaning="path that answers 200 when an instance can serve",
        default="/healthz",
    )
    offsite: Mapping[str, Offsite] = shared(
        "offsite",
        offsite.parse_all,
        allowed=f"environment variable to {offsite.ALLOWED}",
        meaning="environment of the container: where it finds what lives outside of both clusters",
        default="{}",
        shown=False,
    )
    https: bool = shared(
        "https",
        boolean,
        allowed="true or false",
        meaning="serve HTTPS, and redirect port 80 to it; `false`: HTTP on port 80 only",
        default="true",
    )
    https_port: int = shared(
        "httpsPort",
        whole_number(1, 65535),
        allowed="a whole number from 1 to 65535",
        meaning="port on which the load balancers serve HTTPS",
        note="with `https` not 80",
        default="443",
    )
    boot_timeout_seconds: int = shared(
        "bootTimeout",
        whole_number(1, 7200),
        allowed="seconds, a whole number from 1 to 7200",
        meaning="seconds within which an instance has to be healthy after its launch; then it is replaced",
        default="300",
    )
    full_capacity_timeout_seconds: int = shared(
        "fullCapacityTimeout",
        whole_number(1, 7200),
        allowed="seconds, a whole number from 1 to 7200",
        meaning="seconds that `pulumi up` of a colour waits for its whole capacity to be healthy",
        note="where `bootTimeout` is longer, it waits for that",
        default="900",
    )
    readiness_probes: int = shared(
        "readinessProbes",
        whole_number(1, 200),
        allowed="a whole number from 1 to 200",
        meaning="times that every address of a load balancer must answer `healthPath` with 200 before a tag-in",
        default="20",
    )
    readiness_latency_milliseconds: int = shared(
        "readinessLatency",
        whole_number(1, 60_000),
        allowed="milliseconds, a whole number from 1 to 60000",
        meaning="milliseconds in which each of these answers must come",
        default="1000",
    )
    prices: OwnPrices = shared(  # noqa: RUF009  # it specifies a field, as all of these do
        "prices",
        own_prices.parse,
        allowed=own_prices.ALLOWED,
        meaning="what one costs, where it is another price than AWS's list has, or that has none; a volume by the "
        "gigabyte and month, all else by the hour",
        default="{}",
        default_means="those of the price list",
    )
    release_header: str | None = shared(
        "releaseHeader",
        optional(matching(HEADER)),
        allowed="empty, or the name of an HTTP header, like X-Release",
        meaning="response header in which the service names its release, compared before a tag-in",
        default="",
        default_means="not asked",
    )
    overlap_hours: int = shared(
        "overlapHours",
        whole_number(1, 8760),
        allowed="hours, a whole number from 1 to 8760",
        meaning="hours for which both colours may be awake before the board asks for attention",
        default="24",
    )

    load_test: str = shared(
        "loadTest",
        one_of(REQUIRED, OPTIONAL, OFF),
        allowed=f"{REQUIRED}, {OPTIONAL} or {OFF}",
        meaning="whether a tag-in without a load test that the incoming colour has passed is refused, or warned of; or "
        "nothing is asked",
        note=f"{REQUIRED} takes `peakRps`",
        default=OPTIONAL,
    )
    peak_rps: int = shared(
        "peakRps",
        whole_number(0, 1_000_000),
        allowed="a whole number from 0 to 1000000",
        meaning="requests a second of the busiest moment, which each colour has to carry; load tests send so many",
        default="0",
        default_means="not known",
    )
    load_test_seconds: int = shared(
        "loadTestSeconds",
        whole_number(1, 7200),
        allowed="seconds, a whole number from 1 to 7200",
        meaning="seconds that a load test has to last",
        default="300",
    )
    load_test_max_age_hours: int = shared(
        "loadTestMaxAge",
        whole_number(1, 8760),
        allowed="hours, a whole number from 1 to 8760",
        meaning="hours for which a load test counts",
        default="24",
    )
    load_test_success: float = shared(
        "loadTestSuccess",
        per_cent(1),
        allowed="per cent, a number from 1 to 100 with at most three places",
        meaning="per cent of a load test's requests that have to be answered well (status 200 to 399), the 99th "
        "percentile of answers within `readinessLatency`",
        default="99.9",
        note="in quotes",
    )

    @property
    def load_test_measure(self) -> Measure:
        """What a load test has to show."""
        latency = self.readiness_latency_milliseconds
        return Measure(self.peak_rps, self.load_test_seconds, self.load_test_success, latency)

    @property
    def colours(self) -> tuple[str, ...]:
        """The two colours, in alphabetical order."""
        return tuple(self.cidrs)

    @property
    def own_certificate(self) -> bool:
        """Whether each colour has a certificate made here, with records below every live name that prove it."""
        return self.https and self.certificate_arn is None

    @property
    def capacity_wait_seconds(self) -> int:
        """How long to wait for full capacity: never less than the instances are given to boot."""
        return max(self.full_capacity_timeout_seconds, self.boot_timeout_seconds)

    @property
    def in_charge_parameter(self) -> str:
        """The SSM parameter that says who is in charge, and whose history says since when."""
        return places.in_charge(self.names[0])

    def door_parameter(self, colour: str) -> str:
        """The SSM parameter that is there while `colour` can be tagged in."""
        return places.door(self.names[0], colour)

    def load_test_parameter(self, colour: str) -> str:
        """The SSM parameter with what came of the newest load test of `colour`; there while it is awake."""
        return places.load_test(self.names[0], colour)

    def own_name(self, colour: str) -> str:
        """The host name under which `colour` is tested, in charge or not."""
        return f"{colour}.{self.names[0]}"

    def own_url(self, colour: str) -> str:
        """Where `colour` is tested."""
        if not self.https:
            return f"http://{self.own_name(colour)}"
        return f"https://{self.own_name(colour)}" + ("" if self.https_port == 443 else f":{self.https_port}")
