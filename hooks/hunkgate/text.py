"""How names and contents of the judged repository are shown: escaped, so that they cannot steer a terminal or a log."""

import unicodedata

# Zs other than the blank, and everything in category C, can hide, reorder or break what a reader sees.
_HIDDEN = ("C", "Z")


def visible(text: str) -> str:
    """The text on one line with control, format, surrogate and unusual space characters escaped.

    Letters of any script stay as they are; a byte that was not UTF-8 (surrogateescape) is shown as ``\\xNN``.
    """
    if text.isascii() and text.isprintable():
        return text
    shown = []
    for character in text:
        code = ord(character)
        if character == " ":
            shown.append(character)
        elif 0xDC80 <= code <= 0xDCFF:
            shown.append(f"\\x{code - 0xDC00:02x}")
        elif unicodedata.category(character)[0] in _HIDDEN:
            shown.append(character.encode("unicode_escape", "surrogatepass").decode("ascii"))
        else:
            shown.append(character)
    return "".join(shown)


def spelled(text: str) -> str:
    """Like ``visible``, with every character outside ASCII spelled as an escape: for names that may look alike."""
    shown = visible(text)
    return shown if shown.isascii() else shown.encode("ascii", "backslashreplace").decode("ascii")
