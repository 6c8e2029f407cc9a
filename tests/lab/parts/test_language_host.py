"""The language host over gRPC, with programs that are really run."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import language_pb2, language_pb2_grpc

from lab.plugins.language_commands import install_commands, plugin_command
from lab.plugins.language_host import LanguageHost
from lab.plugins.python_environment import Contents, NoVirtualenv, environment

CHECKOUT = Path(__file__).resolve().parents[3]
# Stands for pulumi-language-python-exec: runs the Python of the file `program.py` in its folder, with its arguments.
RUNNER = "import sys; exec(open('program.py').read())"


@pytest.fixture
def host(tmp_path: Path) -> Iterator[LanguageHost]:
    (tmp_path / "runner").write_text(RUNNER)
    host = LanguageHost(tmp_path / "runner", engine="127.0.0.1:1", version="3.259.0")
    yield host
    host.end()


@pytest.fixture
def client(host: LanguageHost) -> Iterator[Any]:
    server = grpc.server(futures.ThreadPoolExecutor(8))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield language_pb2_grpc.LanguageRuntimeStub(channel)
    server.stop(None)


def info(folder: Path, **options: str) -> language_pb2.ProgramInfo:
    struct = Struct()
    struct.update(options)
    return language_pb2.ProgramInfo(
        root_directory=str(folder), program_directory=str(folder), entry_point=".", options=struct
    )


def run(client: Any, folder: Path, program: str, **options: str) -> Any:
    (folder / "program.py").write_text(program)
    request = language_pb2.RunRequest(
        project="tag-team",
        stack="live",
        pwd=str(folder),
        dryRun=True,
        parallel=4,
        monitor_address="127.0.0.1:2",
        organization="organization",
        config={"tag-team:active": "blue"},
        configSecretKeys=["tag-team:token"],
        info=info(folder, **options),
    )
    return client.Run(request)


def test_a_program_that_ends_well_has_no_error(client: Any, tmp_path: Path) -> None:
    assert run(client, tmp_path, "pass") == language_pb2.RunResponse()


def test_a_program_that_fails_is_an_error_with_its_exit_code(client: Any, tmp_path: Path) -> None:
    response = run(client, tmp_path, "sys.exit(3)")
    assert response.error == "program exited with non-zero exit code: 3"


def test_a_program_that_has_shown_its_error_is_not_reported_again(client: Any, tmp_path: Path) -> None:
    response = run(client, tmp_path, "sys.exit(32)")
    assert (response.bail, response.error) == (True, "")


def test_a_program_that_dies_of_a_signal_is_named_so(client: Any, tmp_path: Path) -> None:
    response = run(client, tmp_path, "import os; os.kill(os.getpid(), 9)")
    assert response.error == "program was ended by signal 9"


def test_a_program_gets_its_configuration_and_arguments(client: Any, tmp_path: Path) -> None:
    run(client, tmp_path, "import os; open('seen', 'w').write(repr((sys.argv[1:], dict(os.environ))))")
    arguments, variables = eval((tmp_path / "seen").read_text())
    assert arguments[arguments.index("--engine") + 1] == "127.0.0.1:1"
    assert arguments[arguments.index("--dry_run") + 1] == "true"
    assert arguments[-1] == "."
    assert variables["PULUMI_CONFIG"] == '{"tag-team:active": "blue"}'
    assert variables["PULUMI_CONFIG_SECRET_KEYS"] == '["tag-team:token"]'


def test_what_a_program_prints_goes_to_the_output_of_the_host(
    client: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run(client, tmp_path, "print('hello'); print('trouble', file=sys.stderr)")
    assert capfd.readouterr() == ("hello\n", "trouble\n")


def test_cancel_ends_a_running_program_and_reports_nothing(client: Any, tmp_path: Path) -> None:
    answers: list[Any] = []
    program = "open('started', 'w').close(); import time; time.sleep(600)"
    running = threading.Thread(target=lambda: answers.append(run(client, tmp_path, program)))
    running.start()
    while not (tmp_path / "started").exists():
        running.join(0.02)
    client.Cancel(empty_pb2.Empty())
    running.join(60)
    assert answers == [language_pb2.RunResponse(bail=True)]


def test_two_programs_run_at_the_same_time(client: Any, tmp_path: Path) -> None:
    """Each waits for a file that the other writes."""
    answers: list[Any] = []
    program = "import time, os; open({own!r}, 'w').close()\nwhile not os.path.exists({other!r}): time.sleep(0.01)"
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
    marks = [str(tmp_path / "mark-a"), str(tmp_path / "mark-b")]
    threads = [
        threading.Thread(
            target=lambda folder=folder, own=own, other=other: answers.append(
                run(client, folder, program.format(own=own, other=other))
            )
        )
        for folder, own, other in zip(folders, marks, reversed(marks), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert answers == [language_pb2.RunResponse()] * 2


def test_a_missing_virtual_environment_is_named_with_the_command_that_makes_it(client: Any, tmp_path: Path) -> None:
    response = run(client, tmp_path, "pass", virtualenv=".venv")
    assert ".venv" in response.error
    assert "pulumi install" in response.error


def test_a_virtual_environment_is_taken_relative_to_the_project(tmp_path: Path) -> None:
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    python = environment(tmp_path, {"virtualenv": ".venv"})
    assert python.executable == tmp_path / ".venv" / "bin" / "python"
    variables = python.variables({"PATH": "/usr/bin", "PYTHONHOME": "/x"})
    assert variables == {"PATH": f"{tmp_path}/.venv/bin:/usr/bin", "VIRTUAL_ENV": str(tmp_path / ".venv")}


def test_the_virtual_environment_of_a_linked_policy_pack_is_that_of_the_project_with_the_link(tmp_path: Path) -> None:
    (tmp_path / "checkout" / "policies").mkdir(parents=True)
    (tmp_path / "project" / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / "project" / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (tmp_path / "project" / "policies").symlink_to(tmp_path / "checkout" / "policies")
    python = environment(tmp_path / "project" / "policies", {"virtualenv": "../.venv"})
    assert python.virtualenv == tmp_path / "project" / ".venv"


def test_without_the_option_the_python_of_the_host_is_taken(tmp_path: Path) -> None:
    assert environment(tmp_path, {"toolchain": "pip"}).executable == Path(sys.executable)
    with pytest.raises(NoVirtualenv):
        environment(tmp_path, {"virtualenv": "missing"})


def test_about_says_which_python_it_is(client: Any, tmp_path: Path) -> None:
    response = client.About(language_pb2.AboutRequest(info=info(tmp_path)))
    assert response.executable == sys.executable
    assert response.version == ".".join(map(str, sys.version_info[:3]))


def test_the_plugins_of_the_installed_packages_are_required(client: Any, tmp_path: Path) -> None:
    response = client.GetRequiredPackages(language_pb2.GetRequiredPackagesRequest(info=info(tmp_path)))
    assert ("aws", "resource", "v7.51.1") in [(one.name, one.kind, one.version) for one in response.packages]


def test_direct_dependencies_are_those_that_nothing_else_requires() -> None:
    contents = Contents(
        version="3.11.0",
        distributions={
            "pulumi_aws": {"version": "7.51.1", "requires": ["pulumi<4.0.0,>=3.142.0", "PyYAML ; extra == 'x'"]},
            "pulumi": {"version": "3.272.0", "requires": []},
            "pyyaml": {"version": "6.0", "requires": []},
        },
    )
    assert contents.dependencies(transitive=False) == {"pulumi_aws": "7.51.1", "pyyaml": "6.0"}
    assert len(contents.dependencies(transitive=True)) == 3


def test_a_plugin_streams_its_output_and_then_its_exit_code(client: Any, tmp_path: Path) -> None:
    (tmp_path / "__main__.py").write_text("import sys; print('4711'); print('x', file=sys.stderr); sys.exit(7)")
    request = language_pb2.RunPluginRequest(kind="resource", pwd=str(tmp_path), info=info(tmp_path))
    answers = list(client.RunPlugin(request))
    assert b"".join(answer.stdout for answer in answers) == b"4711\n"
    assert b"".join(answer.stderr for answer in answers) == b"x\n"
    assert answers[-1].exitcode == 7


def test_a_plugin_gets_the_environment_that_the_engine_gives_it(client: Any, tmp_path: Path) -> None:
    (tmp_path / "__main__.py").write_text("import os; print(os.environ['GIVEN'], os.environ.get('HOME'))")
    request = language_pb2.RunPluginRequest(pwd=str(tmp_path), info=info(tmp_path), env=["GIVEN=a=b", "PATH=/bin"])
    assert b"".join(answer.stdout for answer in client.RunPlugin(request)) == b"a=b None\n"


def test_a_policy_pack_is_run_by_pulumi_policy() -> None:
    request = language_pb2.RunPluginRequest(kind="analyzer", args=["127.0.0.1:1"], info=info(Path("/pack")))
    assert plugin_command("python", request) == ["python", "-u", "-m", "pulumi.policy", "127.0.0.1:1", "/pack"]


def test_install_makes_the_virtual_environment_and_fills_it(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("")
    python = str(tmp_path / ".venv" / "bin" / "python")
    assert install_commands(info(tmp_path, virtualenv=".venv")) == [
        [sys.executable, "-m", "venv", str(tmp_path / ".venv")],
        [python, "-m", "pip", "install", "-r", str(tmp_path / "requirements.txt")],
    ]
    assert install_commands(info(tmp_path)) == []


def test_the_host_prints_its_port_and_stops_when_the_engine_hangs_up() -> None:
    command = ["-m", "lab.plugins.language_host", "--program-runner", "/x", "--engine-version", "1.2.3", "127.0.0.1:1"]
    host = subprocess.Popen(
        [sys.executable, *command], cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert host.stdout is not None
    with grpc.insecure_channel(f"127.0.0.1:{int(host.stdout.readline())}") as channel:
        assert language_pb2_grpc.LanguageRuntimeStub(channel).GetPluginInfo(empty_pb2.Empty()).version == "1.2.3"
    host.communicate("", timeout=60)
    assert host.returncode == 0
