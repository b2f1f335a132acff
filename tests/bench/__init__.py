"""Measures the house without its model, and the model by itself: CPU an operation, and how it grows with what is kept.

CPU time of this process is measured, not wall time, which scatters on shared machines. But a core that others use as
well does less in a second of its time, so each figure is taken together with a yardstick, a loop that does nothing,
and stated for a core on which the yardstick takes what it took where the targets were set. Medians of several rounds.
"""
