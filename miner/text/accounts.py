"""Accounts whose posts are not memories: shops that sell, and machines that post one frame again and again."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from miner.text.sketch import hash_of

Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]
MIN_SELLING = 3
MIN_REPEATING = 5
SHARE = 0.6

_WORD = re.compile(r"[^\W\d_]+")
_PRICE = re.compile(r"[$€£¥]\s?\d|\d\s?(?:[$€£¥]|eur\b|euros?\b|usd\b|gbp\b)", re.IGNORECASE)
_OFFER = re.compile(
    r"\b(?:for sale|dm (?:me )?(?:to|for|if)|dm to buy|in (?:my|our|the) shop|shop (?:now|link|update)|link in bio|"
    r"free shipping|ships? (?:from|to|worldwide)|shipping|etsy|ebay|vinted|depop|poshmark|mercari|"
    r"buy (?:it )?now|order (?:now|here)|"
    r"price drop|in stock|restock\w*|back in stock|sold out|bundle deal|zu verkaufen|verkaufe|versand|im shop|"
    r"vendo|vendesi|in vendita|spedizione|a vendre|à vendre|vends|livraison|frais de port|se vende|en venta|"
    r"envíos?|vende-se|à venda|frete)\b",
    re.IGNORECASE,
)


def is_offer(text: str) -> bool:
    """Whether *text* offers something for money: a price together with a shop's words.

    >>> is_offer("Casio watch, great condition, $35 + shipping"), is_offer("Found this for $3 at a garage sale!")
    (True, False)
    """
    return _PRICE.search(text) is not None and _OFFER.search(text) is not None


def frame(text: str) -> tuple[int, int]:
    """What *text* begins and ends with: hashes of its first and last three words; 0 for texts under four."""
    words = _WORD.findall(text.lower())
    return (hash_of(" ".join(words[:3])), hash_of(" ".join(words[-3:]))) if len(words) >= 4 else (0, 0)


def sellers(offers: Flags, authors: Numbers) -> Numbers:
    """Authors with at least three offers that make up at least 60 % of their posts, ascending.

    Misses shops that post without prices, and single offers; a find at a flea market is a memory like any other.

    Args:
        offers: :func:`is_offer` of each post, shape (n,).
        authors: Number of each post's author, shape (n,), 0 or more.
    """
    posts = np.bincount(authors)
    offered = np.bincount(authors[offers], minlength=len(posts))
    return np.flatnonzero(offered >= np.maximum(MIN_SELLING, SHARE * posts))


def repeaters(texts: Numbers, first: Numbers, last: Numbers, authors: Numbers) -> Numbers:
    """Authors of at least five different posts, 60 % of which begin or end with the same three words, ascending.

    Finds a radio's "Now playing: …" and a quote-of-the-day machine that does not say it is one. Misses those that vary
    their frame.

    Args:
        texts: A number for each post that equal texts share, shape (n,).
        first: :func:`frame` of each post begins so, shape (n,).
        last: And ends so.
        authors: Number of each post's author, shape (n,), 0 or more.
    """
    # the same words again are one voice, and near-duplicates by another rule: a machine fills its frame anew each time
    posts = np.bincount(authors, minlength=1)
    often = np.flatnonzero(posts[authors] >= MIN_REPEATING)
    often = often[np.unique(np.stack([authors[often], texts[often]], axis=1), axis=0, return_index=True)[1]]
    posts = np.bincount(authors[often], minlength=len(posts))
    found: list[Numbers] = []
    for frames in (first[often], last[often]):
        framed = np.stack([authors[often], frames], axis=1)[frames > 0]
        pairs, n_same = np.unique(framed, axis=0, return_counts=True)
        found.append(pairs[n_same >= np.maximum(MIN_REPEATING, SHARE * posts[pairs[:, 0]]), 0])
    return np.unique(np.concatenate(found))
