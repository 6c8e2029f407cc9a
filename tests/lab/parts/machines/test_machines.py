"""Instances that run: their user data, the service it starts, their load balancer, and how they end."""

import base64
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lab.client import aws_environment, start
from tests.lab.parts.lab_account import Account
from tests.lab.parts.machines.fleet import HTTP_PORT, PORT, SERVE, Fleet, Group, wait_until
from tests.lab.parts.test_lab_web import addresses_of


def front(fleet: Fleet, group: Group) -> http.client.HTTPConnection:
    """A connection to the group's load balancer."""
    return http.client.HTTPConnection(addresses_of(fleet.running, group.dns_name)[0], HTTP_PORT, timeout=60)


def asked(connection: http.client.HTTPConnection, path: str = "/") -> http.client.HTTPResponse:
    connection.request("GET", path)
    response = connection.getresponse()
    response.read()
    return response


def test_an_instance_runs_its_user_data_and_is_healthy_once_its_service_answers(fleet: Fleet) -> None:
    group = fleet.group(release="1.2.3", size=2)
    fleet.wait_until_healthy(group, 2)
    machines = fleet.machines(group)
    assert [machine.exit_code for machine in machines] == [0, 0]
    assert len({machine.address for machine in machines}) == 2, "each has an address of its own"
    (container,) = machines[0].containers
    assert (container["name"], container["restart"], container["publish"]) == ("service", "always", [[PORT, PORT]])
    connection = front(fleet, group)
    answers = [asked(connection) for _ in range(4)]
    assert {answer.headers["X-Release"] for answer in answers} == {"1.2.3"}
    assert {answer.headers["X-Instance"] for answer in answers} == {machine.instance_id for machine in machines}
    assert answers[0].headers["X-Colour"] == group.name


def test_user_data_is_run_by_an_ordinary_user_with_the_environment_that_cloud_init_gives_it(fleet: Fleet) -> None:
    group = fleet.group("#!/bin/bash\nid -u\npwd\nexec env\n")
    machine = fleet.booted(group)
    lines = [line.partition("cloud-init[1600]: ")[2] for line in machine.console.splitlines()]
    uid, folder, *environment = [line for line in lines if line][:-1]
    assert int(uid) == os.getuid() or os.getuid() == 0
    assert folder == "/"
    names = {line.partition("=")[0] for line in environment}
    assert names - {"PWD", "SHLVL", "_", "OLDPWD"} == {
        "PATH",
        "LANG",
        "INVOCATION_ID",
        "JOURNAL_STREAM",
        "SYSTEMD_EXEC_PID",
    }


def test_user_data_that_fails_leaves_its_last_words_on_the_console(fleet: Fleet) -> None:
    group = fleet.group('#!/bin/bash\necho "no way" >&2\nexit 7\n')
    machine = fleet.booted(group)
    assert (machine.exit_code, machine.state) == (7, "failed")
    output = fleet.account.ec2.get_console_output(InstanceId=machine.instance_id, Latest=True)["Output"]
    assert "cloud-init[1600]: no way" in output
    assert "Failed to run module scripts-user" in output
    wait_until(lambda: fleet.states(group) == [("unhealthy", "Target.FailedHealthChecks")])


def test_the_console_of_an_instance_that_has_gone_can_be_read(fleet: Fleet) -> None:
    group = fleet.group("#!/bin/bash\necho first words\n")
    machine = fleet.booted(group)
    fleet.resize(group, 0)
    wait_until(lambda: fleet.machine(group).state == "terminated")
    assert "first words" in fleet.account.ec2.get_console_output(InstanceId=machine.instance_id)["Output"]


def test_the_console_of_an_instance_without_a_machine_is_empty_and_a_stranger_is_none(fleet: Fleet) -> None:
    ec2 = fleet.account.ec2
    instance = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    assert ec2.get_console_output(InstanceId=instance)["Output"] == ""
    with pytest.raises(ec2.exceptions.ClientError, match=r"InvalidInstanceID\.NotFound"):
        ec2.get_console_output(InstanceId="i-1234567890abcdef0")


def test_a_detached_service_does_not_hold_the_scripts_output_open(fleet: Fleet) -> None:
    group = fleet.group("#!/bin/bash\nsleep 600 &\necho started\n")
    assert "started" in fleet.booted(group).console


