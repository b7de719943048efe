"""Training and events: asked for, planned, held, and what came of them."""
