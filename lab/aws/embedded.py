"""moto as the WSGI application it is, and the way into its state.

moto keeps everything in module globals: there is one embedded AWS in a process.
"""

import os
from typing import cast
from wsgiref.types import WSGIApplication

# moto reads this when its IAM module is imported: without it the policies managed by AWS do not exist.
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"

from moto.acm.models import CertBundle, acm_backends
from moto.autoscaling.models import AutoScalingBackend, autoscaling_backends
from moto.cloudwatch.models import CloudWatchBackend, cloudwatch_backends
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.instances import Instance
from moto.elbv2.models import ELBv2Backend, elbv2_backends
from moto.iam.models import IAMBackend, iam_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.route53.models import Route53Backend, route53_backends
from moto.ssm.models import SimpleSystemManagerBackend, ssm_backends

REGION_OF_GLOBAL_SERVICES = "us-east-1"


def application() -> WSGIApplication:
    """All of moto's services behind one endpoint, told apart by the credential scope of the signature."""
    return cast(WSGIApplication, DomainDispatcherApplication(create_backend_app))


def route53() -> Route53Backend:
    """Route 53 has no regions."""
    return route53_backends[DEFAULT_ACCOUNT_ID]["aws"]


def iam() -> IAMBackend:
    """IAM has no regions."""
    return iam_backends[DEFAULT_ACCOUNT_ID]["aws"]


def ec2(region: str) -> EC2Backend:
    return ec2_backends[DEFAULT_ACCOUNT_ID][region]


def instances(region: str) -> dict[str, Instance]:
    """The instances of a region, terminated ones too, by id."""
    reservations = list(ec2(region).reservations.values())  # a copy: other threads launch instances meanwhile
    return {instance.id: instance for reservation in reservations for instance in list(reservation.instances)}


def autoscaling(region: str) -> AutoScalingBackend:
    return autoscaling_backends[DEFAULT_ACCOUNT_ID][region]


def autoscaling_in_use() -> list[AutoScalingBackend]:
    """Auto Scaling of every region that has been used."""
    return list(autoscaling_backends[DEFAULT_ACCOUNT_ID].values())


def certificates(region: str) -> dict[str, CertBundle]:
    """The certificates of a region, by ARN."""
    backends = acm_backends[DEFAULT_ACCOUNT_ID]
    return backends[region]._certificates if region in backends else {}  # no call gives one without an error


def cloudwatch(region: str) -> CloudWatchBackend:
    return cloudwatch_backends[DEFAULT_ACCOUNT_ID][region]


def cloudwatch_in_use() -> list[CloudWatchBackend]:
    """CloudWatch of every region that has been used."""
    return list(cloudwatch_backends[DEFAULT_ACCOUNT_ID].values())


def ssm_in_use() -> list[SimpleSystemManagerBackend]:
    """SSM of every region that has been used."""
    return list(ssm_backends[DEFAULT_ACCOUNT_ID].values())


def elbv2(region: str) -> ELBv2Backend:
    return elbv2_backends[DEFAULT_ACCOUNT_ID][region]


def elbv2_in_use() -> list[ELBv2Backend]:
    """Elastic Load Balancing of every region that has been used."""
    return list(elbv2_backends[DEFAULT_ACCOUNT_ID].values())
