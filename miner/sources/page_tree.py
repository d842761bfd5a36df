"""The bytes of a web page as a tree, the way browsers read them, bounded in time and memory."""

from __future__ import annotations

import codecs
import re
import warnings
from itertools import islice
from typing import Any

from bs4 import BeautifulSoup, XMLParsedAsHTMLWarning
from bs4.builder._lxml import LXMLTreeBuilder

from miner.sources.html import printable

# a long read with comments is 1 MB; behind that come scripts
MAX_BYTES = 3 * 1024 * 1024
# The longest threads have some 20,000. A tree of 40,000 takes 4 s, and what is asked of it as long again.
MAX_TAGS = 40_000
# Browsers stop at 512 elements in one another. bs4 follows them all up for each text: 13,000 took 16 s.
_MAX_DEPTH = 256
# lxml looks each up among those before it: 200,000 took 3 minutes
_MAX_ATTRIBUTES = 200
# what comes behind it is read by browsers, and not by lxml
_END = re.compile(r"</(?:html|body)\b[^<>]*>?", re.IGNORECASE)

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
# browsers look no further
_HEAD_BYTES = 4096
_DECLARED = re.compile(
    rb"""(?:<meta\b[^>]{0,500}?\bcharset|<\?xml\b[^>]{0,200}?\bencoding)\s*=\s*["']?([\w.:-]{1,40})""", re.I
)
# Of Python's codecs those that pages are written in. A page of 3 MB that calls itself "punycode" would take hours.
_OF_PAGES = re.compile(
    r"utf-(?:8|16)(?:-[bl]e)?|ascii|cp(?:125\d|866|874|932|936|949)|iso8859-\d+|koi8-[ru]|mac-roman|tis-620"
    r"|gb(?:k|2312|18030)|big5(?:hkscs)?|euc_(?:jp|kr)|iso2022_jp|shift_jis"
)
# https://encoding.spec.whatwg.org/#names-and-labels: pages that declare Latin-1 hold Windows' quotation marks
_MEANT = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
_HIGH = bytes(range(128, 256))


class _Builder(LXMLTreeBuilder):
    """Builds trees of bounded depth: elements that lie deeper are left out, and their words stay."""

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401 - as bs4 has it
        super().__init__(**kwargs)
        self._depth = 0

    def start(self, tag: Any, attrs: Any, nsmap: Any = None) -> None:  # noqa: ANN401 - as bs4 has it
        self._depth += 1
        if self._depth <= _MAX_DEPTH:
            few = dict(islice(attrs.items(), _MAX_ATTRIBUTES))
            super().start(tag, few, nsmap or {})

    def end(self, tag: Any) -> None:  # noqa: ANN401 - as bs4 has it
        self._depth -= 1
        if self._depth < _MAX_DEPTH:
            super().end(tag)


def read_tree(body: bytes | str, charset: str = "") -> tuple[BeautifulSoup, bool]:
    """A page, or so much of it as is read, and whether there is more; never raises.

    Args:
        body: As it came.
        charset: What the header ``Content-Type`` says of its encoding; empty when it says nothing.
    """
    cut = body[:MAX_BYTES]
    text = printable(page_text(cut, charset) if isinstance(cut, bytes) else cut)
    pieces = _END.sub("", text).split("<", MAX_TAGS)
    with warnings.catch_warnings():
        # XML is read as browsers read it, too
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        tree = BeautifulSoup("<".join(pieces[:MAX_TAGS]), builder=_Builder())
    return tree, len(body) > MAX_BYTES or len(pieces) > MAX_TAGS


def page_text(body: bytes, charset: str = "") -> str:
    r"""A page's text; never raises, what cannot be read becomes U+FFFD.

    A byte order mark counts first, then the header, then what the page declares. Without any of them, and where a page
    is mostly not the UTF-8 that it is said to be, it is UTF-8 or Windows-1252, by its bytes.

    Args:
        body: The page, or its beginning.
        charset: What the header ``Content-Type`` says; empty when it says nothing.

    Example:
        >>> page_text(b'<meta charset="iso-8859-1">A \x93Walkman\x94')[-11:]
        'A “Walkman”'
    """
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    name = _known(charset) or _declared(body)
    if name != "utf-8":
        return body.decode(name, "replace")
    text = body.decode("utf-8", "replace")
    n_high = len(body) - len(body.translate(None, _HIGH))
    return text if 2 * text.count("\ufffd") <= n_high else body.decode("cp1252", "replace")


def _declared(body: bytes) -> str:
    found = _DECLARED.search(body[:_HEAD_BYTES])
    name = _known(found.group(1).decode("ascii")) if found else ""
    # a page whose declaration can be read is none of these
    return "utf-8" if name.startswith("utf-16") or not name else name


def _known(label: str) -> str:
    """The codec that a label stands for; empty for one that no page is written in."""
    try:
        name = codecs.lookup(label.strip().strip("\"'")).name
    except (LookupError, ValueError):
        return ""
    return _MEANT.get(name, name) if _OF_PAGES.fullmatch(name) else ""
