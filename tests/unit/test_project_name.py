"""The project's name is free: nothing in the program is called by it, and what says `tag-team` means the tool."""

import ast
from collections.abc import Iterator
from pathlib import Path

import yaml

from components import stack_config
from tests.unit.sources import ROOT, nodes, relative

NAME = "tag-team"
FOLDERS = ("components", "cutover", "propagation", "policies", "board", "load_test", "ci")
SOURCES = [ROOT / "__main__.py", *(path for name in FOLDERS for path in sorted(ROOT.glob(f"{name}/**/*.py")))]
TYPE = "a resource's type: it names the library, and is in every URN of every state"
COMMENT = "marks a comment of this tool for its later runs; whose project it is stands in the comment"
# Each text of the program that has the word in it, and why it is not the project's name.
KNOWN = {
    "components/certificate.py": {"tag-team:index:Certificate": TYPE},
    "components/cluster.py": {"tag-team:index:Cluster": TYPE},
    "components/instance_role.py": {"tag-team:index:InstanceRole": TYPE},
    "components/instances.py": {"tag-team:index:Instances": TYPE},
    "components/live_record.py": {"tag-team:index:LiveRecord": TYPE},
    "components/load_balancer.py": {"tag-team:index:LoadBalancer": TYPE},
    "components/network.py": {"tag-team:index:NatAddresses": TYPE, "tag-team:index:Network": TYPE},
    "cutover/places.py": {"/tag-team": "the root of all that this tool keeps in AWS, with the first name below it"},
    "cutover/price_cache.py": {"tag-team": "the user's cache of prices, which are the same for every project"},
    "load_test/targets.py": {"tag-team-load-test": "the User-Agent of a load test"},
    "policies/pack.py": {"tag-team": "the name of the policy pack, which other projects can have too"},
    "ci/comment.py": {
        "<!-- tag-team:preview -->": COMMENT,
        "<!-- tag-team:drift -->": COMMENT,
        "<!-- tag-team:after -->": COMMENT,
        "<!-- tag-team:last-seen -->": COMMENT,
        "<!-- tag-team:unlooked -->": COMMENT,
        "<!-- tag-team:seen ": COMMENT,
    },
    "ci/seen.py": {r"<!-- tag-team:seen (\{.*\}) -->": COMMENT, "<!-- tag-team:seen ": COMMENT},
    "ci/github.py": {"tag-team": "the User-Agent of the calls to GitHub"},
}


def texts(path: Path) -> Iterator[str]:
    """Every text of a module that is no docstring, of an f-string its fixed parts."""
    prose = {id(node.value) for node in nodes(path) if isinstance(node, ast.Expr)}
    for node in nodes(path):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.value


def test_no_text_of_the_program_is_the_projects_name() -> None:
    assert len(SOURCES) > 150
    found = {relative(path): {text for text in texts(path) if NAME in text.lower()} for path in SOURCES}
    assert {path: seen for path, seen in found.items() if seen} == {path: set(known) for path, known in KNOWN.items()}


def test_texts_are_found_in_f_strings_and_docstrings_are_none(tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text(
        '"""tag-team is prose."""\nX = f"/tag-team/{1}"\n\n\ndef f():\n    """tag-team too."""\n    return "b"\n'
    )
    assert sorted(texts(file)) == ["/tag-team/", "b"]


def test_no_key_of_the_stack_files_has_the_projects_name() -> None:
    for path in sorted(ROOT.glob("Pulumi*.yaml")):
        config = yaml.safe_load(path.read_text())["config"]
        assert [key for key in config if ":" in key and not key.startswith(("aws:", "pulumi:"))] == [], path.name
    assert stack_config.project_name(str(ROOT)) == NAME
