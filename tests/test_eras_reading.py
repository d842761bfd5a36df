"""Reading eras out of posts: what names one, what only looks like it, and how fast."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miner.eras import Era, EraHit, EraReader, era_names, load_era, read_eras

ALL = [load_era(name) for name in era_names()]
READER = EraReader(ALL)


def named(text: str, *tags: str) -> set[str]:
    return {hit.era for hit in READER.read(text, tags)}


def claims(text: str, *tags: str) -> set[tuple[str, str]]:
    return {(hit.era, hit.claim) for hit in READER.read(text, tags)}


@pytest.mark.parametrize(
    "text",
    [
        "the eighties", "the 80s", "80's", "'80s", "‘80s", "80’s", "80´s", "80`s", "80S", "1980s", "1980's", "1980’S",
        "80ies", "1980ies", "late 80s", "mid-80s", "mid-eighties", "early 1980s", "80s-style", "(80s)", "Eighties!",
        "80s.", "pre-80s", "so 80s", "a very ’80s kitchen", "80ties", "80s/", "the\n80s", "born in the 80s",
        "my 80s playlist", "in my 80s playlist", "in his 80s movies", "from his early 80s Navy service",
        "my '80s Pinarello", "when I was in school in the late 80s", "people in the 80s.", "he was famous in the 80s",
        "high school in the 80s", "cold war in the 80s", "West Germany in the 80s", "crime was high in the 80s",
        "shot in the 80s", "goals scored in the 80s", "It took 80s movies to teach me", "every 80s kid",
        "gli anni ottanta", "anni 80", "anni '80", "Anni ’80", "negli anni Ottanta", "die Achtziger", "die 80er",
        "80er-Jahre", "in den 80er Jahren", "achtzigerjahre", "1980er", "les années 80", "ANNÉES 80",
        "les années quatre-vingt", "années quatre-vingts", "los ochenta", "los 80", "años 80", "años ochenta",
        "la década de los 80", "la década de 1980", "volver a los 80", "anos 80", "os anos oitenta", "década de 80",
        "jaren 80", "jaren '80", "de jaren tachtig", "lata 80.", "w latach 80.", "lata osiemdziesiąte", "80-talet",
        "åttiotalet", "1980-talet", "firserne", "80'erne", "80-tallet", "80-luvulla", "kasari", "osmdesátá léta",
        "80. léta", "80'ler", "80’li yıllar", "SEKSENLER", "восьмидесятые", "в 80-х", "80年代", "８０年代", "八十年代",
        "在80年代的", "1980年代の音楽", "80년대에", "80s音楽", "anys 80",
    ],
)  # fmt: skip
def test_words_that_name_the_eighties(text: str) -> None:
    assert claims(text) == {("80s", "word")}


@pytest.mark.parametrize(
    "text",
    [
        "in my 80s", "In my late 80's", "she is in her eighties now", "well into their eighties", "in his mid-80s",
        "men in their 70s or 80s", "in their 60s, 70s, 80s", "a mid-80s grandma", "couple in late 80s",
        "patients aged 80s", "He's mid 80s", "ha 80 anni", "80 Jahre alt", "80 years old", "tiene 80 años",
        "il a 80 ans", "Sie ist in ihren 80ern", "in seinen Achtzigern", "cumplió los 80", "ma 80 lat", "80代", "80대",
        "en kvinde i 80'erne", "en mann i 80-årene", "80 °F", "high in the 80s", "temps in the mid 80s",
        "Temperatures in the 80s all week", "it's in the 80s outside", "highs in the 70s and 80s", "low 80s",
        "sunny and in the upper 80s", "water in the 80s degrees", "took 80s to load", "an 80s cooldown", "1:80s",
        "0.80s", "shot in the low 80s", "$80s", "80%", "in the 80s percentile", "a mid-to-high 80s rating",
        "his shot is mid-to-high 80's", "averaging mid 80s", "80s mph", "speeds in the 80s", "the East 80s",
        "the Upper West 80s", "180s", "280s", "a80s", "80sx", "TI-80s", "rs-80s", "los 80 mejores discos",
        "los ochenta euros", "80er Pack", "30 anos 80", "anos 80% dos", "@80s", "@80skid", "joe80s@example.org",
        "http://example.org/the-80s/toys", "https://www.example.org/1984/80s_music?d=80s#80s", "www.80s.org/80s",
        "see 80s.com", "example.org/80s/1984", "80 s", "the 800s", "#180s", "80", "eight", "the eightieth",
    ],
)  # fmt: skip
def test_text_that_only_looks_like_the_eighties(text: str) -> None:
    assert claims(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "1984", "(1984)", "in 1980", "since 1989.", "1984's best", "1983-1984", "Summer of '84", "summer of ’84",
        "'84 Camaro", "class of '89!", "1984年", "12/05/1984", "**1984**", "[1988]", "circa 1985", "about 1985",
    ],
)  # fmt: skip
def test_years_of_the_eighties(text: str) -> None:
    assert claims(text) == {("80s", "year")}


@pytest.mark.parametrize(
    "text",
    [
        "$1984", "€1984", "1984€", "1984 calories", "1984 people", "1984 km", "1,984", "1984.5", "1984%", "1984x1080",
        "1200 x 1984", "over 1984 fans", '"1984"', "“1984”", "*1984*", "_1984_", "Orwell's 1984",
        "1984 by George Orwell", "Wonder Woman 1984", "555-1984", "11984", "19845", "x1984", "1984px", "5'84",
        "'84'", "'84%", "'845", "http://example.org/1984", "room 1984", "84", "summer of 84",
    ],
)  # fmt: skip
def test_numbers_that_are_no_years(text: str) -> None:
    assert claims(text) == set()


@pytest.mark.parametrize(
    ("text", "eras"),
    [
        ("70s/80s", {"70s", "80s"}),
        ("in her early 20's in the early 80's", {"80s"}),
        ("anos 70, 80 e 90", {"70s", "80s", "90s"}),
        ("anos 1980 e 90", {"80s", "90s"}),
        ("anni '60/'70", {"60s", "70s"}),
        ("anos 70 e 80% do povo", {"70s"}),
        ("les années soixante-dix", {"70s"}),
        ("les années quatre-vingt-dix", {"90s"}),
        ("women in their 20s and 30s", set()),
        ("a 20s video", set()),
        ("early 30s couple", set()),
        ("the roaring '20s", {"1920s"}),
        ("the 30s", {"1930s"}),
        ("the late 1940s", {"1940s"}),
        ("early '00s", {"2000s"}),
        ("2010s", {"2010s"}),
        ("10s", set()),
        ("Windows 2000, 2000 AD and about 2000 others", set()),
        ("Y2K looks", {"2000s"}),
        ("the Y2K bug", set()),
        ("'05 to '68", {"2000s", "60s"}),
        ("в двадцатых числах мая", set()),
        ("1919 and 2020", set()),
    ],
)
def test_other_decades_and_several_at_once(text: str, eras: set[str]) -> None:
    assert named(text) == eras


@pytest.mark.parametrize(
    "tag",
    [
        "80s", "#80s", "80S", "1980s", "r/80s", "R/80s", "r/80sfashion", "r/80scartoons", "r/nostalgia80s", "80smusic",
        "backtothe80s", "80’s", "80s_music", "the_80s", "Années80", "annees80", "ANNÉES80", "anni80", "musicaanni80",
        "80er", "80erJahre", "années80fr", "años80", "anos80", "eightiesfashion", "80年代", "80后", "８０s", "80skid",
        "80ler", "80talet", "1980sac30", "80svs",
    ],
)  # fmt: skip
def test_tags_of_the_eighties(tag: str) -> None:
    assert claims("", tag) == {("80s", "tag")}


@pytest.mark.parametrize(
    "tag",
    [
        "180s", "280s", "r/180s", "80", "r/1984", "80something", "80seconds", "80secondstories", "80shades", "80states",
        "inmy80s", "brasilia80anos", "anos800", "r/90daysgoal", "r/That70sshow", "r/2007scape", "nostalgia", "", "#",
        "r/", "80songs", "r/30ROCK", "r/49ers",
    ],
)  # fmt: skip
def test_tags_that_only_look_like_the_eighties(tag: str) -> None:
    assert claims("", tag) == set()


def test_a_tag_can_name_two_decades_and_a_year() -> None:
    assert claims("", "80svs90s") == {("80s", "tag"), ("90s", "tag")}
    assert claims("", "1984") == {("80s", "year")}


@pytest.mark.parametrize("text", ["so good #80s", "#80smusic!", "＃anni80", "#80’s forever", "#80'S KID", "(#1980s)"])
def test_a_hashtag_in_the_text_is_a_tag(text: str) -> None:
    assert claims(text) == {("80s", "tag")}


def test_a_hit_quotes_what_named_the_era() -> None:
    assert read_eras("My LATE ’80s radio, 1984", ["#Années80"], [load_era("80s")]) == (
        EraHit(era="80s", claim="tag", text="Années80"),
        EraHit(era="80s", claim="word", text="'80s"),
        EraHit(era="80s", claim="year", text="1984"),
    )


def test_the_first_hit_of_an_era_and_claim_is_enough() -> None:
    assert [hit.text for hit in READER.read("in my 80s; the 80s, the eighties; 1984 calories, 1985, 1986")] == [
        "the 80s", "1985",
    ]  # fmt: skip


def test_without_eras_nothing_is_read() -> None:
    assert read_eras("the 80s, 1984, 80年代", ["80s"], []) == ()


def test_eras_that_share_a_word_are_both_named() -> None:
    eighties = load_era("80s")
    own = Era(
        name="long80s", title="The long eighties", aliases=(), start=1976, end=1991, tags={"en": ("80s",)},
        words={"en": ("the 80s", "eighties")}, tokens=(), lookalikes=(),
    )  # fmt: skip
    hits = read_eras("eighties, 1985 and 1991", ["80s"], [eighties, own])
    assert {(hit.era, hit.claim) for hit in hits} == {
        (e, c) for e in ("80s", "long80s") for c in ("tag", "word", "year")
    }


pieces = st.lists(
    st.one_of(
        st.text(max_size=8),
        st.sampled_from(
            ["80s", "'80", "1984", "anos 70", " e ", "80", "#", "in my ", "années 80", "http://", "80年代", "’s"]
        ),
    ),
    max_size=12,
).map("".join)


@given(pieces, st.lists(pieces, max_size=3))
def test_reading_never_raises_and_quotes_the_post(text: str, tags: list[str]) -> None:
    hits = READER.read(text, tags)
    assert len({(hit.era, hit.claim) for hit in hits}) == len(hits)
    assert {hit.claim for hit in hits} <= {"tag", "word", "year"}
    assert all(hit.text for hit in hits)


@given(st.one_of(pieces, st.sampled_from([tag for era in ALL for tag in era.all_tags()])))
def test_case_and_compatible_letters_of_a_hashtag_change_nothing(tag: str) -> None:
    expected = claims("", tag)
    for changed in (unicodedata.normalize("NFKC", tag), tag.upper(), tag.casefold(), f"#{tag.swapcase()}"):
        assert claims("", changed) == expected, changed


@pytest.mark.parametrize(
    "piece",
    [
        "8080s80s", "in my 80s ", "low 80s ", "'80s", "http", "anos 80, 80, ", "temps ", "#", "#80", "80s.", "a.",
        "80's, ", "in their 60s, 70s, ", "1984 ", '"1984" ', "anni  ", "８０", "80sx",
    ],
)  # fmt: skip
def test_a_megabyte_of_hostile_text_is_read_in_linear_time(piece: str) -> None:
    hostile = piece * (1_000_000 // len(piece))
    spent = [_seconds(hostile[:n]) for n in (250_000, 1_000_000)]
    # four times the text; what grows with its square would take 16 times as long
    assert spent[1] < max(10 * spent[0], 1.0)


def _seconds(text: str) -> float:
    start = time.process_time()
    READER.read(text, [text])
    return time.process_time() - start


def test_twenty_thousand_short_posts_are_read_in_a_second_of_one_core() -> None:
    posts = [
        ("Found this in the attic today, who remembers these?", ["nostalgia", "r/nostalgia"]),
        ("My mom still has her late 80s answering machine on the kitchen wall", ["80s"]),
        ("We drove all night to see the game and it rained from start to end, still worth it", []),
        ("Thrift find: $4 for this lunch box, is it from 1984? https://example.org/p/1984", ["r/ThriftStoreHauls"]),
        ("Os melhores anos da minha vida, que saudade", ["tbt", "infancia"]),
    ] * 1000  # fmt: skip
    best = min(_time_of(posts) for _ in range(5))
    assert len(posts) / best >= 20_000


def _time_of(posts: list[tuple[str, list[str]]]) -> float:
    start = time.process_time()
    for text, tags in posts:
        READER.read(text, tags)
    return time.process_time() - start