def test_docker_is_not_there_before_it_is_installed_and_started(fleet: Fleet) -> None:
    script = "#!/bin/bash\ndocker info; echo $?\ndnf install docker; docker info; echo $?\n"
    console = fleet.booted(fleet.group(script)).console
    assert "docker: command not found" in console
    assert "Cannot connect to the Docker daemon" in console
    assert "cloud-init[1600]: 127" in console


def test_an_image_that_was_never_published_cannot_be_pulled(fleet: Fleet) -> None:
    fleet.lab.set_machines(unpublished=["9.9.9"])
    machine = fleet.booted(fleet.group(release="9.9.9"))
    assert machine.exit_code == 1
    assert "manifest for registry.shop.example/web:9.9.9 not found: manifest unknown" in machine.console
    assert machine.containers == []


def test_commands_fail_as_often_as_they_are_told_to_and_pulls_take_their_time(fleet: Fleet) -> None:
    fleet.lab.set_machines(failing={"dnf": 2, "docker pull": 1}, pull_seconds=0.5)
    retrying = SERVE.replace("dnf", "until dnf", 1).replace("docker\n", "docker; do :; done\n", 1)
    retrying = retrying.replace("docker pull", "until docker pull").replace('RELEASE"\n', 'RELEASE"; do :; done\n', 1)
    began = time.monotonic()
    group = fleet.group(retrying)
    machine = fleet.booted(group)
    assert time.monotonic() - began >= 0.5
    assert machine.exit_code == 0, machine.console
    assert machine.console.count("Failed to download metadata") == 2
    assert machine.console.count("TLS handshake timeout") == 1
    fleet.wait_until_healthy(group)


def test_the_environment_of_a_container_is_what_docker_was_given_byte_for_byte(fleet: Fleet) -> None:
    value = 'it\'s "quoted"\n$(id) `id` ${HOME} \\ { é 漢'
    script = SERVE.replace("--detach", "--env ONE --env TWO=2 --env ABSENT --env-file /dev/fd/9 --detach").replace(
        "docker run", f"ONE=$(base64 -d <<<{base64.b64encode(value.encode()).decode()}) docker run"
    )
    script = script.replace("set -euo pipefail", "set -euo pipefail\nexec 9< <(printf 'THREE=a b\\n#no\\nFOUR=\\n')")
    machine = fleet.booted(fleet.group(script))
    assert machine.exit_code == 0, machine.console
    assert machine.containers[0]["environment"] == {"ONE": value, "TWO": "2", "THREE": "a b", "FOUR": ""}


@pytest.mark.parametrize(
    ("options", "refused"),
    [
        ("--publish 80:8080", "the lab serves no port below 1024"),
        ("--no-such-option", "unknown flag: --no-such-option"),
        ("--log-opt max-sizes=1m", "unknown log opt 'max-sizes' for json-file log driver"),
        ("--restart sometimes", "invalid restart policy"),
        ("--env-file /nowhere", "open /nowhere: no such file or directory"),
    ],
)
def test_what_docker_refuses_is_refused_in_words(fleet: Fleet, options: str, refused: str) -> None:
    script = SERVE.replace(f"--publish {PORT}:{PORT}", options).replace("set -euo", "set -uo") + "echo code $?\n"
    console = fleet.booted(fleet.group(script)).console
    assert refused in console
    assert "code 125" in console


def test_a_container_that_crashes_is_restarted_only_by_its_policy(fleet: Fleet) -> None:
    fleet.lab.set_machines(crashing=["1.0.0"])
    always, never = fleet.group(), fleet.group(SERVE.replace("--restart always", "--restart no"))
    fleet.booted(never)
    wait_until(lambda: bool(fleet.machine(always).containers) and fleet.machine(always).containers[0]["restarts"] > 1)
    assert fleet.machine(never).containers[0]["state"] == "exited"
    fleet.lab.set_machines(crashing=[])
    fleet.wait_until_healthy(always)


def test_health_is_what_the_health_path_answers(fleet: Fleet) -> None:
    fleet.lab.set_machines(health_status={"1.0.0": 500}, boot_seconds={"1.1.0": 0.5})
    sick, slow = fleet.group(), fleet.group(release="1.1.0")
    wait_until(lambda: fleet.states(sick) == [("unhealthy", "Target.ResponseCodeMismatch")])
    fleet.wait_until_healthy(slow)
    fleet.lab.set_machines(health_status={})
    fleet.wait_until_healthy(sick)
    fleet.lab.set_broken_releases(["1.0.0"])
    wait_until(lambda: fleet.states(sick) == [("unhealthy", "Target.ResponseCodeMismatch")])
    assert fleet.states(slow) == [("healthy", None)]


