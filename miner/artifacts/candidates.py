"""Mentions summed up by name: how often, by how many, and in what manner a spelling key is used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import duckdb
import pyarrow as pa

from miner.records import Mention

MENTION_SCHEMA = pa.schema(
    [
        ("post", pa.int64()),
        ("surface", pa.string()),
        ("key", pa.string()),
        ("origin", pa.string()),
        ("part", pa.int32()),
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("is_initial", pa.bool_()),
        ("has_cue", pa.bool_()),
        ("is_inside", pa.bool_()),
    ]
)

ORIGINS = ("chunk", "run", "list", "title", "quote", "hashtag", "alt", "name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A name that might be an artifact, and how it is used in the corpus.

    Attributes:
        key: Spelling key.
        name: The spelling that most authors use; ties by the alphabet, capitals first.
        surfaces: All spellings, most authors first.
        n_authors, n_posts: How many name it.
        capital_share: Share (0-1) of its mentions inside a sentence that have a capital; 0.5 when there is none inside.
        cue_share: Share (0-1) of its mentions that follow words of having, wearing, playing, remembering.
        inside_share: Share (0-1) of its mentions that a capitalised word stands right beside.
        origin_shares: Share (0-1) of its mentions by origin, in the order of :data:`ORIGINS`.
        in_english: An English post names it.
    """

    key: str
    name: str
    surfaces: tuple[str, ...]
    n_authors: int
    n_posts: int
    capital_share: float
    cue_share: float
    inside_share: float
    origin_shares: tuple[float, ...]
    in_english: bool = True


def mention_table(mentions: Iterable[Mention]) -> pa.Table:
    """*mentions* as an Arrow table with :data:`MENTION_SCHEMA`, by post, part, the longest first, start and key."""
    ordered = sorted(mentions, key=lambda m: (m.post, m.part, m.start - m.end, m.start, m.key))
    return pa.Table.from_pylist([asdict(m) for m in ordered], schema=MENTION_SCHEMA)


def candidates(mentions: pa.Table, authors: pa.Array, *, min_authors: int = 1) -> list[Candidate]:
    """One candidate a spelling key, most authors first, ties by key.

    Args:
        mentions: Table with :data:`MENTION_SCHEMA`.
        authors: Author number of each post; the row is the post's number.
        min_authors: Leave out keys that fewer authors use.
    """
    with duckdb.connect() as db:
        # the bar would go to stdout, where the results are
        db.execute("set enable_progress_bar = false")
        db.register("mention", mentions)
        db.register("author", pa.table({"post": pa.array(range(len(authors)), pa.int64()), "author": authors}))
        found = candidates_in(
            db, "(select m.*, a.author, true as is_english from mention m join author a using (post))"
        )
    return [c for c in found if c.n_authors >= min_authors]


def candidates_in(db: duckdb.DuckDBPyConnection, used: str) -> list[Candidate]:
    """:func:`candidates` of the mentions that the query *used* gives, with ``author`` and ``is_english``."""
    shares = ", ".join(f"avg((origin = '{origin}')::int)" for origin in ORIGINS)
    rows = db.execute(
        f"""
        with used as materialized (from {used}),
        spelling as (
            select key, surface, count(distinct author) as n from used group by key, surface
        ),
        spellings as (select key, list(surface order by n desc, surface) as surfaces from spelling group by key)
        select key, any_value(surfaces), count(distinct author) as n_authors, count(distinct post) as n_posts,
            coalesce(avg((left(surface, 1) <> lower(left(surface, 1)))::int) filter (not is_initial), 0.5),
            avg(has_cue::int), avg(is_inside::int), [{shares}], bool_or(is_english)
        from used join spellings using (key)
        group by key order by n_authors desc, key
        """  # noqa: S608 - only constants of this program are put in
    ).fetchall()
    return [
        Candidate(
            key=key,
            name=surfaces[0],
            surfaces=tuple(surfaces),
            n_authors=n_authors,
            n_posts=n_posts,
            capital_share=capital,
            cue_share=cue,
            inside_share=inside,
            origin_shares=tuple(origin_shares),
            in_english=in_english,
        )
        for key, surfaces, n_authors, n_posts, capital, cue, inside, origin_shares, in_english in rows
    ]
