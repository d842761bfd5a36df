"""A corpus and its key: whether they fit, and the change of a corpus to the key that came after its own.

The key file holds the whole chain, so a corpus that was left behind by a process that was killed, or that lay in
another place, is told by its fingerprint and carried over by whoever writes to it next.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import DeltaTable

from miner.corpus.erase import finish, is_unfinished, mark
from miner.corpus.folder import posts_folder, read_study, write_study
from miner.corpus.forgotten import reseal
from miner.corpus.key import AuthorKey, destroyed_on, load_key
from miner.corpus.rewrite import rewrite
from miner.errors import CorpusError

CARRIED = "miner.author_key"
"""Name under which a commit says to which key it carried the tokens over."""


def current_key(folder: Path, key_file: Path) -> AuthorKey:
    """The key for the pseudonyms of a corpus, which is carried over to it when it was left behind.

    The caller is the only writer.

    Raises:
        CorpusError: The key is missing, was destroyed, or is another one.
        SettingsError: Others may read it.
    """
    made_with = read_study(folder).author_key
    day = destroyed_on(key_file, made_with)
    if day:
        raise CorpusError(
            f"The key of the pseudonyms in {folder.name} was destroyed on {day}, so nobody can add posts to it.",
            "Start a new corpus with `miner import FILE --into NEW-NAME`; this one can still be ranked.",
        )
    key = load_key(key_file)
    if made_with in ("", key.fingerprint):
        return key
    steps = [key]
    while steps[-1].fingerprint != made_with:
        before = steps[-1].before()
        if before is None:
            raise CorpusError(
                f"The key {key_file} is not the one that the pseudonyms in {folder.name} were made with.",
                "Put the right key in its place: with this one the same person would be counted twice.",
            )
        steps.append(before)
    steps.reverse()
    for old, new in pairwise(steps):
        _carry_over(folder, old, new)
    return key


class _Carry:
    """Puts today's token in the place of each author's."""

    columns: Sequence[str] = ("author",)

    def __init__(self, key: AuthorKey) -> None:
        self._key = key
        self._tokens: dict[str, str] = {}

    def touches(self, rows: pa.RecordBatch) -> bool:
        return bool(rows.column("author").null_count < rows.num_rows)

    def change(self, rows: pa.RecordBatch) -> pa.RecordBatch:
        carried = pa.array([self._token(token) for token in rows.column("author").to_pylist()], pa.string())
        return rows.set_column(rows.schema.get_field_index("author"), "author", carried)

    def _token(self, token: str | None) -> str | None:
        if token is None:
            return None
        found = self._tokens.get(token)
        if found is None:
            found = self._tokens[token] = self._key.carried(token)
        return found


def _carry_over(folder: Path, old: AuthorKey, new: AuthorKey) -> None:
    """Bring a corpus from one key to the next. Killed at any moment, it is finished by the next call."""
    is_carried = _carried_to(folder) == new.fingerprint
    if is_unfinished(folder) and not is_carried:
        finish(folder, lambda: old)  # tokens of the forgotten can be told by the old key alone
    mark(folder)
    if not is_carried:
        rewrite(folder, _Carry(new), metadata={CARRIED: new.fingerprint})
    reseal(folder, new)
    study = read_study(folder)
    write_study(folder, created=study.created, author_key=new.fingerprint, retention_days=study.retention_days)
    finish(folder, lambda: new)


def _carried_to(folder: Path) -> str | None:
    """The key that the last commit carried the corpus over to; None when it did something else."""
    path = posts_folder(folder)
    entry = path / "_delta_log" / f"{DeltaTable(path).version():020}.json"
    actions = [json.loads(line) for line in entry.read_text(encoding="utf-8").splitlines()]
    info: dict[str, Any] = next((action["commitInfo"] for action in actions if "commitInfo" in action), {})
    carried = info.get(CARRIED)
    return None if carried is None else str(carried)