def test_a_group_replaces_what_is_unhealthy_after_its_grace_period(fleet: Fleet) -> None:
    fleet.lab.set_machines(health_status={"1.0.0": 500})
    patient, group = fleet.group(grace_seconds=300), fleet.group(grace_seconds=1)
    first = fleet.machine(group).instance_id
    wait_until(lambda: len(fleet.machines(group)) > 1)
    fleet.lab.set_machines(health_status={})
    fleet.wait_until_healthy(group)
    assert len(fleet.machines(patient)) == 1
    (healthy,) = (target["Target"]["Id"] for target in _targets(fleet, group))
    assert healthy != first


def test_a_group_with_suspended_replacement_keeps_what_is_unhealthy(fleet: Fleet) -> None:
    fleet.lab.set_machines(health_status={"1.0.0": 500})
    kept, replaced = fleet.group(grace_seconds=1), fleet.group(grace_seconds=1)
    fleet.account.autoscaling.suspend_processes(AutoScalingGroupName=kept.name, ScalingProcesses=["ReplaceUnhealthy"])
    wait_until(lambda: len(fleet.machines(replaced)) > 2)
    assert len(fleet.machines(kept)) == 1


def test_with_no_healthy_target_the_load_balancer_sends_to_all_of_them(fleet: Fleet) -> None:
    fleet.lab.set_machines(health_status={"1.0.0": 500})
    group = fleet.group()
    wait_until(lambda: fleet.states(group) == [("unhealthy", "Target.ResponseCodeMismatch")])
    assert asked(front(fleet, group)).status == 200


def test_without_targets_it_answers_503_and_with_one_that_serves_nothing_502(fleet: Fleet) -> None:
    group = fleet.group("#!/bin/bash\n")
    fleet.booted(group)
    assert asked(front(fleet, group)).status == 502
    fleet.resize(group, 0)
    assert asked(front(fleet, group)).status == 503


def test_an_instance_that_is_to_go_answers_what_is_under_way_before_it_ends(fleet: Fleet) -> None:
    fleet.lab.set_machines(capacity={"service_seconds": 2.0}, pace=4)
    group = fleet.group()
    fleet.wait_until_healthy(group)
    connection = front(fleet, group)
    connection.request("GET", "/")
    wait_until(lambda: fleet.machine(group).containers[0]["under_way"] == 1)
    fleet.resize(group, 0)
    assert fleet.machine(group).state != "terminated"
    assert connection.getresponse().status == 200
    wait_until(lambda: fleet.machine(group).state == "terminated")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((fleet.machine(group).address, PORT), timeout=60)


def test_a_connection_is_kept_and_ends_after_the_clients_keep_alive(fleet: Fleet) -> None:
    group = fleet.group()
    fleet.wait_until_healthy(group)
    fleet.account.elbv2.modify_load_balancer_attributes(
        LoadBalancerArn=group.load_balancer_arn,
        Attributes=[{"Key": "client_keep_alive.seconds", "Value": "60"}],
    )
    connection = front(fleet, group)
    answers = [asked(connection) for _ in range(3)]
    assert {answer.headers["Connection"] for answer in answers} == {"keep-alive"}
    fleet.account.elbv2.delete_load_balancer(LoadBalancerArn=group.load_balancer_arn)
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        asked(connection)


def test_the_aws_command_of_an_instance_has_its_roles_credentials_and_nobody_else_sees_them(fleet: Fleet) -> None:
    iam, ssm = fleet.account.client("iam"), fleet.account.client("ssm")
    role = "machines-role"
    trust = (
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, '
    )
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust + '"Action": "sts:AssumeRole"}]}')
    statement = '{"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": "*"}'
    document = f'{{"Version": "2012-10-17", "Statement": [{statement}]}}'
    iam.put_role_policy(RoleName=role, PolicyName="read", PolicyDocument=document)
    profile = iam.create_instance_profile(InstanceProfileName=role)["InstanceProfile"]["Arn"]
    iam.add_role_to_instance_profile(InstanceProfileName=role, RoleName=role)
    ssm.put_parameter(Name="/machines/value", Type="SecureString", Value="first\nsecond")
    query = "ssm get-parameter --with-decryption --query Parameter.Value --output text --name"
    script = (
        "#!/bin/bash\naws sts get-caller-identity --query Arn --output text\n"
        f"aws {query} /machines/value\naws {query} /machines/other || echo code $?\naws ssm no-such || echo code $?\n"
        "env\n"
    )
    machine = fleet.booted(fleet.group(script, profile=profile))
    assert f":assumed-role/{role}/{machine.instance_id}" in machine.console
    assert "cloud-init[1600]: first\r\n" in machine.console
    assert "cloud-init[1600]: second\r\n" in machine.console
    assert "An error occurred (ParameterNotFound) when calling the GetParameter operation" in machine.console
    assert "cloud-init[1600]: code 254" in machine.console
    assert "cloud-init[1600]: code 252" in machine.console
    assert "AWS_" not in machine.console


