"""The drain: how long after a tag-out some client may still be sent to a colour, or still be connected to it."""

# A load balancer keeps a client's connection for so long where nothing else is said, and the config says no more.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html
LONGEST_KEEP_ALIVE_SECONDS = 3600
