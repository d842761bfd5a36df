"""Candidates in French with the extra's tagger."""

from __future__ import annotations

import pytest
from spacy.util import is_package

from miner.text.extract import Text, mentions_of
from miner.text.gazetteer import Gazetteer
from miner.text.pipeline import EXTRAS, load_pipeline, load_pipelines, pipeline_name

pytestmark = pytest.mark.skipif(not is_package(EXTRAS["french"]), reason="the extra `french` is not installed")

POSTS = [
    ("Je jouais avec mon petit poney et un cube magique.", {"petit poney", "cube magique"}),
    ("On avait tous une machine à écrire Olivetti au bureau.", {"machine à écrire", "Olivetti"}),
    ("J'ai gardé toutes mes cassettes vidéo et la console de jeux.", {"cassettes vidéo", "console de jeux"}),
    ("Qui regardait Goldorak en mangeant des fraises Tagada ?", {"Goldorak", "fraises Tagada"}),
]


@pytest.mark.parametrize(("body", "names"), POSTS)
def test_names_with_their_adjectives_behind_are_found(body: str, names: set[str]) -> None:
    nlp = [load_pipeline(EXTRAS["french"])]
    found = {m.surface for m in mentions_of([Text(post=0, body=body, language="fr")], nlp=nlp, gazetteer=Gazetteer([]))}
    assert names <= found


def test_nouns_are_found_where_no_article_stands() -> None:
    text = Text(post=0, body="Souvenirs souvenirs : voilà billes, osselets et scoubidous retrouvés", language="fr")
    without = {m.surface for m in mentions_of([text], nlp=(), gazetteer=Gazetteer([]))}
    found = {m.surface for m in mentions_of([text], nlp=[load_pipeline(EXTRAS["french"])], gazetteer=Gazetteer([]))}
    assert "osselets" in found
    assert without <= found


def test_the_installed_extra_is_loaded_beside_english() -> None:
    assert [pipeline_name(nlp).split()[0] for nlp in load_pipelines()][1:] == ["fr_core_news_sm"]
