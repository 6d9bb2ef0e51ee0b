"""A Research in, a Report (subject, text, html) out."""
