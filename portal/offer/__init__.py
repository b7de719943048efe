"""Our offer: what the service is, for whom, how to refer, and its current policy, for everybody to read."""
