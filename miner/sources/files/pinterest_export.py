"""``pinterest-export``: the pins that a user of Pinterest saved."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from miner.errors import UsageError
from miner.records import Post, Rejected
from miner.sources.fields import hashtags_in, inside, moment, name_of, words
from miner.sources.files.format import Format, FormatInfo, Glimpse, Reading, Record, numbered
from miner.sources.files.kinds import BOM
from miner.sources.files.opening import PostsFile, whole
from miner.sources.files.owner import owner_of
from miner.sources.files.rows import document

SOURCE = "pinterest"
_ID = re.compile(r"[0-9]{5,25}")
# none of them looks far from where it begins: 300 kB of "<br>Title:" and blanks took a minute
_PIN = re.compile(r'<a [^<>]{0,2000}href="https?://(?:\w+\.)?pinterest\.[a-z.]{2,6}/pin/([0-9]{5,25})/?"')
_PINS = re.compile(r"<h1[^<>]{0,2000}>\s*Pins\s*</h1>", re.IGNORECASE)
_NEXT = re.compile(r"<h1\b", re.IGNORECASE)
_FIELD = re.compile(r"\s*([A-Z][\w ]{1,30}):")
_TAG = re.compile(r"<[a-zA-Z/!][^<>]{0,2000}>")
_NO_DATA = frozenset({"No data", "None"})
# What is read of a pin. The address of its owner's computer stands next to it.
_READ = frozenset({"Title", "Details", "Alt Text", "Username", "Created at", "Alive", "Private"})

INFO = FormatInfo(
    name="pinterest-export",
    title="Export of an account on Pinterest",
    file_is="the .html page (or the .zip with it) that lists the pins; or the pins as JSON, as its API writes them",
    get_it="on Pinterest: Settings, Privacy and data, Request your data",
    post_is="a pin that the owner saved: its title, description and alt text",
    left_out="all other lists of the page, above all searches, messages, addresses of computers and boards; secret "
    "pins and those whose pin is gone, which are counted",
    caveats="A saved pin holds the words of whoever put it there first, and the page does not say who that is. The "
    "page was checked against one published sample; a JSON variant of the export is not documented, and the API's "
    "objects are read instead.",
    checked=date(2026, 11, 23),
)


def read(file: PostsFile, reading: Reading, skip: int) -> Iterator[Record]:
    """The pins of an export.

    Raises:
        UsageError: It is another file.
        MalformedError: It is JSON, and damaged.
    """
    return numbered(_posts(file), skip)


# <h1 id=y1bkd>Pins</h1>
# <a href="https://www.pinterest.com/pin/123456789/">…</a>
# <br>Title: My old Walkman,
# <br>Details: some text, …,
# <br>Image: 0a1b2c…,  … <br>Ip Address: …, <br>Username: ann, <br>Alt Text: No data, …
# <br>Created at: 2017/02/13 15:35:01 <br>Alive: True <br>Is a repin: True <br>Private: False<br><br>
def pin_to_post(item: str, fields: Mapping[str, str], owner: str) -> Post | Rejected:
    """A pin of the page as a post; never raises.

    Args:
        item: Its id.
        fields: What is said of it, under the page's own names.
        owner: Whose export it is, if it does not name the account.

    Returns:
        A Post, or a Rejected with ``not public``, ``deleted later`` or ``no text``.
    """
    said = {name: "" if value in _NO_DATA else value for name, value in fields.items()}
    if said.get("Private", "False") != "False":
        return Rejected(source=SOURCE, reason="not public", raw_id=item)
    if said.get("Alive", "True") != "True":
        return Rejected(source=SOURCE, reason="deleted later", raw_id=item)
    texts = (said.get("Title", ""), said.get("Details", ""))
    return _post(
        item, texts, said.get("Alt Text", ""), _time(said.get("Created at", "")), said.get("Username") or owner
    )


# {"id": "813744226420795884", "created_at": "2020-01-01T20:10:40", "title": "…", "description": "…", "alt_text": "…",
#  "board_id": "…", "board_owner": {"username": "ann"}, "link": "…", "media": {…}, "is_removable": …}
def object_to_post(pin: Any, owner: str) -> Post | Rejected:  # noqa: ANN401 - whatever a file holds
    """A pin as the API and the web pages write it; never raises.

    Returns:
        A Post, or a Rejected with ``not an object``, ``no global id``, ``not public`` or ``no text``.
    """
    if not isinstance(pin, dict):
        return Rejected(source=SOURCE, reason="not an object")
    item = name_of(pin.get("id"))
    if not _ID.fullmatch(item):
        return Rejected(source=SOURCE, reason="no global id")
    if words(inside(pin, "privacy")).lower() in {"secret", "protected"} or inside(pin, "is_private") is True:
        return Rejected(source=SOURCE, reason="not public", raw_id=item)
    account = name_of(inside(pin, "pinner", "username")) or name_of(inside(pin, "board_owner", "username"))
    texts = (words(inside(pin, "title")), words(inside(pin, "description")))
    return _post(item, texts, words(inside(pin, "alt_text")), moment(inside(pin, "created_at")), account or owner)


def _post(item: str, texts: tuple[str, str], alt_text: str, time: datetime | None, author: str) -> Post | Rejected:
    text = "\n\n".join(dict.fromkeys(filter(None, texts)))
    if not (text or alt_text):
        return Rejected(source=SOURCE, reason="no text", raw_id=item)
    return Post(
        id=f"{SOURCE}:{item}",
        source=SOURCE,
        text=text,
        created_at=time,
        author=author or None,
        tags=hashtags_in(text),
        alt_texts=(alt_text,) if alt_text else (),
        url=f"https://www.pinterest.com/pin/{item}/",
    )


def _time(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y/%m/%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return moment(text)


def _posts(file: PostsFile) -> Iterator[Post | Rejected]:
    owner = owner_of(file)
    for part in file.parts(is_member):
        start = part.start.removeprefix(BOM).lstrip()
        if start.startswith((b"[", b"{")):
            raw = document(part, file.name)
            listed = raw if isinstance(raw, list) else inside(raw, "items") or inside(raw, "pins")
            yield from (object_to_post(pin, owner) for pin in (listed if isinstance(listed, list) else ()))
        elif start.startswith(b"<"):
            yield from _of_page(whole(part, file.name).decode("utf-8", "replace"), owner)
        else:
            raise UsageError(
                f"{file.name} is neither a page nor JSON, as an export of Pinterest is.",
                "Give the .html file that Pinterest sent.",
            )


def _of_page(page: str, owner: str) -> Iterator[Post | Rejected]:
    head = _PINS.search(page)
    begin = head.end() if head else len(page)
    following = _NEXT.search(page, begin)
    section = page[begin : following.start() if following else len(page)]
    pins = list(_PIN.finditer(section))
    ends = [*(pin.start() for pin in pins), len(section)][1:]
    for pin, end in zip(pins, ends, strict=True):
        yield pin_to_post(pin[1], _fields(section[pin.end() : end]), owner)


def _fields(text: str) -> dict[str, str]:
    """Names and values between two pins; those that are read alone, without markup."""
    found = filter(None, map(_FIELD.match, re.split(r"<br\s{0,9}/?>", text)))
    return {field[1]: _value(field.string[field.end() :]) for field in found if field[1] in _READ}


def _value(text: str) -> str:
    return words(html.unescape(_TAG.sub("", text.strip().removesuffix(","))))


def is_member(path: str) -> bool:
    """Any page: the name in the archive is not documented; the pins in it are told by their heading."""
    return path.endswith((".html", ".htm")) or path.rsplit("/", 1)[-1] in {"pins.json", "pins.html"}


def _is_it(glimpse: Glimpse) -> bool:
    """A page with a pin in its beginning, or one that says Pinterest in its name or its head; JSON has to be named."""
    is_page = glimpse.start.removeprefix(BOM).lstrip().startswith(b"<")
    start = glimpse.start.decode("utf-8", "replace")
    return is_page and bool(_PIN.search(start) or _PINS.search(start) or "pinterest" in glimpse.name)


FORMAT = Format(info=INFO, is_it=_is_it, is_member=is_member, read=read)
