"""Kills the road at every commit and HTTP boundary, and compares what the outside holds with what was promised."""
