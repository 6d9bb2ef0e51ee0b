"""One file per source; `pipeline.py` registers them in one ordered tuple."""
