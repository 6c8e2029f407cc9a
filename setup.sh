#!/bin/sh
# A new project, ready to be worked on: its Python in .venv, its region in Pulumi.yaml, and a stack for each colour and
# for `live`. Run it logged in to where the state is to lie (pulumi login). Safe to repeat.
#
#   sh setup.sh eu-central-1
#   sh setup.sh eu-central-1 --secrets-provider=awskms://alias/NAME      (what follows goes to `pulumi stack init`)
set -eu
cd "$(dirname "$0")"
sh ci/setup.sh
exec .venv/bin/python -m start "$@"
