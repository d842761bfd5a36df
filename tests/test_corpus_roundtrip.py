"""Whatever a post holds, it survives the store."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from miner.corpus import SCHEMA, Corpus, post_from_row
from miner.corpus.schema import storable, to_table
from miner.records import Post

WHEN = datetime(2012, 11, 11, 17, 21, 56, 123456, tzinfo=UTC)

# Any text, halves of surrogate pairs included: JSON can hold them.
texts = st.text(st.characters(exclude_categories=()), max_size=40)
times = st.datetimes(timezones=st.just(UTC)) | st.none()
counts = st.integers(-(2**63) + 1, 2**63 - 1) | st.none()
posts = st.builds(
    Post,
    id=texts.filter(bool),
    source=texts,
    text=texts,
    created_at=times,
    author=st.none() | texts,
    tags=st.lists(texts, max_size=3).map(tuple),
    alt_texts=st.lists(texts, max_size=3).map(tuple),
    url=st.none() | texts,
    language=st.none() | texts,
    likes=counts,
    reposts=counts,
    replies=counts,
    is_bot=st.booleans(),
    repost_of=st.none() | texts,
    edited_at=times,
)


def as_stored(found: Post, author: str | None) -> Post:
    """What must come back: the post with U+FFFD for halves of surrogate pairs and a token for the account."""

    def clean(value: str | None) -> str | None:
        return None if value is None else storable(value)

    return replace(
        found,
        id=storable(found.id),
        source=storable(found.source),
        text=storable(found.text),
        author=author,
        tags=tuple(map(storable, found.tags)),
        alt_texts=tuple(map(storable, found.alt_texts)),
        url=clean(found.url),
        language=clean(found.language),
        repost_of=clean(found.repost_of),
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=st.lists(posts, max_size=4, unique_by=lambda p: storable(p.id)))
def test_any_post_survives_the_store(tmp_path_factory: pytest.TempPathFactory, found: list[Post]) -> None:
    corpus = Corpus.create(tmp_path_factory.mktemp("c") / "any")
    assert corpus.append(posts=found, rejected={}, stream="s", cursor=None).n_new == len(found)
    again = list(Corpus.open(corpus.folder).posts())
    assert [as_stored(p, q.author) for p, q in zip(found, again, strict=True)] == again
    assert corpus.append(posts=found, rejected={}, stream="s", cursor=None).n_known == len(found)


@given(found=posts)
def test_a_row_is_a_post_again(found: Post) -> None:
    rows = to_table([replace(found, id=storable(found.id))], fetched_at=WHEN, pseudonym=lambda _s, _a: "p_1")
    assert rows.schema == SCHEMA
    assert post_from_row(rows.to_pylist()[0]) == as_stored(found, "p_1")
