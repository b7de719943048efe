"""What people do with a child's voice: ask, hand over, take what came back, read it, answer it."""
