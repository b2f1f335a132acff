"""Makes the fonts in this folder from the full Noto fonts. Run by hand; needs fonttools; nothing imports it.

python desk/report/fonts/subset.py /usr/share/fonts/truetype/noto /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc NotoEmoji_400Regular.ttf
"""  # noqa: E501 (one command)

# ruff: noqa: INP001 (a script beside its data, in no package)

import sys
from collections.abc import Iterator
from pathlib import Path

from fontTools.subset import Options, Subsetter, load_font, save_font
from fontTools.ttLib import TTFont

HERE = Path(__file__).parent
LATIN = (*range(0x20, 0x250), *range(0x2B0, 0x530), *range(0x1D00, 0x2000), *range(0x2000, 0x2200), 0x25CC, 0xFFFD)
TWO_WEIGHTS = ("", "Thai", "Lao", "Khmer", "Myanmar", "Tamil", "Arabic", "Hebrew", "Devanagari", "Bengali")
ONE_WEIGHT = (
    *("Armenian", "Georgian", "Gujarati", "Gurmukhi", "Kannada", "Malayalam", "Sinhala", "Telugu"),
    "Symbols2",
)
SIMPLIFIED, TRADITIONAL, JAPANESE, KOREAN = "gb2312", "big5", "euc_jp", "euc_kr"


def main(noto: str, cjk: str, emoji: str) -> None:
    """Cut every font down and write it here."""
    for script in TWO_WEIGHTS:
        for weight in ("Regular", "Bold"):
            name = f"NotoSans{script}-{weight}.ttf"
            cut(Path(noto, name), HERE / name, LATIN if not script else None)
    for script in ONE_WEIGHT:
        name = f"NotoSans{script}-Regular.ttf"
        cut(Path(noto, name), HERE / name, range(0x2190, 0x2C00) if script == "Symbols2" else None)
    cut(Path(cjk), HERE / "NotoSansCJK-Regular.otf", tuple(common_cjk()), face=2)  # 2: Simplified Chinese
    cut(Path(emoji), HERE / "NotoEmoji-Regular.ttf", None)
    write_covered()


def write_covered() -> None:
    """Note which characters the fonts here hold, as ranges "41-5a", one a line."""
    held = {code for path in HERE.glob("*.?tf") for code in TTFont(path, lazy=True).getBestCmap()}
    starts = sorted(code for code in held if code - 1 not in held)
    ends = sorted(code for code in held if code + 1 not in held)
    lines = [f"{start:x}-{end:x}" for start, end in zip(starts, ends, strict=True)]
    (HERE / "covered.txt").write_text("\n".join(lines) + "\n")


def common_cjk() -> Iterator[int]:
    """List what people write: the national standards' characters, kana, the commonest 2,350 Hangul, wide forms."""
    yield from (*range(0x3000, 0x3100), *range(0x31F0, 0x3200), *range(0xFF00, 0xFFF0))
    for charset in (SIMPLIFIED, TRADITIONAL, JAPANESE):
        yield from (code for code in range(0x4E00, 0xA000) if _level(chr(code), charset))
    yield from (code for code in range(0xAC00, 0xD7A4) if _held(chr(code), KOREAN))


def _level(character: str, charset: str) -> bool:
    """Say whether a character is in the standard; of Big5 and JIS only the common level."""
    if not _held(character, charset):
        return False
    first = character.encode(charset)[0]
    return {SIMPLIFIED: True, TRADITIONAL: first <= 0xC6, JAPANESE: 0xB0 <= first <= 0xCF}[charset]  # noqa: PLR2004


def _held(character: str, charset: str) -> bool:
    return len(character.encode(charset, "ignore")) == 2  # noqa: PLR2004 (three bytes of EUC-JP: rare ones)


def cut(source: Path, target: Path, codes: tuple[int, ...] | range | None, face: int = -1) -> None:
    """Keep the glyphs of these code points (None: all), what shapes them, and the licence's words."""
    options = Options(
        font_number=face, hinting=False, name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14, 16, 17], notdef_outline=True
    )
    options.layout_features = ["*"] if face < 0 else ["ccmp", "locl", "mark", "mkmk", "ljmo", "vjmo", "tjmo"]
    options.drop_tables = [*options.drop_tables, "DSIG", "vhea", "vmtx", "VORG", "BASE"]
    font = load_font(str(source), options)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=font.getBestCmap() if codes is None else codes)
    subsetter.subset(font)
    font["head"].modified = font["head"].created  # the same bytes on every run
    font.recalcTimestamp = False
    save_font(font, str(target), options)


if __name__ == "__main__":
    main(*sys.argv[1:])
