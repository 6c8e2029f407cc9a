"""`make rehearsal-naive`: the same clients over the naive ways to deploy, each of which has to show errors."""
