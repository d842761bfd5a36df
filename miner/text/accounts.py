"""Accounts whose posts are not memories: shops that sell, and machines that post one frame again and again."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

MIN_SELLING = 3
MIN_REPEATING = 5
SHARE = 0.6

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


def sellers(texts: Sequence[str], authors: Sequence[int]) -> set[int]:
    """Authors with at least three offers that make up at least 60 % of their posts.

    Misses shops that post without prices, and single offers; a find at a flea market is a memory like any other.
    """
    return _frequent([is_offer(text) for text in texts], authors, at_least=MIN_SELLING)


def repeaters(texts: Sequence[str], authors: Sequence[int]) -> set[int]:
    """Authors of at least five different posts, 60 % of which begin or end with the same three words.

    Finds a radio's "Now playing: …" and a quote-of-the-day machine that does not say it is one. Misses those that vary
    their frame.
    """
    # the same words again are one voice, and near-duplicates by another rule: a machine fills its frame anew each time
    distinct = sorted({(author, text) for text, author in zip(texts, authors, strict=True)})
    posts = Counter(author for author, _ in distinct)
    frames: defaultdict[int, Counter[tuple[str, ...]]] = defaultdict(Counter)
    for author, text in distinct:
        words = re.findall(r"[^\W\d_]+", text.lower())
        if posts[author] >= MIN_REPEATING and len(words) >= 4:
            frames[author].update({("first", *words[:3]), ("last", *words[-3:])})
    return {a for a, count in frames.items() if max(count.values()) >= max(MIN_REPEATING, SHARE * posts[a])}


def _frequent(claims: Sequence[bool], authors: Sequence[int], *, at_least: int) -> set[int]:
    posts: Counter[int] = Counter(authors)
    claimed = Counter(author for claim, author in zip(claims, authors, strict=True) if claim)
    return {author for author, n in claimed.items() if n >= max(at_least, SHARE * posts[author])}
