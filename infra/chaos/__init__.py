"""Faults made on purpose, and the account of what came of them."""
