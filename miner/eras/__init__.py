"""Eras: spans of years, the tags and words that name them, and reading an era out of a post.

An era is one TOML file (``80s.toml``); what all decades share stands once, in ``decades.toml``. A user's own file has
the same fields. A post belongs to an era by one of three claims:

* ``tag``: a hashtag or community of the post, or a hashtag in its text, is one of the era's tags, or begins or ends
  with one of its tokens: ``#80s``, ``#années80``, ``r/80scartoons``, ``#backtothe80s``. Somebody filed the post there.
* ``word``: its text names the era: "the late 80s", "gli anni ottanta", "80年代". Words that a look-alike overlaps do
  not count: "in my 80s" is an age, "highs in the 80s" a temperature.
* ``year``: its text, or a hashtag, is or names a year of the era: "(1984)", "summer of '84", ``#1984``. The weakest
  claim: a year says when something was, not that the post is about the era. Prices, amounts and quoted titles ("1984")
  do not count.

Text in a URL never counts. A claim is evidence of association, not a date: people file things under #80s that were
first sold in 1991.
"""

from __future__ import annotations

from miner.eras.era import Era, LookAlike
from miner.eras.files import ERAS, era_names, load_era
from miner.eras.reader import EraHit, EraReader, read_eras

__all__ = ["ERAS", "Era", "EraHit", "EraReader", "LookAlike", "era_names", "load_era", "read_eras"]
