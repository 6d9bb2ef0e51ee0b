"""The demo internet, the sample site, the mailbox and the webhook inbox (`make demo`)."""
