"""Measurements of the running product: `make bench`. docs/benchmark.md says what each figure means."""