def test_an_instance_without_a_role_has_no_credentials(fleet: Fleet) -> None:
    console = fleet.booted(fleet.group("#!/bin/bash\naws sts get-caller-identity || echo code $?\n")).console
    assert "Unable to locate credentials" in console
    assert "cloud-init[1600]: code 253" in console


def test_what_a_script_writes_to_run_and_tmp_goes_with_its_machine(fleet: Fleet) -> None:
    group = fleet.group("#!/bin/bash\nmktemp -d -p /run\nmktemp -d\nmktemp\n")
    console = fleet.booted(group).console
    paths = [line.partition("cloud-init[1600]: ")[2] for line in console.splitlines() if "/run/tmp." in line]
    assert len(paths) == 3
    assert all(Path(path).exists() for path in paths)
    fleet.resize(group, 0)
    wait_until(lambda: fleet.machine(group).state == "terminated")
    assert not any(Path(path).exists() for path in paths)


def _targets(fleet: Fleet, group: Group) -> list[dict[str, dict[str, str]]]:
    found: list[dict[str, dict[str, str]]] = fleet.account.elbv2.describe_target_health(
        TargetGroupArn=group.target_group_arn
    )["TargetHealthDescriptions"]
    return found


def test_nothing_runs_on_when_the_lab_is_killed(tmp_path: Path) -> None:
    """User data that never ends would."""
    with start(tmp_path / "lab", machines=True) as server:
        fleet = Fleet(server, Account(server.addresses.endpoint))
        group = fleet.group("#!/bin/bash\ntrap '' TERM HUP\necho $$\nsleep 6000 &\necho $!\nwait\n")
        wait_until(lambda: fleet.machine(group).console.count("cloud-init") == 2)
        lines = fleet.machine(group).console.splitlines()
        pids = [int(line.rpartition(": ")[2]) for line in lines if "cloud-init" in line]
        assert all(_runs(pid) for pid in pids)
        os.kill(server.process.pid, signal.SIGKILL)
        wait_until(lambda: not any(_runs(pid) for pid in pids))


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_lab_with_machines_talks_to_the_real_aws_tools_as_ever(fleet: Fleet) -> None:
    code = "import boto3; print(len(boto3.client('ec2', region_name='eu-central-1').describe_vpcs()['Vpcs']))"
    environment = {**os.environ, **aws_environment(fleet.running.addresses)}
    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert int(said.stdout) >= 1


def test_an_instance_that_crashes_is_sent_to_until_health_checks_find_out(fleet: Fleet) -> None:
    group = fleet.group(size=2)
    fleet.wait_until_healthy(group, 2)
    (dead,) = fleet.lab.crash_instances(group.name)
    states = fleet.account.ec2.describe_instances(InstanceIds=[dead])["Reservations"][0]["Instances"][0]["State"]
    assert states["Name"] == "running", "nobody told EC2"
    assert {machine.instance_id: machine.state for machine in fleet.machines(group)}[dead] == "crashed"
    (address,) = (machine.address for machine in fleet.machines(group) if machine.instance_id == dead)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address, PORT), timeout=60)
    wait_until(lambda: ("unhealthy", "Target.FailedHealthChecks") in fleet.states(group))
    assert {asked(front(fleet, group)).status for _ in range(4)} == {200}


def test_a_group_replaces_an_instance_that_crashed(fleet: Fleet) -> None:
    group = fleet.group(grace_seconds=1)
    fleet.wait_until_healthy(group)
    (dead,) = fleet.lab.crash_instances(group.name)
    wait_until(lambda: len(fleet.machines(group)) == 2)
    fleet.wait_until_healthy(group)
    assert dead not in [target["Target"]["Id"] for target in _targets(fleet, group)]
