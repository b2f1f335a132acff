"""Colours as eyes see them, for the tests of what the report draws."""

_Rgb = tuple[float, float, float]

# How linear light looks to eyes that lack one kind of cone. Source: Machado, Oliveira, Fernandes (2009), severity 1.0
_EYES: dict[str, tuple[_Rgb, _Rgb, _Rgb]] = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def linear(colour: str) -> _Rgb:
    """Read "#rrggbb" as linear light. Source: WCAG 2.2, relative luminance."""
    parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return red, green, blue


def luminance(colour: str) -> float:
    """Say how light a colour is, 0 to 1."""
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Say how far two colours stand apart, 1 to 21. Source: WCAG 2.2, contrast ratio."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def as_seen_by(eyes: str, colour: str) -> _Rgb:
    """Give a colour as such eyes see it, in the strength of its three lights as a screen is told them."""
    light = linear(colour)
    seen = [sum(weight * part for weight, part in zip(row, light, strict=True)) for row in _EYES[eyes]]
    red, green, blue = (min(1.0, max(0.0, part)) ** (1 / 2.2) for part in seen)
    return red, green, blue
