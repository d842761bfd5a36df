"""Years asked of Wikidata: by name, once, and never instead of the catalogue's. The server speaks as Wikidata does."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from miner.errors import CorpusError
from miner.records import Artifact, Dating, RankedArtifact
from miner.settings import Settings
from miner.study.online import LookedUp, look_up

THINGS: dict[str, dict[str, object]] = {}


def thing(item: str, label: str, *years: str, n_wikis: int = 10, alias: str = "", **more: object) -> None:
    THINGS[item] = {
        "label": label,
        "alias": alias,
        "claims": {"P571": [claim(year) for year in years], **more},
        "sitelinks": {f"wiki{n}": {} for n in range(n_wikis)},
    }


def claim(year: str, *, precision: int = 9, rank: str = "normal") -> dict[str, object]:
    value = {"time": f"+{year}-00-00T00:00:00Z", "precision": precision}
    return {"rank": rank, "mainsnak": {"datavalue": {"value": value}}}


def is_a(item: str) -> list[object]:
    return [{"rank": "normal", "mainsnak": {"datavalue": {"value": {"id": item}}}}]


thing("Q1", "Trapper Keeper", "1981", "1978")
thing("Q2", "Skip-It", "1988", alias="Skip It")
thing("Q3", "Perm", "1723", n_wikis=99, P625=[{}])
thing("Q4", "Perm", "1906")
thing("Q5a", "Garfield", "1978", n_wikis=40)
thing("Q6", "Garfield", "2004", n_wikis=10)
thing("Q7", "Fury", "2014", n_wikis=12)
thing("Q8", "Fury", "1978", n_wikis=10)
thing("Q9", "Simon", "1950", P31=is_a("Q5"))
thing("Q10", "Trapper Keeper novel", "1999")
THINGS["Q11"] = {
    "label": "Vague",
    "alias": "",
    "claims": {"P571": [claim("1900", precision=7), claim("1950", rank="deprecated")]},
    "sitelinks": {},
}


class Wikidata:
    """A server with the two questions that are asked; *asked* counts them."""

    def __init__(self, server: HTTPServer) -> None:
        self.asked: Counter[str] = Counter()
        self.error = ""
        server.expect_request("/w/api.php").respond_with_handler(self.answer)

    def answer(self, request: Request) -> Response:
        import json

        args = request.args
        assert args["maxlag"] == "5"
        self.asked[args.get("search", args.get("ids", ""))] += 1
        if self.error and self.error in args.get("search", ""):
            return Response(json.dumps({"error": {"code": "maxlag"}}), mimetype="application/json")
        if args["action"] == "wbsearchentities":
            wanted = args["search"].lower()
            found = [
                {"id": item, "label": t["label"], "match": {"text": name}}
                for item, t in THINGS.items()
                for name in (str(t["label"]), str(t["alias"]))
                if name.lower().startswith(wanted)
            ]
            return Response(json.dumps({"search": found}), mimetype="application/json")
        entities = {i: {k: THINGS[i][k] for k in ("claims", "sitelinks")} for i in args["ids"].split("|")}
        return Response(json.dumps({"entities": entities}), mimetype="application/json")


@pytest.fixture
def wikidata(httpserver: HTTPServer) -> Wikidata:
    return Wikidata(httpserver)


def row(name: str, dating: Dating = Dating(region="US")) -> RankedArtifact:  # noqa: B008 - frozen
    return RankedArtifact(
        rank=1,
        rank_low=1,
        rank_high=1,
        artifact=Artifact(
            artifact_id="a_0123456789",
            name=name,
            also_called=(),
            keys=(name.lower(),),
            category="school",
            probability=1.0,
        ),
        n_authors=3,
        n_posts=3,
        n_sources=1,
        share=0.1,
        dating=dating,
    )


def looked_up(server: HTTPServer, folder: Path, *names: str, story_year: int | None = None) -> LookedUp:
    settings = Settings(corpora=folder / "corpora", max_tries=1)
    return look_up([*map(row, names)], settings, story_year=story_year, host=server.url_for("").rstrip("/"))


@pytest.mark.parametrize(
    ("name", "year", "why"),
    [
        ("Trapper Keeper", 1978, "the earliest of its dates; a longer name is another thing"),
        ("skip it", 1988, "an alias, but for case and punctuation"),
        ("Perm", 1906, "the city has coordinates"),
        ("Garfield", 1978, "the comic is four times as well known as the film"),
        ("Fury", None, "two films, and neither far better known"),
        ("Simon", None, "a person"),
        ("Vague", None, "a century is no year, and a deprecated date none"),
        ("Nobody Knows", None, "no item"),
    ],
)
def test_a_name_has_the_year_of_the_one_thing_that_it_means(
    wikidata: Wikidata, httpserver: HTTPServer, tmp_path: Path, name: str, year: int | None, why: str
) -> None:
    found = looked_up(httpserver, tmp_path, name)
    (dated,) = found.rows
    assert dated.dating.first_year == year, why
    assert (dated.dating.confidence, found.n_asked, found.n_dated) == (
        ("medium", 1, 1) if year is not None else ("none", 1, 0)
    )
    assert all("(by its name)" in source for source in dated.dating.sources)


def test_a_story_year_is_checked_against_it(wikidata: Wikidata, httpserver: HTTPServer, tmp_path: Path) -> None:
    (dated,) = looked_up(httpserver, tmp_path, "Trapper Keeper", story_year=1977).rows
    assert dated.period is not None
    assert dated.period.level == "block"
    assert "not on sale until 1978 (Wikidata Q1 (by its name))" in dated.period.reason


def test_nothing_is_asked_twice_not_even_what_nobody_knew(
    wikidata: Wikidata, httpserver: HTTPServer, tmp_path: Path
) -> None:
    first = looked_up(httpserver, tmp_path, "Trapper Keeper", "Nobody Knows")
    before = wikidata.asked.total()
    assert looked_up(httpserver, tmp_path, "trapper keeper", "Nobody Knows").n_dated == first.n_dated == 1
    assert wikidata.asked.total() == before


def test_what_the_catalogue_dates_is_left_alone(wikidata: Wikidata, httpserver: HTTPServer, tmp_path: Path) -> None:
    dated = row("Trapper Keeper", Dating(first_year=1981, region="US", sources=("X",), confidence="medium"))
    found = look_up([dated], Settings(corpora=tmp_path), host=httpserver.url_for("").rstrip("/"))
    assert found == LookedUp(rows=(dated,), n_asked=0, n_dated=0)
    assert not wikidata.asked


def test_a_refusal_keeps_what_was_learnt_and_says_so(
    wikidata: Wikidata, httpserver: HTTPServer, tmp_path: Path
) -> None:
    wikidata.error = "Skip"
    found = looked_up(httpserver, tmp_path, "Trapper Keeper", "Skip It", "Perm")
    assert [r.dating.first_year for r in found.rows] == [1978, None, None]
    assert "broke off: Wikidata refuses" in str(found)
    assert "maxlag" in str(found)
    wikidata.error = ""
    assert looked_up(httpserver, tmp_path, "Trapper Keeper", "Skip It", "Perm").n_dated == 3
    assert wikidata.asked["Trapper Keeper"] == 1


def test_an_answer_that_was_cut_off_by_a_crash_is_asked_for_again(
    wikidata: Wikidata, httpserver: HTTPServer, tmp_path: Path
) -> None:
    looked_up(httpserver, tmp_path, "Trapper Keeper", "Perm")
    file = tmp_path / "corpora" / ".wikidata.csv"
    file.write_bytes(file.read_bytes()[:-6])
    found = looked_up(httpserver, tmp_path, "Trapper Keeper", "Perm", "Skip It")
    assert found.n_dated == 3
    assert (wikidata.asked["Trapper Keeper"], wikidata.asked["Perm"]) == (1, 2)
    assert looked_up(httpserver, tmp_path, "Trapper Keeper", "Perm", "Skip It").n_dated == 3
    assert wikidata.asked["Skip It"] == 1


def test_a_memory_that_cannot_be_written_is_said(wikidata: Wikidata, httpserver: HTTPServer, tmp_path: Path) -> None:
    (tmp_path / "corpora").write_text("a file, no folder")
    with pytest.raises(CorpusError, match="rank without --online"):
        looked_up(httpserver, tmp_path, "Trapper Keeper")


def test_a_dead_server_is_said_and_dates_nothing(tmp_path: Path) -> None:
    settings = replace(Settings(), corpora=tmp_path, max_tries=1)
    found = look_up([row("Trapper Keeper")], settings, host="http://127.0.0.1:9")
    assert found.n_dated == 0
    assert "broke off" in str(found)
