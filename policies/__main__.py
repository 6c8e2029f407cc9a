"""The policy pack: loadable, and empty until its rules come."""

from pulumi_policy import PolicyPack

PolicyPack(name="tag-team", policies=[])
