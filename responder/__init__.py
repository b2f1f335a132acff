"""Answers: acknowledgement, the way into a private thread, what it says there; delivers each exactly once."""
