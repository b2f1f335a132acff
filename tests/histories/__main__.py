"""Plays many random histories against the gate: `python -m tests.histories [--count 100000] [--seed 1]`."""

import argparse
import sys
from time import process_time

from tests.histories.player import play


def main() -> int:
    """Print what came of it; exit code 1 where anything illegal went or a refusal does not explain itself."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    begun = process_time()
    tally = play(given.seed, given.count)
    sys.stdout.write(
        f"{tally.histories} histories, {tally.asked} wishes, {tally.sent} let through, "
        f"{sum(tally.refused.values())} not, in {process_time() - begun:.0f} s of CPU\n"
        f"illegal: {sum(tally.illegal.values())} {dict(tally.illegal)}\n"
        f"refusals without rule or alternative: {tally.unnamed}\n"
        f"refused by: {dict(tally.refused.most_common())}\n"
        f"refused though the oracle finds nothing wrong: {dict(tally.too_strict.most_common())}\n"
    )
    return 1 if tally.illegal or tally.unnamed else 0


if __name__ == "__main__":
    sys.exit(main())
