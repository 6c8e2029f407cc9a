"""What whoever runs tag-team may do on AWS: a policy document for each role, made for one project.

`documents/` holds the templates, `python -m iam` fills them in. docs/permissions.md says how the roles are made with
them; docs/iam/ has them as they are for the project as it comes.
"""
