"""`make snippet-bench`: the browser script on pages of the repo, on saved forms of real sites, and its cost."""
