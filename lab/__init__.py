"""The lab: an embedded AWS with its DNS, and the pinned engine that runs the program against it."""
