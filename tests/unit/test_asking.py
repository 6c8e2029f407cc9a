"""Whatever keeps AWS from answering is said as what it is: who was asked, why there is no answer, what to do."""

import pytest
from botocore import exceptions as boto
from botocore.exceptions import BotoCoreError, ClientError

from cutover.asking import asking
from cutover.refusal import Refusal


def client_error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "said\nso"}}, "GetParameterHistory")


@pytest.mark.parametrize(
    ("error", "next_step"),
    [
        (boto.NoCredentialsError(), "export AWS_PROFILE"),
        (boto.PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"), "export AWS_PROFILE"),
        (boto.CredentialRetrievalError(provider="process", error_msg="gone"), "export AWS_PROFILE"),
        (boto.UnauthorizedSSOTokenError(), "aws sso login"),
        (boto.TokenRetrievalError(provider="sso", error_msg="expired"), "aws sso login"),
        (client_error("ExpiredTokenException"), "aws sso login"),
        (client_error("UnrecognizedClientException"), "AWS_PROFILE"),
        (client_error("SignatureDoesNotMatch"), "AWS_PROFILE"),
        (client_error("AccessDeniedException"), "allow it"),
        (client_error("ThrottlingException"), "again in a minute"),
        (client_error("SomethingElse"), "the same command again"),
        (boto.NoRegionError(), "pulumi config set aws:region"),
        (boto.EndpointConnectionError(endpoint_url="https://ssm"), "HTTPS_PROXY"),
        (boto.ProxyConnectionError(proxy_url="http://p", error="refused"), "HTTPS_PROXY"),
        (boto.ReadTimeoutError(endpoint_url="https://ssm"), "HTTPS_PROXY"),
        (boto.SSLError(endpoint_url="https://ssm", error=ValueError("bad")), "HTTPS_PROXY"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_what_keeps_aws_from_answering_has_a_next_step_of_its_own(
    error: BotoCoreError | ClientError, next_step: str
) -> None:
    with pytest.raises(Refusal) as refused, asking("SSM", "for in-charge"):
        raise error
    assert refused.value.problem == "SSM could not be asked for in-charge"
    assert next_step in refused.value.next_step
    assert " ".join(str(error).split()) == refused.value.seen


def test_what_a_server_says_is_shown_escaped() -> None:
    with pytest.raises(Refusal) as refused, asking("SSM", "for in-charge"):
        raise ClientError({"Error": {"Code": "X", "Message": "\x1b[2Jgone"}}, "GetParameter")
    assert "\\x1b[2Jgone" in refused.value.seen


def test_what_is_no_failure_of_asking_is_left_as_it_is() -> None:
    with pytest.raises(KeyError), asking("SSM", "for in-charge"):
        raise KeyError("x")
