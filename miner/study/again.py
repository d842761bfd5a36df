"""Posts that are known, asked for again: what is gone is erased, what changed is renewed; ids become posts."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from miner.corpus import Corpus, corpus_folder, is_corpus
from miner.corpus.checked import checked, note_checked
from miner.corpus.erase import erase
from miner.corpus.fingerprint import fingerprint_of
from miner.corpus.renew import renew
from miner.corpus.trouble import storage_errors
from miner.errors import BlockedError, CredentialsError, MinerError, RateLimited, SourceError
from miner.records import Post
from miner.settings import Settings
from miner.sources.again import AGAIN
from miner.sources.again_base import Again, Found, Gone, Known, Unsure, is_about_one
from miner.sources.base import Query
from miner.sources.http import PoliteClient
from miner.study.asked import AskedAgain, Visit
from miner.study.credentials import Credentials
from miner.study.ids import known_in, read_ids

A_COMMIT: Final = 200
"""Answers that are stored together: what a kill loses at most, and asks for again."""
STREAM: Final = "hydrate"
_ENDS_HOST: Final = (BlockedError, RateLimited, CredentialsError)

Progress = Callable[[str, int, int], None]


def refresh(
    settings: Settings,
    name: str,
    *,
    sources: Collection[str] = (),
    limit: int | None = None,
    is_rehearsal: bool = False,
    credentials: Credentials | None = None,
    client: PoliteClient | None = None,
    progress: Progress = lambda what, done, total: None,
) -> AskedAgain:
    """Ask the sources of a corpus for its posts again, those first that were asked for longest ago.

    What is deleted or not public any more, and what has been marked sensitive or its author has asked to leave out, is
    erased as by :func:`miner.study.forget.forget`; what says something else is renewed.

    Args:
        settings: Where the corpus lies, and of the HTTP client.
        name: The corpus.
        sources: Ask these alone; empty asks all that can be asked.
        limit: Ask for so many posts at most.
        is_rehearsal: Ask nobody; say how many could be asked for.
        credentials: Keys and access tokens.
        client: The HTTP client; None makes one.
        progress: Told how many are done.

    Raises:
        UsageError: There is no such corpus, or none of its sources can be asked.
        CorpusError, StorageFull: It cannot be written; what was stored before is safe.
    """
    corpus = Corpus.open(corpus_folder(settings.corpora, name))
    known = [post for post in known_in(corpus) if not sources or post.source in sources]
    when = checked(corpus.folder)
    known.sort(key=lambda post: when.get(fingerprint_of(post.id), 0))
    tally = _Tally(corpus, known, limit)
    if is_rehearsal:
        return replace(tally.result(), visits=tally.visits())
    asyncio.run(_ask_all(tally, tally.refreshed, settings, credentials, client, progress))
    return tally.result()


def hydrate(
    settings: Settings,
    file: Path,
    into: str,
    *,
    limit: int | None = None,
    credentials: Credentials | None = None,
    client: PoliteClient | None = None,
    progress: Progress = lambda what, done, total: None,
) -> AskedAgain:
    """Fetch the posts whose ids somebody shared into a corpus, but for those that it has already.

    Args:
        settings: Where the corpus lies, and of the HTTP client.
        file: What :func:`miner.study.ids.export_ids` wrote.
        into: The corpus, made when missing.
        limit: Ask for so many posts at most.
        credentials: Keys and access tokens.
        client: The HTTP client; None makes one.
        progress: Told how many are done.

    Raises:
        UsageError: The file is missing, or none of ids.
        CorpusError, StorageFull: The corpus cannot be written; what was stored before is safe.
    """
    wanted = read_ids(file)
    folder = corpus_folder(settings.corpora, into)
    corpus = Corpus.open(folder) if is_corpus(folder) else Corpus.create(folder)
    there = {post.id for post in known_in(corpus)}
    tally = _Tally(corpus, [known for known in wanted if known.id not in there], limit)
    asyncio.run(_ask_all(tally, tally.hydrated, settings, credentials, client, progress))
    return tally.result()


class _Tally:
    """What is to be asked, what came, and what became of it in the corpus."""

    def __init__(self, corpus: Corpus, known: Sequence[Known], limit: int | None) -> None:
        self.corpus = corpus
        self.jobs: dict[tuple[str, str], list[Known]] = {}
        self.errors: dict[MinerError, None] = {}
        self._cannot: Counter[str] = Counter()
        self._gone: Counter[str] = Counter()
        self._unsure: Counter[str] = Counter()
        self._n = Counter[str]()
        turns: list[tuple[int, str, Known]] = []
        of_host = Counter[str]()
        for post in known:
            if base := _base_of(post):
                of_host[base] += 1
                turns.append((of_host[base], base, post))
            else:
                self._cannot[post.source] += 1
        self.n_can = len(turns)
        # hosts take turns, so that one that is down does not use the limit up
        turns.sort(key=lambda turn: turn[0])
        for _, base, post in turns[:limit]:
            self.jobs.setdefault((base, post.source), []).append(post)

    def refreshed(self, found: Sequence[Found]) -> None:
        """Erase what is gone and renew what changed: one batch, one writer."""
        folder = self.corpus.folder
        gone = [each.id for each in found if isinstance(each, Gone)]
        posts = {each.id: each for each in found if isinstance(each, Post)}
        with self.corpus.writing(), storage_errors(folder):
            key = self.corpus.author_key()
            if gone:
                erase(folder, key, ids=gone, tokens=())
            done = renew(folder, key, posts)
            note_checked(folder, {each.id for each in found} - {*gone}, int(datetime.now(UTC).timestamp()))
        self._n.update(edited=done.n_edited, counted=done.n_counted)
        self._count(found)

    def hydrated(self, found: Sequence[Found]) -> None:
        """Store what is there."""
        posts = [each for each in found if isinstance(each, Post)]
        done = self.corpus.append(posts=posts, rejected={}, stream=STREAM, cursor=None)
        self._n.update(new=done.n_new)
        self._unsure.update(done.barred)
        self._count(found)

    def _count(self, found: Sequence[Found]) -> None:
        self._n.update(asked=len(found), there=sum(isinstance(each, Post) for each in found))
        self._gone.update(each.reason for each in found if isinstance(each, Gone))
        self._unsure.update(each.reason for each in found if isinstance(each, Unsure))

    def visits(self) -> tuple[Visit, ...]:
        """Who is to be asked."""
        made = [
            Visit(
                source=source,
                host=urlsplit(base).netloc,
                n_posts=len(posts),
                n_requests=-(-len(posts) // AGAIN[source].n_at_once),
            )
            for (base, source), posts in self.jobs.items()
        ]
        return tuple(sorted(made, key=lambda visit: (visit.source, visit.host)))

    def result(self) -> AskedAgain:
        n = self._n
        return AskedAgain(
            n_asked=n["asked"], n_there=n["there"], n_edited=n["edited"], n_counted=n["counted"], n_new=n["new"],
            gone=dict(self._gone.most_common()), unsure=dict(self._unsure.most_common()),
            cannot=dict(self._cannot.most_common()), n_left=self.n_can - n["asked"], errors=tuple(self.errors),
        )  # fmt: skip


async def _ask_all(
    tally: _Tally,
    store: Callable[[Sequence[Found]], None],
    settings: Settings,
    credentials: Credentials | None,
    client: PoliteClient | None,
    progress: Progress,
) -> None:
    """Ask all servers side by side, each for one batch after the other; store what they say many at a time."""
    given = credentials or Credentials()
    query, total = Query(tags=(), tokens=given.tokens, keys=given.keys), sum(map(len, tally.jobs.values()))
    waiting: list[Found] = []

    def stored(found: Iterable[Found], *, is_end: bool = False) -> None:
        waiting.extend(found)
        while len(waiting) >= A_COMMIT or (is_end and waiting):
            part = waiting[:A_COMMIT]
            store(part)
            del waiting[:A_COMMIT]
            progress("asking again", tally.result().n_asked, total)

    async with AsyncExitStack() as stack:
        polite = client if client is not None else await stack.enter_async_context(PoliteClient(settings))

        async def visit(base: str, source: str, posts: Sequence[Known]) -> None:
            try:
                async with aclosing(_walked(AGAIN[source], base, posts, query, polite)) as batches:
                    async for found in batches:
                        stored(found)
            except (SourceError, CredentialsError) as error:
                tally.errors[error] = None

        try:
            async with asyncio.TaskGroup() as group:
                for (base, source), posts in tally.jobs.items():
                    group.create_task(visit(base, source, posts))
        except* MinerError as errors:
            raise errors.exceptions[0] from None
        finally:
            # also after Ctrl-C: what was answered need not be asked again
            stored([], is_end=True)


async def _walked(
    again: Again, base: str, posts: Sequence[Known], query: Query, client: PoliteClient
) -> AsyncGenerator[Sequence[Found], None]:
    """What one server says of its posts. Of a post that it says is gone it is believed if it is up a moment later."""
    await again.check(base, query, client)
    for batch in _parts(posts, again.n_at_once):
        try:
            found = await again.ask(base, batch, query, client)
        except SourceError as error:
            if isinstance(error, _ENDS_HOST) or not is_about_one(error):
                raise
            found = [Unsure(id=known.id, reason="the server did not answer for it") for known in batch]
        if any(isinstance(each, Gone) for each in found):
            await again.check(base, query, client)
        yield found


def _parts(posts: Sequence[Known], n: int) -> Iterator[Sequence[Known]]:
    return (posts[i : i + n] for i in range(0, len(posts), n))


def _base_of(known: Known) -> str | None:
    again = AGAIN.get(known.source)
    return again.base_of(known) if again else None
