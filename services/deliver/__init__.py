"""Deliver: sends changes to webhooks."""
