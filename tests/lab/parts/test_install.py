"""What `install` writes, and that what it writes starts."""

import subprocess
import sys
from pathlib import Path

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import language_pb2_grpc

from lab.plugins.install import install
from lab.toolchain import Toolchain

CHECKOUT = Path(__file__).resolve().parents[3]
TOOLCHAIN = Toolchain(
    pulumi=Path("/engine/pulumi"),
    bridge=Path("/engine/bridge with a space"),
    language_exec=Path("/engine/exec"),
    terraform_provider=Path("/engine/terraform-provider-aws"),
    engine_version="3.259.0",
    provider_version="5.100.0",
)


def installed(folder: Path) -> dict[str, str]:
    return install(TOOLCHAIN, folder / "home", folder / "bin", Path(sys.executable), CHECKOUT)


def test_the_plugins_are_where_the_command_line_looks_for_them(tmp_path: Path) -> None:
    variables = installed(tmp_path)
    plugins = tmp_path / "home" / "plugins"
    assert (plugins / "language-python-v3.259.0" / "pulumi-language-python").exists()
    assert "'/engine/bridge with a space'" in (plugins / "resource-aws-v7.51.1" / "pulumi-resource-aws").read_text()
    assert (tmp_path / "bin" / "pulumi").readlink() == TOOLCHAIN.pulumi
    assert variables["PULUMI_HOME"] == str(tmp_path / "home")


def test_installing_again_replaces_what_was_there(tmp_path: Path) -> None:
    installed(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    (tmp_path / "home/plugins/language-python-v3.259.0/pulumi-language-python").write_text("broken")
    installed(tmp_path)
    assert sorted(tmp_path.rglob("*")) == before
    assert "exec" in (tmp_path / "home/plugins/language-python-v3.259.0/pulumi-language-python").read_text()


def test_an_installed_plugin_starts_from_any_folder_without_a_python_path(tmp_path: Path) -> None:
    installed(tmp_path)
    # A module of the same name in the folder where the user happens to be must not be taken for ours.
    (tmp_path / "lab.py").write_text("raise SystemExit('the wrong lab')")
    host = subprocess.Popen(
        [tmp_path / "home/plugins/language-python-v3.259.0/pulumi-language-python", "127.0.0.1:1"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert host.stdout is not None
    with grpc.insecure_channel(f"127.0.0.1:{int(host.stdout.readline())}") as channel:
        assert language_pb2_grpc.LanguageRuntimeStub(channel).GetPluginInfo(empty_pb2.Empty()).version == "3.259.0"
    host.communicate("", timeout=60)
    assert host.returncode == 0
