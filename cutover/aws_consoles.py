"""What is read of the consoles of instances."""

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from cutover import last_words

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

# All instances of a colour are alike: a few of them tell why none serves. One that was launched just now has said
# nothing yet, and the one that it replaces has.
MOST_HEARD, MOST_READ = 3, 12
# Instance types that are not built on Nitro have no latest output, only one that is some minutes old.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetConsoleOutput.html
_NO_LATEST = "UnsupportedOperation"


def words_of(ec2: "EC2Client", instances: Sequence[str]) -> str:
    """The last words of the first few of `instances` that said something, as a sentence; they decide nothing.

    An instance that has gone can still be heard for about an hour. That a console cannot be read is said in its place.
    """
    spoken = ((instance, words) for instance in instances[:MOST_READ] if (words := _words(ec2, instance)))
    return last_words.told(islice(spoken, MOST_HEARD))


def _words(ec2: "EC2Client", instance: str) -> str:
    try:
        return last_words.of_console(_output(ec2, instance))
    except (BotoCoreError, ClientError) as error:
        return f"(its console cannot be read: {error})"


def _output(ec2: "EC2Client", instance: str) -> str:
    try:
        return ec2.get_console_output(InstanceId=instance, Latest=True).get("Output", "")
    except ClientError as error:
        if error.response["Error"]["Code"] != _NO_LATEST:
            raise
        return ec2.get_console_output(InstanceId=instance).get("Output", "")
