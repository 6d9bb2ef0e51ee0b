"""Measures research on made-up companies and people whose truth is known (`make accuracy`)."""
