"""Reads durations as people write them: "90s", "5m", "1h30m"."""

import re

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
PART = re.compile(r"(\d+)([smhd])")


def parse(text):
    """Seconds in `text`. Raises ValueError when it is no duration."""
    match = PART.match(text.strip())
    if match is None:
        raise ValueError(f"not a duration: {text!r}")
    number, unit = match.groups()
    return int(number) * SECONDS[unit]


def show(seconds):
    """The shortest form of `seconds`: 5400 becomes "1h30m"."""
    parts = []
    for unit in "dhms":
        number, seconds = divmod(seconds, SECONDS[unit])
        if number:
            parts.append(f"{number}{unit}")
    return "".join(parts) or "0s"
