"""`make rehearsal-faults`: what can break during a tag-in, each under the load, and what is left of it."""
