"""Certain cases: texts that say nothing a model could judge. Knows no scores, decides nothing about posts."""

import re

# What `normalise` writes for handles and links, marks that set them apart, and what cannot be seen. No digit, for 0/10
# is an opinion; no mark that asks (?) or calls (!), or that people draw faces with.
_NOTHING_SAID = re.compile(r"(?:@user|http|[\s#@.,…·•|*&+/\-\u2013\u2014\u200c\u200d\ufe0e\ufe0f])*")


def certain(plain: str) -> bool:
    """Whether a normalised text has no letter, no digit and no emoji: only handles, links and marks, or nothing.

    It would be noise to the model as well, so it needs no pass. Emoji by themselves say something and are judged.
    """
    return _NOTHING_SAID.fullmatch(plain) is not None
