"""The style sheet: contrast that people with weak sight need (WCAG 2.2, 1.4.3 and 1.4.11), in every colour scheme."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import miner.report

CSS = (Path(miner.report.__file__).parent / "templates" / "report.css").read_text(encoding="utf-8")
_COLOUR = re.compile(r"--([\w-]+):\s*(#[0-9a-f]{6});")
_ROOTS = re.findall(r":root \{([^}]*)\}", CSS)
LIGHT = dict(_COLOUR.findall(_ROOTS[0]))
DARK = LIGHT | dict(_COLOUR.findall(_ROOTS[1]))
PRINT = LIGHT | dict(_COLOUR.findall(_ROOTS[2]))
TEXT, GRAPHIC = 4.5, 3.0
PAIRS = [
    ("ink", "paper", TEXT),
    ("ink", "raised", TEXT),
    ("quiet", "paper", TEXT),
    ("quiet", "raised", TEXT),
    ("accent", "paper", TEXT),
    ("accent", "raised", TEXT),
    ("marker-ink", "marker", TEXT),
    # the mark of the rank on the bar of its interval; the frame of the field; heavy rules
    ("accent", "soft", GRAPHIC),
    ("quiet", "paper", GRAPHIC),
    ("strong-rule", "paper", GRAPHIC),
]


def luminance(colour: str) -> float:
    """Relative luminance, 0 black to 1 white, as WCAG defines it."""
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_ratio_is_the_published_one() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    # the grey that is named as the lightest to pass on white
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_contrast_is_enough(scheme: str, front: str, back: str, least: float) -> None:
    colours = {"light": LIGHT, "dark": DARK, "print": PRINT}[scheme]
    assert contrast(colours[front], colours[back]) >= least


def test_the_dark_scheme_names_every_colour_anew() -> None:
    assert set(dict(_COLOUR.findall(_ROOTS[1]))) == set(LIGHT)


def test_no_colour_stands_outside_the_palette() -> None:
    rest = re.sub(r":root \{[^}]*\}", "", CSS)
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[^{]*;)|rgba?\(|hsla?\(|oklch\(", rest) == []
    assert set(re.findall(r"(?<![\w-])(?:color|background|fill): ([^;]+);", rest)) <= {
        *(f"var(--{name})" for name in LIGHT),
        *("inherit", "none", "GrayText", "CanvasText", "Highlight"),
    }


def test_every_animation_stops_for_those_who_asked_for_less_motion() -> None:
    calm = CSS.split("@media (prefers-reduced-motion: reduce) {", 1)[1]
    moved = re.findall(r"([^{}\n]+) \{[^}]*transition: [^n]", CSS)
    assert moved == ["summary::before"]
    assert "summary::before { transition: none; }" in calm
    assert CSS.count("scroll-behavior: smooth") == 1
    assert "no-preference) {\n  html { scroll-behavior: smooth; }" in CSS


def test_print_repeats_the_header_and_splits_no_row() -> None:
    sheet = CSS.split("@media print {", 1)[1]
    assert ".ranking thead { display: table-header-group; }" in sheet
    assert re.search(r"\.ranking tr,[^{]*\{ break-inside: avoid; \}", sheet)
    assert re.search(r"nav, \.skip, \.find, \.count, \.tools, \.decide, dialog \{ display: none; \}", sheet)
