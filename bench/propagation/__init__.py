"""Our wait for DNS beside what other tools do, on the same servers of the lab at the same time."""
