"""Reading a company's own pages: plain functions over hostile HTML, no network but in `visit.py`."""
