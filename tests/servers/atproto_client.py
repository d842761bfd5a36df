"""Fills an AT Protocol network through its own API: accounts, posts with byte-exact facets, pictures."""

from __future__ import annotations

import re
import struct
import time
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from servers.planted import Draft
from servers.processes import NotStartedError

POST = "app.bsky.feed.post"
WRITES_A_CALL = 200
URIS_A_CALL = 25
SHOWN_WITHIN_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account of the network.

    Attributes:
        handle: For example `marty.test`.
        did: The lasting identifier, `did:plc:…`.
        password: For createSession.
        token: An access token, good for two hours.
    """

    handle: str
    did: str
    password: str
    token: str = field(repr=False)


@dataclass(slots=True)
class Client:
    """Speaks to a PDS and its AppView.

    Attributes:
        pds, appview: Base addresses.
    """

    pds: str
    appview: str

    def create_account(self, name: str) -> Account:
        """Open an account with the handle `<name>.test`."""
        password = f"{name}-and-a-password"
        body = {"handle": f"{name}.test", "email": f"{name}@example.org", "password": password}
        made = self._post("com.atproto.server.createAccount", json=body)
        return Account(handle=made["handle"], did=made["did"], password=password, token=made["accessJwt"])

    def upload(self, account: Account, png: bytes) -> dict[str, Any]:
        """Upload a picture; returns the reference that a post embeds."""
        made = self._post("com.atproto.repo.uploadBlob", account, content=png, headers={"Content-Type": "image/png"})
        blob: dict[str, Any] = made["blob"]
        return blob

    def create_posts(self, account: Account, records: Sequence[Mapping[str, Any]]) -> list[str]:
        """Post *records* in their order; returns their URIs."""
        uris: list[str] = []
        for start in range(0, len(records), WRITES_A_CALL):
            writes = [
                {"$type": "com.atproto.repo.applyWrites#create", "collection": POST, "value": record}
                for record in records[start : start + WRITES_A_CALL]
            ]
            made = self._post("com.atproto.repo.applyWrites", account, json={"repo": account.did, "writes": writes})
            uris += [result["uri"] for result in made["results"]]
        return uris

    def delete_posts(self, account: Account, uris: Sequence[str]) -> None:
        """Delete posts of *account*, and wait until the AppView shows them no more.

        Raises:
            NotStartedError: It still did after a minute.
        """
        gone = [{"$type": "com.atproto.repo.applyWrites#delete", "collection": POST} for _ in uris]
        writes = [write | {"rkey": uri.rpartition("/")[2]} for write, uri in zip(gone, uris, strict=True)]
        self._post("com.atproto.repo.applyWrites", account, json={"repo": account.did, "writes": writes})
        end = time.monotonic() + SHOWN_WITHIN_S
        while self._shown(uris):
            if time.monotonic() > end:
                raise NotStartedError(f"the AppView still shows posts of {account.handle} that were deleted")
            time.sleep(0.05)

    def wait_until_shown(self, uris: Sequence[str]) -> None:
        """Wait until the AppView has indexed all *uris*, which it learns of from the firehose.

        Raises:
            NotStartedError: It had not after a minute.
        """
        end = time.monotonic() + SHOWN_WITHIN_S
        left = set(uris)
        while left:
            asked = sorted(left)[:URIS_A_CALL]
            shown = self._shown(asked)
            left -= shown
            if not shown and time.monotonic() > end:
                raise NotStartedError(f"the AppView did not show {len(left)} of {len(uris)} posts")
            if len(shown) < len(asked):
                time.sleep(0.05)

    def _shown(self, uris: Sequence[str]) -> set[str]:
        """Those of at most :data:`URIS_A_CALL` *uris* that the AppView knows."""
        answer = httpx.get(f"{self.appview}/xrpc/app.bsky.feed.getPosts", params={"uris": list(uris)}, timeout=30)
        return {post["uri"] for post in answer.raise_for_status().json()["posts"]}

    def _post(self, method: str, account: Account | None = None, **body: Any) -> dict[str, Any]:
        headers = {**body.pop("headers", {}), **({"Authorization": f"Bearer {account.token}"} if account else {})}
        answer = httpx.post(f"{self.pds}/xrpc/{method}", headers=headers, timeout=60, **body)
        if answer.is_error:
            raise NotStartedError(f"{method} answered {answer.status_code}: {answer.text[:500]}")
        made: dict[str, Any] = answer.json()
        return made


def post_record(draft: Draft, text: str, picture: Mapping[str, Any]) -> dict[str, Any]:
    """The record of a post.

    Args:
        draft: Number, date and alternative text.
        text: What it says, hashtags included.
        picture: An uploaded picture, embedded if the draft has an alternative text.

    Returns:
        A record of `app.bsky.feed.post`. Every fifth has no facets: its hashtags stand in the text only.
    """
    record: dict[str, Any] = {
        "$type": POST,
        "text": text,
        "createdAt": f"{draft.created_at:%Y-%m-%dT%H:%M:%S.000Z}",
        "langs": ["en"],
    }
    if draft.number % 5 != 4:
        record["facets"] = [_facet(text, found) for found in re.finditer(r"#(\w+)", text)]
    if draft.image_alt is not None:
        record["embed"] = {"$type": "app.bsky.embed.images", "images": [{"image": picture, "alt": draft.image_alt}]}
    return record


def _facet(text: str, found: re.Match[str]) -> dict[str, Any]:
    # offsets count bytes of UTF-8: the dash in "a pony – #80s" is three
    start, end = (len(text[:at].encode()) for at in found.span())
    return {
        "index": {"byteStart": start, "byteEnd": end},
        "features": [{"$type": "app.bsky.richtext.facet#tag", "tag": found[1]}],
    }


def picture_png() -> bytes:
    """A grey picture of 8 x 8 pixels."""
    rows = b"".join(b"\x00" + b"\x80" * 8 for _ in range(8))
    chunks = (b"IHDR" + struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0), b"IDAT" + zlib.compress(rows), b"IEND")
    framed = (struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)
