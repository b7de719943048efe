"""Our offer."""
