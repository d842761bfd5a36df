"""Candidates in languages that have no tagger here, and hashtags."""

from __future__ import annotations

import pytest

from miner.text.extract import Text, mentions_of
from miner.text.gazetteer import Gazetteer
from miner.text.hashtags import split_hashtag
from miner.text.plain import between_function_words


def surfaces(body: str, language: str) -> set[str]:
    text = Text(post=0, body=body, language=language)
    return {m.surface for m in mentions_of([text], nlp=(), gazetteer=Gazetteer([]))}


@pytest.mark.parametrize(
    ("language", "body", "name"),
    [
        ("de", "wir hatten einen quietschbunten Plattenspieler und das Lümmel-Heft", "Lümmel-Heft"),
        ("de", "oma schenkte mir die blecherne spieluhr mit dem tanzbär", "blecherne spieluhr"),
        ("es", "mi hermano rompió el cubo gigante en navidad", "cubo gigante"),
        ("es", "todavía tengo la caja de lata de mi abuela", "caja de lata"),
        ("fr", "on jouait avec la machine à bulles tout l'été", "machine à bulles"),
        ("fr", "il a perdu l'antenne dans le jardin", "antenne"),
        ("it", "mio padre comprò il mangianastri rosso", "mangianastri rosso"),
        ("it", "ho ancora gli orologi con la calcolatrice", "orologi con la calcolatrice"),
        ("nl", "we hadden een houten tol en de blikken trommel", "blikken trommel"),
        ("pt", "meu avô guardava a vitrola portátil na sala", "vitrola portátil"),
        ("pt", "eu via a Turma da Lua todo sábado", "Turma da Lua"),
        ("pt", "EU LI O GUIA COMPLETO DOS ANOS 80 NO TREM", "GUIA COMPLETO DOS ANOS 80"),
        ("pl", "mieliśmy w domu Mały Kosmonauta i radio", "Mały Kosmonauta"),
    ],
)
def test_articles_and_capitals_show_names_without_a_tagger(language: str, body: str, name: str) -> None:
    assert name in surfaces(body, language)


def test_function_words_are_no_candidates() -> None:
    assert surfaces("c'est pour moi et pour toi aussi", "fr") == set()


def test_a_language_without_a_list_of_articles_gives_no_runs() -> None:
    assert list(between_function_words("mieliśmy w domu radio", "pl")) == []


@pytest.mark.parametrize(
    ("tag", "language", "words"),
    [
        ("pogostick", "en", "pogo stick"),
        ("LavaLampLove", "en", "Lava Lamp Love"),
        ("années80", "fr", "années 80"),
        ("TR606", "en", "TR606"),
        ("n64", "en", "n64"),
        ("anni80", "it", "anni 80"),
    ],
)
def test_hashtags_are_words(tag: str, language: str, words: str) -> None:
    assert split_hashtag(tag, language) == words
