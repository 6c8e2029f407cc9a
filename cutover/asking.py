"""Who could not be asked, and why: what fails on the way to AWS is no answer, and no fault of the config."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore import exceptions as boto
from botocore.exceptions import BotoCoreError, ClientError

from cutover.printable import printable
from cutover.refusal import Refusal

# The codes of https://docs.aws.amazon.com/IAM/latest/UserGuide/CommonErrors.html, and of STS, EC2 and S3 for the same.
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
_UNKNOWN = {"InvalidClientTokenId", "UnrecognizedClientException", "AuthFailure", "InvalidAccessKeyId"}
_UNKNOWN |= {"SignatureDoesNotMatch", "IncompleteSignature", "MissingAuthenticationToken", "InvalidSignatureException"}
_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized", "OptInRequired"}
_TOO_OFTEN = {"Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException"}
_NO_CREDENTIALS = (boto.NoCredentialsError, boto.PartialCredentialsError, boto.CredentialRetrievalError)
_NO_LOGIN = (boto.SSOError, boto.TokenRetrievalError)
_WHO = "aws sts get-caller-identity"


@contextmanager
def asking(whom: str, about: str) -> Iterator[None]:
    """Whatever keeps `whom` (like `Route 53`) from answering `about` (like `for the zone`) is raised as a Refusal.

    So is an answer that makes no sense (LookupError, ValueError).
    """
    try:
        yield
    except (KeyError, IndexError):
        raise
    except (BotoCoreError, ClientError, LookupError, ValueError) as error:
        allowed, next_step = _remedy(error)
        raise Refusal(
            f"{whom} could not be asked {about}",
            seen=printable(" ".join(str(error).split())),
            allowed=allowed,
            next_step=next_step,
        ) from None


def _remedy(error: Exception) -> tuple[str, str]:
    """What is allowed, and the next step."""
    code = error.response.get("Error", {}).get("Code", "") if isinstance(error, ClientError) else ""
    if isinstance(error, _NO_LOGIN):
        return "a login that has not expired", f"aws sso login, then {_WHO}, with the same profile"
    if isinstance(error, _NO_CREDENTIALS):
        return (
            "credentials in the environment (AWS_PROFILE, AWS_ACCESS_KEY_ID, …) or in the profile of aws:profile",
            f"{_WHO} shows whether there are any in this shell; aws sso login, or export AWS_PROFILE=NAME",
        )
    if code in _EXPIRED:
        return "credentials that have not expired", f"aws sso login, or fetch new ones; {_WHO} shows whether they count"
    if code in _UNKNOWN:
        return "credentials that AWS knows", f"{_WHO} shows whether they count; then set others, or AWS_PROFILE"
    if code in _DENIED:
        return (
            "a caller with the permissions listed under 'Before you start' in docs/first-time.md",
            f"{_WHO} shows who was refused; allow it what the message names",
        )
    if code in _TOO_OFTEN:
        return "fewer calls at a time in this account", "the same command again in a minute"
    if isinstance(error, boto.NoRegionError):
        return "a region", "pulumi config set aws:region REGION, or export AWS_REGION=REGION"
    if isinstance(error, boto.HTTPClientError | boto.ConnectionError):
        return "a way to AWS through this network", f"{_WHO}; if that fails too: the network, HTTPS_PROXY, a VPN"
    return "an answer", f"{_WHO}, then the same command again"
