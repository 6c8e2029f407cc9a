"""A Pulumi engine that declares nothing anywhere: it answers, and remembers what the program asked it to declare."""

import asyncio
import contextvars
import json
import re
import runpy
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import boto3
import pulumi
import pytest
import yaml
from pulumi.runtime import mocks, proto, rpc
from pulumi.runtime.settings import SETTINGS, get_root_resource
from pulumi.runtime.stack import run_pulumi_func

from components import config_file
from cutover import places
from cutover.aws import Aws
from cutover.aws_clusters import AwsClusters
from cutover.aws_prices import Reading
from cutover.aws_zones import AwsZones
from cutover.cluster_facts import ClusterFacts
from cutover.cost import OwnPrices, Prices
from cutover.further_names import Records
from cutover.in_charge import History
from cutover.owned import Owned
from cutover.provenance import Place
from cutover.record_set import RecordSet
from cutover.weighted_set import WeightedSets
from cutover.zone import Zone

ZONE_ID = "Z0000000000000000000"
ACCOUNT, REGION = "123456789012", "eu-central-1"
IMAGE_ID = "ami-0123456789abcdef0"
ZONES = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "aws:index/getRegion:getRegion": {"region": REGION, "name": REGION, "id": REGION},
    "aws:index/getPartition:getPartition": {"partition": "aws"},
    "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": ACCOUNT},
    "aws:index/getAvailabilityZones:getAvailabilityZones": {"names": ZONES},
    "aws:ssm/getParameter:getParameter": {"insecureValue": IMAGE_ID},
}
_parse = lru_cache(config_file.parse)
_SESSION = boto3.Session(region_name=REGION)
_PROGRAM = Path(__file__).resolve().parents[2] / "__main__.py"
_STACK, _REFERENCE = "pulumi:pulumi:Stack", "pulumi:pulumi:StackReference"
_OUTPUTS = "pulumi:pulumi:readStackOutputs"
_RESOURCES = "pulumi:pulumi:readStackResourceOutputs"


@dataclass(frozen=True)
class Declared:
    """One resource as the engine was asked for it.

    parent and after: the resource it is inside of, and those it depends on, by their `key`. guarded: its own options
    have a transform, which the engine applies to it and to all that is inside of it. request and response: what the
    program sent, and what it was told.
    """

    type: str
    name: str
    custom: bool
    inputs: Mapping[str, Any]
    parent: str | None = None
    guarded: bool = False
    after: frozenset[str] = frozenset()
    retain_on_delete: bool = False
    ignore_changes: tuple[str, ...] = ()
    replace_on_changes: tuple[str, ...] = ()
    hooks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    request: proto.resource_pb2.RegisterResourceRequest = field(kw_only=True, repr=False, compare=False)
    response: proto.resource_pb2.RegisterResourceResponse = field(kw_only=True, repr=False, compare=False)

    @property
    def key(self) -> str:
        return f"{self.type} {self.name}"


class _Account(mocks.Mocks):
    """Answers as AWS would; every output is a text that tells whose it is, or unknown in a preview."""

    def __init__(
        self, answers: Mapping[str, Mapping[str, Any]], stacks: Mapping[str, Mapping[str, Any]], preview: bool
    ) -> None:
        self._answers, self._stacks, self._preview = answers, stacks, preview
        self.calls: list[tuple[str, Mapping[str, Any]]] = []

    def call(self, args: mocks.MockCallArgs) -> Any:
        self.calls.append((args.token, args.args))
        return dict(self._answers[args.token])

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        if args.typ == _REFERENCE:
            return args.name, {"name": args.name, "outputs": self._stacks[args.name.rpartition("/")[2]]}
        label = args.typ.rpartition(":")[2].lower()
        made = {
            "arn": f"arn:of:{label}:{args.name}",
            "dnsName": f"{args.name}.elb.example",
            "fqdn": f"{args.name}.fqdn.example",
            "name": f"{label}-{args.name}",
            "publicIp": f"address-of-{args.name}",
            "latestVersion": 1,
            "zoneId": "ZBALANCER",
        }
        if args.typ == "pulumi:index:Stash":
            made["output"] = args.inputs["input"]
        if args.typ == "aws:acm/certificate:Certificate":
            host_names = [args.inputs["domainName"], *args.inputs.get("subjectAlternativeNames", [])]
            made["domainValidationOptions"] = [
                {
                    "domainName": host_name,
                    "resourceRecordName": f"_proof.{host_name}",
                    "resourceRecordType": "CNAME",
                    "resourceRecordValue": f"_value.{host_name}",
                }
                for host_name in host_names
            ]
        if self._preview:
            return None, dict.fromkeys(made, rpc.UNKNOWN) | args.inputs
        return f"id-of-{label}-{args.name}", made | args.inputs


