"""The demonstration world: invented people, schools and two school years of work, made from a fixed seed relative to today."""
