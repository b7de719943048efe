"""The demonstration world: invented people, schools and two school years of work.

Made from a fixed seed, relative to today, through the portal's own operations.
"""
