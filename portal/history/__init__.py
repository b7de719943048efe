"""Earlier charts: what a service published before the portal, read back into pieces of work and their records."""
