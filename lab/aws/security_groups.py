"""Security group rules that are taken away twice."""

import logging
from collections.abc import Callable

from lab.aws.answer import Answer, error
from lab.aws.request import ApiRequest

log = logging.getLogger("lab.aws")


def name_the_missing_rule(request: ApiRequest, pass_on: Callable[[], Answer]) -> Answer:
    """RevokeSecurityGroupEgress and -Ingress as EC2 answers them for the id of a rule that is not there.

    moto 5.2.5 answers InvalidPermission.NotFound, which is for a rule given by its content. An update that was killed
    and comes again deletes what is gone: the provider knows only the other code as "already done".
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
    """
    answer = pass_on()
    rules = [value for key, value in request.form.items() if key.startswith("SecurityGroupRuleId.")]
    if rules and answer.status != 200 and b"InvalidPermission.NotFound" in answer.body:
        log.warning("%s of %s, which is not there", request.action, ", ".join(rules))
        return error(request, "InvalidSecurityGroupRuleId.NotFound", f"The security group rule {rules[0]} is not there")
    return answer
