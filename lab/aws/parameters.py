"""SSM parameters whose history can be made to look older, so that tests need not wait for time to pass."""

from datetime import timedelta

from lab.aws import embedded


def age(name: str, seconds: float) -> int:
    """Move every version of the parameter `name`, in all regions, this many `seconds` into the past (negative: back).

    Returns how many versions that were. Raises ValueError when there is no such parameter.
    """
    held = [backend._parameters for backend in embedded.ssm_in_use()]
    versions = [version for parameters in held if name in parameters for version in parameters[name]]
    if not versions:
        raise ValueError(f"there is no parameter {name}")
    for version in versions:
        version.last_modified_date -= timedelta(seconds=seconds)
    return len(versions)
