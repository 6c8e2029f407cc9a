"""What is read of what a cluster is made of: its load balancer, its instances' type, and their image."""

from typing import TYPE_CHECKING, cast

from botocore.exceptions import ClientError

from cutover.aws import Aws

if TYPE_CHECKING:
    from mypy_boto3_ec2.literals import InstanceTypeType

KEEP_ALIVE = "client_keep_alive.seconds"


class AwsClusters(Aws):
    """Reads of one account's clusters; every method raises what boto3 raises."""

    def client_keep_alive_seconds(self, arn: str) -> int | None:
        """For how long the load balancer keeps a client's connection; None when AWS says that there is no such one.

        Raises LookupError when it says nothing about it, or no number.
        """
        try:
            said = self._client("elbv2", arn.split(":")[3]).describe_load_balancer_attributes(LoadBalancerArn=arn)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") == "LoadBalancerNotFound":
                return None
            raise
        values = [one.get("Value", "") for one in said.get("Attributes", ()) if one.get("Key") == KEEP_ALIVE]
        if len(values) != 1 or not values[0].isascii() or not values[0].isdigit():
            raise LookupError(f"{KEEP_ALIVE}: {values or 'not among its attributes'}")
        return int(values[0])

    def zones_offering(self, instance_type: str) -> tuple[str, ...]:
        """The availability zones of the region that have the instance type; none when there is no such type.

        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypeOfferings.html
        """
        pages = self._client("ec2").get_paginator("describe_instance_type_offerings")
        found = pages.paginate(
            LocationType="availability-zone", Filters=[{"Name": "instance-type", "Values": [instance_type]}]
        )
        return tuple(sorted({one["Location"] for page in found for one in page["InstanceTypeOfferings"]}))

    def architectures_of(self, instance_type: str) -> tuple[str, ...]:
        """The architectures of an instance type's processors; raises LookupError when AWS names none.

        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ProcessorInfo.html
        """
        (found,) = self._client("ec2").describe_instance_types(InstanceTypes=[cast("InstanceTypeType", instance_type)])[
            "InstanceTypes"
        ]
        named = tuple(sorted(found.get("ProcessorInfo", {}).get("SupportedArchitectures", ())))
        if not named:
            raise LookupError(f"no architecture of {instance_type}")
        return named

    def architecture_of_image(self, image: str) -> str:
        """The architecture that a machine image is made for; raises LookupError when AWS names none.

        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Image.html
        """
        found = self._client("ec2").describe_images(ImageIds=[image])["Images"]
        if len(found) != 1 or not found[0].get("Architecture"):
            raise LookupError(f"no architecture of {image}")
        return str(found[0]["Architecture"])