class _Recorder(mocks.MockMonitor):
    """Remembers each registration with its options, which pulumi's own mock forgets."""

    def __init__(self, account: _Account) -> None:
        super().__init__(account)
        self.declared: list[Declared] = []
        self.hooks: dict[str, bool] = {}
        self._keys: dict[str, str] = {}

    def RegisterResource(self, request: proto.resource_pb2.RegisterResourceRequest) -> Any:
        response = super().RegisterResource(request)  # type: ignore[no-untyped-call]  # pulumi has no types here
        if request.type not in (_STACK, _REFERENCE):
            resource = Declared(
                request.type,
                request.name,
                request.custom,
                rpc.deserialize_properties(request.object),
                self._keys.get(request.parent),
                bool(request.transforms),
                frozenset(self._keys[urn] for urn in request.dependencies),
                request.retainOnDelete,
                tuple(request.ignoreChanges),
                tuple(request.replaceOnChanges),
                {of.name: tuple(names) for of, names in request.hooks.ListFields()},
                request=request,
                response=response,
            )
            self._keys[response.urn] = resource.key
            self.declared.append(resource)
        return response

    def RegisterResourceHook(self, request: proto.resource_pb2.RegisterResourceHookRequest) -> Any:
        self.hooks[request.name] = request.on_dry_run
        return super().RegisterResourceHook(request)  # type: ignore[no-untyped-call]  # pulumi has no types here


@dataclass(frozen=True)
class Declaration:
    """What a program declared, in the order of registration; hooks are their names, and whether previews run them."""

    resources: Sequence[Declared]
    calls: Sequence[tuple[str, Mapping[str, Any]]]
    hooks: Mapping[str, bool]
    exports: Mapping[str, Any]

    def of(self, kind: str) -> list[Declared]:
        """All resources whose type ends with `kind`, like `Subnet` or `lb/loadBalancer:LoadBalancer`."""
        return [resource for resource in self.resources if re.search(rf"[:/]{kind}$", resource.type)]

    def one(self, kind: str, name: str | None = None) -> Declared:
        """The only resource of its type, or the one called `name`."""
        (found,) = [resource for resource in self.of(kind) if name in (None, resource.name)]
        return found

    def find(self, key: str) -> Declared:
        return next(resource for resource in self.resources if resource.key == key)

    def depends(self, later: Declared, earlier: Declared) -> bool:
        """Whether `later` waits for `earlier`, by itself, by what it waits for, or by what it is inside of."""
        waiting, seen = [later], set()
        while waiting:
            resource = waiting.pop()
            if resource.key not in seen:
                seen.add(resource.key)
                waiting += [self.find(key) for key in (*resource.after, resource.parent) if key is not None]
        return earlier.key in seen - {later.key}


