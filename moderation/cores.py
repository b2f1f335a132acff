"""Cores: how many this process may use. Not how many the machine has, and nothing about who else uses them."""

import os
from math import ceil
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
OWN_GROUP = Path("/proc/self/cgroup")


def cores(groups: Path = CGROUPS, own: Path = OWN_GROUP) -> int:
    """Count the cores this process may run on, at least 1: what its affinity and its container's quota leave of all.

    A quota of one and a half cores counts as two: a second thread waits half of its time, one alone would waste half.
    Source: cpu.max of Linux' control groups, version 2; a group is bound by those above it. Elsewhere all cores count.
    """
    # os.process_cpu_count says the same from Python 3.13 on; it knows no quota either
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min([allowed, *_quotas(groups, own)]))


def _quotas(groups: Path, own: Path) -> list[int]:
    """Read the quotas, in whole cores, of the group of this process and of those above it."""
    try:
        lines = own.read_text("utf-8").splitlines()
    except OSError:
        return []
    name = next((line.removeprefix("0::") for line in lines if line.startswith("0::")), "/")
    folder = groups / name.strip("/")
    above = [folder, *folder.parents]
    found = [_quota(each / "cpu.max") for each in above if each.is_relative_to(groups)]
    return [quota for quota in found if quota]


def _quota(path: Path) -> int:
    """Read one file, as in `150000 100000`, microseconds in each period; 0 where it sets no bound."""
    try:
        quota, period = path.read_text("utf-8").split()
        return ceil(int(quota) / int(period))
    except (OSError, ValueError, ZeroDivisionError):  # `max` is no number: no bound
        return 0
