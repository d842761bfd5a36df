"""All candidate mentions of a run, counted by name without holding them: DuckDB reads them from where they are kept."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import duckdb
import pyarrow as pa

from miner.artifacts.candidates import Candidate, candidates_in

_AT_ONCE = 50_000
_TEXT = pa.dictionary(pa.int32(), pa.string())
_SCHEMA = pa.schema(
    [
        ("post", pa.int32()),
        ("surface", _TEXT),
        ("key", _TEXT),
        ("origin", _TEXT),
        ("part", pa.int16()),
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("length", pa.int32()),
        ("is_initial", pa.bool_()),
        ("has_cue", pa.bool_()),
        ("is_inside", pa.bool_()),
    ]
)


class Uses:
    """Mentions by name.

    Args:
        db: Has a table or view ``use`` with the columns of :data:`miner.artifacts.candidates.MENTION_SCHEMA` and
            ``author``, ``is_english``, ``length``. Tables that begin with ``name`` are made in it.
    """

    def __init__(self, db: duckdb.DuckDBPyConnection) -> None:
        self._db = db
        db.execute(
            """
            create table name as
            select key, min(author) <> max(author) as is_shared, count(*) as n from use group by key
            """
        )

    def n_names(self) -> int:
        """Different spelling keys."""
        return self._number("select count(*) from name")

    def n_mentions(self) -> int:
        """Mentions in all."""
        return self._number("select coalesce(sum(n), 0) from name")

    def candidates(self, known: Collection[str]) -> list[Candidate]:
        """Names that at least two authors use, and those that are *known*, as :func:`candidates` orders them."""
        self._db.register("known", pa.table({"key": pa.array(sorted(known), pa.string())}))
        self._db.execute(
            """
            create or replace table name_tried as
            select key from name where is_shared or key in (select key from known)
            """
        )
        return candidates_in(self._db, "(select * from use semi join name_tried using (key))")

    def rare(self) -> Iterator[str]:
        """Names that one author alone uses and that are not known, by the alphabet."""
        cursor = self._db.cursor()
        found = cursor.execute(
            "select key from name anti join name_tried using (key) where length(key) >= 7 order by key"
        )
        while rows := found.fetchmany(_AT_ONCE):
            yield from (key for (key,) in rows)

    def written(self, keys: Collection[str]) -> set[str]:
        """Those of *keys* that somebody uses."""
        if not keys:
            return set()
        self._db.register("asked", pa.table({"key": pa.array(sorted(keys), pa.string())}))
        return {key for (key,) in self._db.execute("select key from name semi join asked using (key)").fetchall()}

    def mentions(self, keys: Collection[str]) -> pa.Table:
        """All mentions of *keys*, by post, part, the longest first, start and key; texts as dictionaries."""
        self._db.register("asked", pa.table({"key": pa.array(sorted(keys), pa.string())}))
        found = self._db.sql(
            """
            select post::int as post, surface, key, origin, part, start, "end", length, is_initial, has_cue, is_inside
            from use semi join asked using (key) order by post, part, start - "end", start, key
            """
        ).to_arrow_reader(_AT_ONCE)
        batches = [_encoded(batch) for batch in found or ()]
        return pa.Table.from_batches(batches, _SCHEMA).unify_dictionaries()

    def _number(self, query: str) -> int:
        row = self._db.execute(query).fetchone()
        return int(row[0]) if row else 0


def _encoded(batch: pa.RecordBatch) -> pa.RecordBatch:
    columns = [
        column.dictionary_encode() if field.type == _TEXT else column.cast(field.type)
        for field, column in zip(_SCHEMA, batch.columns, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=_SCHEMA)