def declare(
    stack: str,
    config: Mapping[str, str],
    project: Mapping[str, str],
    clusters: Mapping[str, ClusterFacts | None] | None = None,
    answers: Mapping[str, Mapping[str, Any]] | None = None,
    outputs: Mapping[str, Any] | None = None,
    owned: Sequence[Owned] = (),
    weighted_sets: WeightedSets | None = None,
    history: History | None = None,
    records: Records | None = None,
    prices: Prices | None = None,
    others: Mapping[str, History] | None = None,
    *,
    preview: bool = False,
) -> Declaration:
    """Run the program, __main__.py, for `stack`; raises what it raises.

    `config` and `project` are texts as the engine has them; `clusters` are the outputs of the colours' stacks,
    `outputs` those that the stack itself has from before, `owned` the resources in its state, `weighted_sets` and
    `history` what AWS says of the live names and of in-charge, `records` of names in all, `answers` replace some of
    ANSWERS, `prices` are those of the price list, `others` what AWS says of parameters of other services. In a
    `preview` nothing is there yet, so what AWS would make of a resource is unknown.
    """
    stacks = {name: {"cluster": asdict(facts)} if facts else {} for name, facts in (clusters or {}).items()}
    resources = {f"urn:pulumi::::{one.type}::{one.name}": {"type": one.type, "outputs": one.outputs} for one in owned}
    own = {_OUTPUTS: {"outputs": dict(outputs or {})}, _RESOURCES: {"outputs": resources}}
    given = {**ANSWERS, **own, **(answers or {})}
    account = _Account(given, stacks, preview)
    values = {key: json.loads(text) if text[:1] in ("{", "[") else text for key, text in project.items()}
    first_name = str(values["names"][0]).lower().removesuffix(".")
    declared = {key: {"value": value} for key, value in values.items()}
    engine_config = {f"tag-team:{key}": text for key, text in {**project, **config}.items()}
    with tempfile.TemporaryDirectory() as root, pytest.MonkeyPatch.context() as environment:
        (Path(root) / "Pulumi.yaml").write_text(yaml.safe_dump({"name": "tag-team", "config": declared}))
        # A session of its own takes a tenth of the time, and nobody is asked with it; so does reading the same again.
        environment.setattr(boto3, "Session", lambda **_: _SESSION)
        environment.setattr(config_file, "parse", _parse)
        # What the program itself asks AWS: nobody is in charge of anything.
        there = {**_records_of(weighted_sets or {}), **(records or {})}
        environment.setattr(Aws, "record_sets", lambda _, _zone, names: {name: there.get(name, ()) for name in names})
        told = {places.in_charge(first_name): history or History(), **(others or {})}
        environment.setattr(Aws, "in_charge_history", lambda _, parameter: told.get(parameter, History()))
        environment.setattr(Aws, "prices", lambda _, _parts, own: _Listed(own, prices or {}))
        environment.setattr(Aws, "caller", lambda *_: Place(ACCOUNT, REGION))
        zone = Zone(ZONE_ID, str(values["zone"]), private=False)
        environment.setattr(AwsZones, "zones_called", lambda *_: (zone,))
        environment.setattr(AwsZones, "zone", lambda *_: zone)
        environment.setattr(Aws, "exists", lambda *_: False)
        environment.setattr(AwsClusters, "zones_offering", lambda *_: tuple(ZONES))
        environment.setattr(AwsClusters, "architectures_of", lambda *_: ("x86_64",))
        environment.setattr(AwsClusters, "architecture_of_image", lambda *_: "x86_64")
        environment.setattr(AwsZones, "zone_page", lambda *_: (_zone_of(values, clusters or {}), True))
        # The engine is told where in the code each resource is declared: a fifth of the time, for nobody.
        environment.setattr(sys, "tracebacklimit", 1, raising=False)
        environment.setenv("PULUMI_CONFIG", json.dumps({**engine_config, "aws:region": REGION}))
        return contextvars.copy_context().run(_declare, account, stack, root, preview)


class _Listed(Reading):
    """A price list that says at once what it has."""

    def __init__(self, own: OwnPrices, listed: Prices) -> None:
        super().__init__((), _nobody, own)
        self._listed = listed

    def prices(self) -> Prices:
        return {**self._listed, **super().prices()}


def _nobody() -> Any:
    raise AssertionError("nobody is asked")


def _records_of(weighted_sets: WeightedSets) -> dict[str, Sequence[RecordSet]]:
    """Weighted sets as Route 53 lists them."""
    return {
        name: [
            RecordSet.of(
                {
                    "Name": f"{name}.",
                    "Type": "A",
                    "SetIdentifier": colour,
                    "Weight": one.weight,
                    "AliasTarget": {
                        "HostedZoneId": one.target_zone,
                        "DNSName": f"{one.target}.",
                        "EvaluateTargetHealth": one.evaluates_health,
                    },
                }
            )
            for colour, one in of.items()
        ]
        for name, of in weighted_sets.items()
    }


def _zone_of(values: Mapping[str, Any], clusters: Mapping[str, ClusterFacts | None]) -> list[RecordSet]:
    """A zone with nothing in it but the own names of the colours that are awake."""
    aliases = {f"{colour}.{values['names'][0]}": facts.dns_name for colour, facts in clusters.items() if facts}
    own = [{"Name": name, "Type": "A", "AliasTarget": {"DNSName": f"{to}."}} for name, to in aliases.items()]
    return [RecordSet.of(content) for content in ({"Name": values["zone"], "Type": "SOA"}, *own)]


def _declare(account: _Account, stack: str, root: str, preview: bool) -> Declaration:
    recorder = _Recorder(account)
    exports: dict[str, Any] = {}

    async def run() -> None:
        runpy.run_path(str(_PROGRAM), run_name="program")

    async def resolve() -> None:
        found = await pulumi.Output.from_input(vars(get_root_resource())["outputs"]).future()
        exports.update(found or {})

    with asyncio.Runner() as runner:
        asyncio.set_event_loop(runner.get_loop())  # pulumi asks for the current one, and there is none before the run
        mocks.set_mocks(account, "tag-team", stack, preview=preview, monitor=recorder, organization="organization")
        SETTINGS.callbacks = None
        SETTINGS.root_directory = root
        context = contextvars.copy_context()
        runner.run(run_pulumi_func(run), context=context)
        runner.run(resolve(), context=context)
    return Declaration(recorder.declared, account.calls, recorder.hooks, exports)
