#!/bin/sh
# The program's own Python, in .venv, where Pulumi.yaml says that it is, of the pinned requirements.
# One that is there is left as it is: a CI that keeps its folder removes it when requirements.txt has changed.
set -eu
if [ -x .venv/bin/python ]; then
    echo ".venv is there already"
    exit 0
fi
echo "setting up .venv from the pinned requirements, about a minute"
# Half of it would be taken for all of it the next time.
trap 'rm -rf .venv' EXIT
trap 'exit 1' HUP INT TERM
"${PYTHON:-python3}" -m venv .venv
.venv/bin/python -m pip install --progress-bar off --disable-pip-version-check --require-hashes -r requirements.txt
trap - EXIT
