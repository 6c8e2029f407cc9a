"""The tags by which the lab knows what belongs to which colour and runs which release."""

COLOUR_TAG = "colour"
RELEASE_TAG = "release"
