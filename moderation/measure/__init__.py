"""Measuring: how often a judgement is right, and how sure it may be. Judges nothing, stores nothing."""
