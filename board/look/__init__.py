"""Where the board's facts come from: the project's files, AWS, DNS and the Pulumi backend, read side by side."""
