"""The package of support: pupils, workers and dates, and the road from waiting to start until the case is closed."""
