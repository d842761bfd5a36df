"""A report as one HTML file that needs nothing else: no network, no script to read it, no picture.

Post text is hostile. Five walls stand between it and the reader: it is made inert before it is set
(:mod:`miner.report.inert`), escaped by the template engine, isolated from the direction of the text around it
(``<bdi>``), linked to only over http(s), and the page's own policy lets a browser run one script and one style sheet:
those whose hashes are in it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from pathlib import Path

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from miner.report import ledger, theme_map, view
from miner.report.inert import INVISIBLE, inert
from miner.report.model import Report
from miner.report.page_facts import facts_of, story_years

_FOLDER = "templates"
_INDENT = re.compile(r"^ +", re.MULTILINE)


def to_html(report: Report, decisions_url: str = "", sheet: str = "landscape") -> str:
    """*report* as a page: complete without JavaScript, the same bytes for the same report.

    Args:
        report: What to show.
        decisions_url: Path on the server that sends the page to which its decisions go; empty for a file, which keeps
            them in the browser and asks no network for anything.
        sheet: Size and side of the paper it is printed on, as CSS has it; ``landscape`` is whatever the printer holds.
    """
    css = _lean("report.css").replace("size: landscape;", f"size: {sheet};")
    scripts = [_lean("report.js"), _lean("decide.js")]
    lines, others = view.rows(report), view.others(report)
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            report=report,
            rows=lines,
            others=others,
            themes=view.themes(report, lines),
            points=theme_map.points(lines),
            map_size=(theme_map.WIDTH, theme_map.HEIGHT),
            n_without_theme=sum(line.theme is None for line in lines),
            ledgers=ledger.ledgers(report.funnel),
            # the biggest first, ties by name
            sources=sorted(report.sources.items(), key=lambda item: (-item[1].n_posts, item[0])),
            facts=view.facts(report.manifest),
            css=Markup(css),  # noqa: S704 - a file of this package
            scripts=[Markup(script) for script in scripts],  # noqa: S704 - files of this package
            page_facts=Markup(facts_of(report, (*lines, *others))),  # noqa: S704 - JSON without a character of HTML
            story_years=story_years(report),
            decisions_url=decisions_url,
            policy=_policy(css, scripts, is_served=bool(decisions_url)),
        )
    )


def write_html(report: Report, path: Path) -> None:
    """Writes *report* to *path*, UTF-8."""
    path.write_bytes(to_html(report).encode())


def _policy(css: str, scripts: Sequence[str], *, is_served: bool) -> str:
    hashes = " ".join(f"'{_hash(script)}'" for script in scripts)
    allowed = f"style-src '{_hash(css)}'; script-src {hashes}" + ("; connect-src 'self'" if is_served else "")
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@lru_cache
def _asset(name: str) -> str:
    text = resources.files(__package__).joinpath(_FOLDER, name).read_text(encoding="utf-8")
    # a browser hashes what it parsed, and it parsed CRLF as LF
    return text.replace("\r\n", "\n")


def _lean(name: str) -> str:
    # indented for those who edit it; in a page of 1,000 artifacts the blanks alone would be half a megabyte
    return _INDENT.sub("", _asset(name))


@lru_cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_lean),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "n": _number,
        "day": view.day,
        "inert": inert,
        "name": view.name_of,
        "of": _counted,
        "inside": _inside,
    }
    return environment


def _finalize(value: object) -> object:
    """The last look at every value of the page, also at those that somebody forgets to make inert."""
    if value is None:
        raise TypeError("the template sets a value that is None")
    return INVISIBLE.sub("", value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _number(value: int) -> str:
    return f"{value:,}"


def _inside(title: str) -> str:
    """A heading's words in the middle of a sentence: "The 1980s" is "the 1980s" there."""
    return "the " + title[4:] if title.startswith("The ") else title


def _counted(value: int, noun: str) -> str:
    return f"{value:,} {noun}" if value == 1 else f"{value:,} {noun}s"
