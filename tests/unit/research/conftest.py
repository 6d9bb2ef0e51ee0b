"""Hypothesis on two shared cores: few examples, no deadline."""

from hypothesis import HealthCheck, settings

settings.register_profile("research", max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("research")
