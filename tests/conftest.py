"""The tests run in the lab's environment, whatever the shell that started them has in its own."""

from lab import environment

environment.enter()
