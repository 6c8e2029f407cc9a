"""The steps of a pull request: what GitHub's workflows call, and any other CI can.

Commands (`preview`, `approved`, `up`, `tag_back`, `saved_intent`, `drift`, `say`) look and call; what they decide is in
the other modules, as plain functions over plain data. docs/pull-requests.md says how they belong together.
"""
