"""The wait until DNS has let go of the outgoing colour: what is asked, what the answers mean, and when it is over."""
