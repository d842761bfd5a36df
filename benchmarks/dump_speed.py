"""How fast a dump of Reddit is read, next to unpacking and decoding it and nothing else.

``python benchmarks/dump_speed.py [--submissions N] [--comments N]`` makes two dumps of its own in a temporary folder,
one of submissions and one of comments, packed with the window of 2 GiB that the real ones have. Their lines have the
keys of 2020 and as many characters, shares of removed posts, of texts and of Markdown as the real ones (the archive's
own statistics). Each way of reading runs in a process of its own, five times, and the best time counts:

* ``bare``: ``zstandard``'s stream reader in pieces of 256 KiB, split at line feeds, and ``msgspec.json.decode(line)``
  to ordinary dicts, as one would write it;
* ``typed``: the same, with ``msgspec.json.Decoder`` of the struct that the program itself decodes to;
* ``posts``: ``open_posts`` and the format ``reddit-dump``, to the end: every line a Post or a Rejected;
* ``community``: the same with ``--community``, which keeps one in 4,000 lines here.

The shares of bare are what counts. Peak memory holds the window, which grows with what was unpacked up to 2 GiB.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import zstandard

from miner.records import Post
from miner.sources.files import FORMATS, Reading, open_posts
from miner.sources.files.reddit_thing import Thing

SAID = (
    "my old walkman still works and the cassette that came with it is in a box under bed we had an atari nobody would "
    "believe how loud dial up was when phone rang mom dad sister school lunch trapper keeper summer garage found this "
    "at thrift store today does anyone remember name of show with talking dog it's been years don't know I'm sure "
    "you'd love"
)
WORDS = SAID.split()
PIECE = 1 << 18
WAYS = ("bare", "typed", "posts", "community")
COMMUNITY = "community80"
REMOVED = (None,) * 12 + ("deleted",) * 4 + ("moderator",) * 2 + ("reddit", "automod_filtered")


def words(rng: random.Random, n_chars: float) -> str:
    """A text of about so many characters."""
    text = " ".join(rng.choices(WORDS, k=max(1, round(n_chars / 5.2))))
    return text[0].upper() + text[1:] + rng.choice((".", "!", "?", ""))


def marked_up(rng: random.Random, text: str) -> str:
    """One text in six has signs of Markdown in it, one in a hundred a table or code."""
    draw = rng.random()
    if draw < 0.01:
        return f"{text}\n\n|a|b|\n|:-|:-|\n|{words(rng, 20)}|2|"
    if draw < 0.05:
        return f"{text} [{words(rng, 15)}](https://example.org/{rng.randrange(10**9)})"
    if draw < 0.10:
        return f"**Edit:** {text} *{words(rng, 10)}*\n\n* {words(rng, 30)}\n* {words(rng, 30)}"
    if draw < 0.14:
        return f"&gt; {words(rng, 80)}\n\n{text}"
    return text.replace("and", "&amp;", 1) if draw < 0.17 else text


def submission(rng: random.Random, number: int) -> dict[str, Any]:
    """A submission with the keys of 2020; two in five hold a text."""
    is_self = rng.random() < 0.39
    removed = rng.choice(REMOVED)
    text = "[removed]" if removed else marked_up(rng, words(rng, rng.expovariate(1 / 450)))
    community, name = f"community{rng.randrange(4_000)}", f"{number + 10**9:x}"
    picture = {"url": f"https://preview.redd.it/{name}.jpg?width=640&amp;crop=smart&amp;auto=webp&amp;s=" + "0a" * 16}
    sizes = [picture | {"width": 108 * k, "height": 81 * k} for k in range(1, rng.randint(2, 6))]
    preview = {"images": [{"source": sizes[0], "resolutions": sizes, "variants": {}, "id": name}], "enabled": True}
    return {
        "all_awardings": [], "allow_live_comments": False, "archived": False,
        "author": f"account_{rng.randrange(10**6)}", "author_created_utc": 1_500_000_000,
        "author_flair_background_color": None, "author_flair_css_class": None, "author_flair_richtext": [],
        "author_flair_template_id": None, "author_flair_text": None, "author_flair_text_color": None,
        "author_flair_type": "text", "author_fullname": f"t2_{name}", "author_patreon_flair": False,
        "author_premium": False, "awarders": [], "can_gild": True, "can_mod_post": False, "category": None,
        "content_categories": None, "contest_mode": False, "created_utc": 1_577_836_800 + number,
        "discussion_type": None, "distinguished": None, "domain": f"self.{community}" if is_self else "i.redd.it",
        "edited": False, "gilded": 0, "gildings": {}, "hidden": False, "hide_score": False, "id": name,
        "is_crosspostable": False, "is_meta": False, "is_original_content": False,
        "is_reddit_media_domain": not is_self, "is_robot_indexable": True, "is_self": is_self, "is_video": False,
        "link_flair_background_color": "", "link_flair_css_class": None, "link_flair_richtext": [],
        "link_flair_text": rng.choice((None, None, "Discussion", "80s")), "link_flair_text_color": "dark",
        "link_flair_type": "text", "locked": False, "media": None, "media_embed": {}, "media_only": False,
        "no_follow": True, "num_comments": rng.randrange(40), "num_crossposts": 0, "over_18": rng.random() < 0.16,
        "parent_whitelist_status": "all_ads",
        "permalink": f"/r/{community}/comments/{name}/{'_'.join(rng.choices(WORDS, k=6)).replace(chr(39), '')}/",
        "pinned": False, "post_hint": None if is_self else "image", "preview": None if is_self else preview,
        "pwls": 6, "quarantine": False, "removal_reason": None, "removed_by": None, "removed_by_category": removed,
        "retrieved_on": 1_580_000_000, "score": rng.randrange(300), "secure_media": None, "secure_media_embed": {},
        "selftext": text if is_self else "", "send_replies": True, "spoiler": False, "steward_reports": [],
        "stickied": False, "subreddit": community, "subreddit_id": "t5_2qh0u",
        "subreddit_name_prefixed": f"r/{community}", "subreddit_subscribers": 120_000, "subreddit_type": "public",
        "suggested_sort": None,
        "thumbnail": "self" if is_self else "https://b.thumbs.redditmedia.com/" + "x" * 40 + ".jpg",
        "thumbnail_height": 105, "thumbnail_width": 140, "title": words(rng, rng.uniform(15, 95)),
        "total_awards_received": 0, "treatment_tags": [], "url": "https://i.redd.it/" + name + ".jpg",
        "user_reports": [], "view_count": None, "whitelist_status": "all_ads", "wls": 6,
    }  # fmt: skip


def comment(rng: random.Random, number: int) -> dict[str, Any]:
    """A comment with the keys of 2020."""
    community, name = f"community{rng.randrange(4_000)}", f"{number + 10**9:x}"
    body = "[deleted]" if rng.random() < 0.07 else marked_up(rng, words(rng, rng.expovariate(1 / 190)))
    return {
        "all_awardings": [], "approved_at_utc": None, "associated_award": None,
        "author": f"account_{rng.randrange(10**6)}", "author_flair_background_color": None,
        "author_flair_css_class": None, "author_flair_richtext": [], "author_flair_template_id": None,
        "author_flair_text": None, "author_flair_text_color": None, "author_flair_type": "text",
        "author_fullname": f"t2_{name}", "author_patreon_flair": False, "author_premium": False, "awarders": [],
        "banned_at_utc": None, "body": body, "can_gild": True, "can_mod_post": False, "collapsed": False,
        "collapsed_because_crowd_control": None, "collapsed_reason": None, "controversiality": 0,
        "created_utc": 1_577_836_800 + number, "distinguished": None, "edited": False, "gilded": 0, "gildings": {},
        "id": name, "is_submitter": False, "link_id": "t3_ei30r4", "locked": False, "no_follow": True,
        "parent_id": "t1_fco0x1a", "permalink": f"/r/{community}/comments/ei30r4/some_words_of_the_title/{name}/",
        "retrieved_on": 1_580_000_000, "score": rng.randrange(-3, 60), "send_replies": True, "steward_reports": [],
        "stickied": False, "subreddit": community, "subreddit_id": "t5_2qh0u",
        "subreddit_name_prefixed": f"r/{community}", "subreddit_type": "public",
        "total_awards_received": 0, "treatment_tags": [],
    }  # fmt: skip


def write(path: Path, n_lines: int) -> int:
    """Write a dump; give the number of bytes that it unpacks to."""
    rng = random.Random(80)  # noqa: S311 - the same dump every time is what is wanted
    make = comment if path.name.startswith("RC") else submission
    parameters = zstandard.ZstdCompressionParameters.from_level(3, window_log=31)
    packer = zstandard.ZstdCompressor(compression_params=parameters)
    n_bytes = 0
    with path.open("wb") as file, packer.stream_writer(file) as out:
        for number in range(n_lines):
            line = json.dumps(make(rng, number), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
            n_bytes += len(line)
            out.write(line)
    return n_bytes


def bare_lines(path: Path) -> Iterator[bytes]:
    """Lines of a dump, as one would read them."""
    rest = b""
    with path.open("rb") as file, zstandard.ZstdDecompressor(max_window_size=2**31).stream_reader(file) as reader:
        while piece := reader.read(PIECE):
            *lines, rest = (rest + piece).split(b"\n")
            yield from lines
    if rest:
        yield rest


def measure(way: str, path: Path) -> tuple[float, int, int]:
    """Seconds, records and posts of one way of reading."""
    started = time.process_time()
    n_records = n_posts = 0
    if way in ("posts", "community"):
        names = frozenset({COMMUNITY}) if way == "community" else frozenset[str]()
        with open_posts(path, is_hashed=False) as file:
            for record in FORMATS["reddit-dump"].read(file, Reading(communities=names), 0):
                n_records += 1
                n_posts += isinstance(record.found, Post)
    else:
        decode = msgspec.json.Decoder(Thing).decode if way == "typed" else msgspec.json.decode
        for line in bare_lines(path):
            decode(line)
            n_records += 1
    return time.process_time() - started, n_records, n_posts


def best_runs(path: Path) -> dict[str, dict[str, float]]:
    """The best of five runs of each way, each in a process of its own; taken in turns, since other programs run too."""
    runs: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    for _ in range(5):
        for way, found in runs.items():
            command = [sys.executable, __file__, "--run", way, str(path)]
            found.append(json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout))
    return {way: min(found, key=lambda run: run["seconds"]) for way, found in runs.items()}


def show(title: str, runs: dict[str, dict[str, float]]) -> None:
    """Print what was measured, next to the bare way."""
    print(title)
    for way, run in runs.items():
        speed, share = run["records"] / run["seconds"], runs["bare"]["seconds"] / run["seconds"]
        print(
            f"  {way:10} {speed:>9,.0f} lines/s  {share:6.2f} of bare  {run['rss_mb']:5,.0f} MB resident  "
            f"{run['posts']:>9,.0f} posts"
        )


def main() -> None:
    """Make the dumps, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--submissions", type=int, default=100_000)
    parser.add_argument("--comments", type=int, default=200_000)
    parser.add_argument("--run", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.run:
        seconds, n_records, n_posts = measure(given.run[0], Path(given.run[1]))
        rss_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"seconds": seconds, "records": n_records, "posts": n_posts, "rss_mb": rss_mb}))
        return
    with tempfile.TemporaryDirectory() as folder:
        for name, n_lines in (("RS_2020-01.zst", given.submissions), ("RC_2020-01.zst", given.comments)):
            path = Path(folder) / name
            n_bytes = write(path, n_lines)
            packed = path.stat().st_size
            show(f"{name}: {n_lines:,} lines, {n_bytes / 1e6:,.0f} MB, packed {packed / 1e6:,.0f} MB", best_runs(path))


if __name__ == "__main__":
    main()
