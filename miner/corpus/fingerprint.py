"""What a post says, in sixty-three bits: what results that depend on nothing else are kept under."""

from __future__ import annotations

import hashlib

COLUMNS = ("text", "tags", "alt_texts", "language")
"""Columns of a corpus that the fingerprint is made of."""

SQL = """(md5_number_lower(concat_ws(chr(31),
    coalesce(text, ''), coalesce(array_to_string(tags, chr(30)), ''),
    coalesce(array_to_string(alt_texts, chr(30)), ''), coalesce(language, '')
)) & 9223372036854775807)::bigint"""
"""The fingerprint of a row as an expression of DuckDB: 63 bits, since Delta knows no unsigned numbers.

Of ten million different posts two share one with a probability of about 5 in a million; the later would then be read
as the earlier one.
"""


def fingerprint_of(text: str) -> int:
    """Sixty-three bits that stand for *text*, which cannot be read back from them."""
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1
