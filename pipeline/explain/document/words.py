"""Texts from strangers made safe to print: one line, bounded, without invisible characters."""

import unicodedata

_LONGEST = 200
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def one_line(text: str, longest: int = _LONGEST) -> str:
    """``text`` without line breaks, control characters and those that reverse the direction."""
    visible = "".join(" " if unicodedata.category(one) in _INVISIBLE else one for one in text)
    joined = " ".join(visible.split())
    return joined if len(joined) <= longest else joined[: longest - 1] + "…"
