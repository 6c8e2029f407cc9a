"""Launch templates: what a template and its versions hold."""

from collections.abc import Callable

from moto.ec2.models.launch_templates import LaunchTemplate
from moto.ec2.utils import parse_user_data

from lab.aws import embedded
from lab.aws.answer import Answer
from lab.aws.request import ApiRequest


def keep_to_the_template(request: ApiRequest, pass_on: Callable[[], Answer]) -> Answer:
    """CreateLaunchTemplate and CreateLaunchTemplateVersion as EC2 answers them.

    moto 5.2.5 is wrong twice: it files the template's own tags among the tags that the template gives to instances,
    and keeps the user data of a new version in a form on which launching from that version fails.
    """
    answer = pass_on()
    for template in list(embedded.ec2(request.region).launch_templates.values()):
        _correct(template)
    return answer


def describe_with_todays_tags(request: ApiRequest, pass_on: Callable[[], Answer]) -> Answer:
    """DescribeLaunchTemplates as EC2 answers it; moto 5.2.5 gives the tags that the template was created with."""
    for template in list(embedded.ec2(request.region).launch_templates.values()):
        template.tags = template.get_tags()
    return pass_on()


def _correct(template: LaunchTemplate) -> None:
    for version in template.versions:
        data = version.data
        if "TagSpecifications" in data:
            given = [tags for tags in data["TagSpecifications"] if tags["ResourceType"] != "launch-template"]
            data["TagSpecifications"] = given
        if isinstance(data.get("UserData"), (str, bytes)):
            data["UserData"] = parse_user_data(data["UserData"])
