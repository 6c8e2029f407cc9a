"""What the provider could not be told by AWS is a refusal with a next step."""

import pytest

from components.invoking import invoking
from cutover.refusal import Refusal


def test_a_question_that_failed_is_a_refusal_with_what_aws_said() -> None:
    error = Exception("invoke of aws:x failed: invocation of aws:x returned an error: api error Denied: no\x1b[2J")
    with pytest.raises(Refusal) as refused, invoking("the account", "key: value"):
        raise error
    assert refused.value.problem == "AWS did not tell the account"
    assert refused.value.seen == "key: value: 'api error Denied: no\\x1b[2J'"
    assert "aws sts get-caller-identity" in refused.value.next_step


def test_a_refusal_stays_what_it_is() -> None:
    own = Refusal("own", seen="s", allowed="a", next_step="n")
    with pytest.raises(Refusal) as refused, invoking("the account"):
        raise own
    assert refused.value is own
