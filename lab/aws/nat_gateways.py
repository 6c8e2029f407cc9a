"""NAT gateways: what becomes of their addresses."""

from collections.abc import Callable

from lab.aws import embedded
from lab.aws.answer import Answer
from lab.aws.request import ApiRequest


def let_go_of_its_address(request: ApiRequest, pass_on: Callable[[], Answer]) -> Answer:
    """DeleteNatGateway as EC2 answers it: the address is free again.

    moto 5.2.5 leaves it associated for ever, so that no other gateway can have it.
    https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html#nat-gateway-delete
    """
    answer = pass_on()
    backend = embedded.ec2(request.region)
    gateway = backend.nat_gateways.get(request.form.get("NatGatewayId", ""))
    for address in gateway.address_set if gateway and gateway.state == "deleted" else ():
        if address.get("associationId") in {
            known.association_id for known in backend.addresses if known.association_id
        }:
            backend.disassociate_address(association_id=address["associationId"])
    return answer
