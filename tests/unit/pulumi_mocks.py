"""A Pulumi engine that declares nothing anywhere: it answers, and remembers what the program asked it to declare."""

import asyncio
import contextvars
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi.runtime import mocks, proto, rpc
from pulumi.runtime.settings import SETTINGS
from pulumi.runtime.stack import run_pulumi_func

ZONE_ID = "Z0000000000000000000"
ACCOUNT, REGION = "123456789012", "eu-central-1"
IMAGE_ID = "ami-0123456789abcdef0"
ZONES = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "aws:index/getRegion:getRegion": {"region": REGION, "name": REGION, "id": REGION},
    "aws:index/getPartition:getPartition": {"partition": "aws"},
    "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": ACCOUNT},
    "aws:index/getAvailabilityZones:getAvailabilityZones": {"names": ZONES},
    "aws:route53/getZone:getZone": {"zoneId": ZONE_ID},
    "aws:ssm/getParameter:getParameter": {"insecureValue": IMAGE_ID},
}


@dataclass(frozen=True)
class Declared:
    """One resource as the engine was asked for it; `after` are the resources it depends on, as `type name`."""

    type: str
    name: str
    custom: bool
    inputs: Mapping[str, Any]
    after: frozenset[str] = frozenset()
    retain_on_delete: bool = False
    ignore_changes: tuple[str, ...] = ()
    replace_on_changes: tuple[str, ...] = ()
    hooks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{self.type} {self.name}"


class _Account(mocks.Mocks):
    """Answers as AWS would; every output is a text that tells whose it is."""

    def __init__(self, answers: Mapping[str, Mapping[str, Any]]) -> None:
        self._answers = answers
        self.calls: list[tuple[str, Mapping[str, Any]]] = []

    def call(self, args: mocks.MockCallArgs) -> Any:
        self.calls.append((args.token, args.args))
        return dict(self._answers[args.token])

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
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
        if request.type != "pulumi:pulumi:Stack":
            resource = Declared(
                request.type,
                request.name,
                request.custom,
                rpc.deserialize_properties(request.object),
                frozenset(self._keys[urn] for urn in request.dependencies),
                request.retainOnDelete,
                tuple(request.ignoreChanges),
                tuple(request.replaceOnChanges),
                {of.name: tuple(names) for of, names in request.hooks.ListFields()},
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
        """All resources whose type ends with `kind`, like `Subnet`."""
        return [resource for resource in self.resources if resource.type.rpartition(":")[2] == kind]

    def one(self, kind: str, name: str | None = None) -> Declared:
        """The only resource of its type, or the one called `name`."""
        (found,) = [resource for resource in self.of(kind) if name in (None, resource.name)]
        return found

    def position(self, resource: Declared) -> int:
        return self.resources.index(resource)


def declare(
    program: Callable[[], Mapping[str, Any] | None],
    answers: Mapping[str, Mapping[str, Any]] | None = None,
    stack: str = "red",
) -> Declaration:
    """Run `program` as a Pulumi program; what it returns are its exports, resolved. Raises what it raises."""
    return contextvars.copy_context().run(_declare, program, {**ANSWERS, **(answers or {})}, stack)


def _declare(
    program: Callable[[], Mapping[str, Any] | None], answers: Mapping[str, Mapping[str, Any]], stack: str
) -> Declaration:
    account = _Account(answers)
    recorder = _Recorder(account)
    exports: dict[str, Any] = {}

    async def run() -> None:
        found = pulumi.Output.from_input(program() or {})
        exports.update(await found.future() or {})

    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        asyncio.set_event_loop(loop)  # pulumi asks for the current one, and there is none before the run
        mocks.set_mocks(account, project="tag-team", stack=stack, preview=False, monitor=recorder)
        SETTINGS.callbacks = None
        runner.run(run_pulumi_func(run), context=contextvars.copy_context())
    return Declaration(recorder.declared, account.calls, recorder.hooks, exports)
