"""Benchmarks: figures that are ratios of CPU time, measured in one run, in pairs. ``python -m tests.bench [names]``."""
