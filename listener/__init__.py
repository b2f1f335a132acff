"""Hears: polls what is due, stores what is new, moves the cursor."""
