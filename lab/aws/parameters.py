"""SSM parameters whose history can be made to look older, so that tests need not wait for time to pass."""

from datetime import datetime, timedelta

from lab.aws import embedded


def age(name: str, seconds: float, groups: bool = True) -> int:
    """Move every version of the parameter `name`, in all regions, this many `seconds` into the past (negative: back).

    So are all Auto Scaling groups, since what was made before a version was written still is; without `groups` they
    look as if they had been made since, under their old names. Returns how many versions that were. Raises ValueError
    when there is no such parameter.
    """
    held = [backend._parameters for backend in embedded.ssm_in_use()]
    versions = [version for parameters in held if name in parameters for version in parameters[name]]
    if not versions:
        raise ValueError(f"there is no parameter {name}")
    for version in versions:
        version.last_modified_date -= timedelta(seconds=seconds)
    for backend in embedded.autoscaling_in_use() if groups else ():
        for group in backend.autoscaling_groups.values():
            made = datetime.fromisoformat(group.created_time) - timedelta(seconds=seconds)
            group.created_time = made.isoformat()
    return len(versions)
