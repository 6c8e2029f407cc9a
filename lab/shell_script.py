"""The script that `. .lab/env` runs: it makes a shell one of the lab, whatever is in it at that moment."""

import os
import shlex
from collections.abc import Mapping

from lab.environment import FOREIGN, KEPT, is_foreign
from lab.workspace import Workspace

# POSIX sh, for bash, dash and zsh alike. Names come from what is exported; a line within a value that looks like
# another one is harmless, as it can only name what has to go anyway. Nothing is changed before it is known that
# everything can be: a read-only variable would end the one shell and stay unnoticed in the other. `eval` splits the
# names where they are written, so neither zsh's ways nor an IFS of the user's matter.
_SCRIPT = """\
_lab_names=$(command env | LC_ALL=C command sed -n 's/^\\([A-Za-z_][A-Za-z0-9_]*\\)=.*/\\1/p' | command tr '\\n' ' ')
_lab_foreign='' _lab_stuck=''
eval "for _lab_name in $_lab_names; do
  case \\$_lab_name in
    {kept}) ;;
    {foreign}) _lab_foreign=\\"\\$_lab_foreign \\$_lab_name\\" ;;
  esac
done"
eval "for _lab_name in $_lab_foreign {names}; do
  case \\"\\$_lab_stuck \\" in *\\" \\$_lab_name \\"*) continue ;; esac
  (unset \\"\\$_lab_name\\") >/dev/null 2>&1 || _lab_stuck=\\"\\$_lab_stuck \\$_lab_name\\"
done"
eval "for _lab_name in $_lab_foreign; do
  [ -n \\"\\$_lab_stuck\\" ] || unset \\"\\$_lab_name\\"
done"
if [ -n "$_lab_stuck" ]; then
  echo "nothing was changed: this shell does not let go of$_lab_stuck (read-only); type . {path} in another one" >&2
  unset _lab_names _lab_foreign _lab_stuck _lab_name
  return 1
fi
unset _lab_names _lab_foreign _lab_stuck _lab_name
{exports}
export PATH={binaries}:"${{PATH-{default_path}}}"
echo {greeting}
"""


def entering(made: Workspace, path: str) -> str:
    """The script for a workspace; `path` is how its user names it.

    It unsets what is foreign when it is run, exports what the lab sets, and puts the lab's `pulumi` first in PATH.
    Where a variable cannot be unset it says which, changes nothing and returns 1.
    """
    exports = _exports(made.environment)
    # The plain commands run in the working copy, from whichever folder they are typed in.
    exports["PULUMI_OPTION_CWD"] = str(made.directory)
    binaries = made.environment["PATH"].split(os.pathsep)[0]
    return _SCRIPT.format(
        kept="|".join(KEPT),
        foreign="|".join(FOREIGN),
        names=" ".join([*sorted(exports), "PATH"]),
        path=path,
        exports="\n".join(f"export {name}={shlex.quote(value)}" for name, value in sorted(exports.items())),
        binaries=shlex.quote(binaries),
        default_path=os.defpath,
        greeting=shlex.quote(f"pulumi now works on the embedded AWS, with the stack files in {made.directory}"),
    )


def _exports(environment: Mapping[str, str]) -> dict[str, str]:
    """What the lab sets by itself; all else is the shell's own."""
    return {name: value for name, value in environment.items() if is_foreign(name)}
