"""Sends mail and webhooks; knows nothing of databases or queues."""
