"""The real servers start, answer, and give every planted post: walked with plain httpx, as their documents say."""

from __future__ import annotations

import os
import xml.etree.ElementTree as ET
from typing import Any

import httpx
import pytest
from servers import atproto, mediawiki, planted, proc, wordpress

pytestmark = pytest.mark.servers

OK, BAD_REQUEST, UNAUTHORIZED, NOT_FOUND = 200, 400, 401, 404
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"


def test_wordpress_gives_every_tagged_post_through_wp_json(wordpress_server: wordpress.WordPress) -> None:
    page, n_pages, links = 1, 1, []
    with httpx.Client(base_url=wordpress_server.url, timeout=30) as client:
        while page <= n_pages:
            asked = {"tags": wordpress_server.tag_id, "per_page": 100, "page": page, "_embed": 1}
            answer = client.get("/wp-json/wp/v2/posts", params=asked)
            n_pages, page = int(answer.headers["X-WP-TotalPages"]), page + 1
            links += [post["link"] for post in answer.json()]
        past = client.get("/wp-json/wp/v2/posts", params={**asked, "page": page})
    assert (past.status_code, past.json()["code"]) == (BAD_REQUEST, "rest_post_invalid_page_number")
    assert n_pages >= 3
    assert len(links) == len(set(links))
    assert set(links) == wordpress_server.expected


def test_wordpress_gives_every_tagged_post_through_the_feed(wordpress_server: wordpress.WordPress) -> None:
    links: list[str] = []
    with httpx.Client(base_url=wordpress_server.url, timeout=30) as client:
        for page in range(1, 100):
            answer = client.get("/tag/80s/feed/", params={"paged": page})
            if answer.status_code == NOT_FOUND:
                break
            items = ET.fromstring(answer.text).findall("./channel/item")  # noqa: S314 - our own server
            assert all(item.findtext(CONTENT) for item in items)
            links += [item.findtext("link") or "" for item in items]
    assert len(links) == len(set(links))
    assert set(links) == wordpress_server.expected


def test_wordpress_escapes_titles_and_keeps_pictures_and_authors(wordpress_server: wordpress.WordPress) -> None:
    pictured = next(p for p in wordpress_server.planted if p.image_alt and p.is_expected)
    post = httpx.get(f"{wordpress_server.url}/wp-json/wp/v2/posts/{pictured.id}", params={"_embed": 1}).json()
    picture = post["_embedded"]["wp:featuredmedia"][0]
    assert "&#8211;" in post["title"]["rendered"] or "–" in post["title"]["rendered"]
    assert "&amp;" in post["title"]["rendered"]
    assert picture["alt_text"] == pictured.image_alt
    assert httpx.get(picture["source_url"]).content.startswith(b"\x89PNG")
    assert post["_embedded"]["author"][0]["name"].lower() == pictured.author
    assert post["date_gmt"] == f"{pictured.created_at:%Y-%m-%dT%H:%M:%S}"
    assert len({p.author for p in wordpress_server.planted}) == len(planted.AUTHORS)


def test_wordpress_shows_what_fill_adds(wordpress_server: wordpress.WordPress) -> None:
    before = wordpress_server.expected
    added = wordpress_server.fill(2)
    newest = httpx.get(f"{wordpress_server.url}/wp-json/wp/v2/posts", params={"tags": wordpress_server.tag_id}).json()
    assert {p.url for p in added} == wordpress_server.expected - before
    assert {p.url for p in added} <= {post["link"] for post in newest}


@pytest.mark.parametrize(
    "listing",
    [
        {"generator": "search", "gsrsearch": "80s", "gsrnamespace": 6, "gsrlimit": 20},
        {"generator": "categorymembers", "gcmtitle": "Category:1980s", "gcmtype": "file", "gcmlimit": 20},
    ],
    ids=["search", "category"],
)
def test_mediawiki_gives_every_file_of_the_decade(
    mediawiki_server: mediawiki.MediaWiki, listing: dict[str, str | int]
) -> None:
    asked = {"action": "query", "prop": "imageinfo", "iiprop": "url|user|timestamp|extmetadata", "format": "json"}
    more: dict[str, Any] = {"formatversion": 2}
    pages: list[dict[str, Any]] = []
    with httpx.Client(timeout=30) as client:
        while more:
            answer = client.get(mediawiki_server.api_url, params={**asked, **listing, **more}).json()
            pages += answer.get("query", {}).get("pages", [])
            more = {**answer["continue"], "formatversion": 2} if "continue" in answer else {}
    urls = [page["imageinfo"][0]["descriptionurl"] for page in pages if "imageinfo" in page]
    assert len(urls) == len(set(urls)) >= 60
    assert set(urls) == mediawiki_server.expected


def test_mediawiki_tells_what_a_file_shows(mediawiki_server: mediawiki.MediaWiki) -> None:
    asked = {"action": "query", "prop": "imageinfo", "iiprop": "url|user|timestamp|extmetadata", "format": "json"}
    shown = mediawiki_server.planted[4]
    answer = httpx.get(
        mediawiki_server.api_url, params={**asked, "formatversion": "2", "titles": shown.title}, timeout=30
    )
    info = answer.json()["query"]["pages"][0]["imageinfo"][0]
    assert info["extmetadata"]["ImageDescription"]["value"].startswith(shown.text[:20])
    assert (info["user"], info["descriptionurl"]) == (shown.author, shown.url)
    assert info["timestamp"] == f"{shown.created_at:%Y-%m-%dT%H:%M:%SZ}"
    assert httpx.get(info["url"]).content.startswith(b"\x89PNG")
    assert httpx.get(shown.url, timeout=30).status_code == OK


def test_mediawiki_reports_errors_with_status_200(mediawiki_server: mediawiki.MediaWiki) -> None:
    answer = httpx.get(mediawiki_server.api_url, params={"action": "nosuch", "format": "json"}, timeout=30)
    assert (answer.status_code, answer.headers["MediaWiki-API-Error"]) == (OK, "badvalue")


def test_the_pds_asks_for_a_login(atproto_server: atproto.AtProto) -> None:
    answer = httpx.get(f"{atproto_server.url}/xrpc/app.bsky.feed.searchPosts", params={"q": "#80s"}, timeout=30)
    assert (answer.status_code, answer.json()["error"]) == (UNAUTHORIZED, "AuthMissing")


def test_atproto_gives_every_tagged_post_through_the_pds(atproto_server: atproto.AtProto) -> None:
    reader = atproto_server.reader
    with httpx.Client(base_url=f"{atproto_server.url}/xrpc/", timeout=30) as client:
        login = {"identifier": reader.handle, "password": reader.password}
        token = client.post("com.atproto.server.createSession", json=login).json()["accessJwt"]
        posts: list[dict[str, Any]] = []
        asked: dict[str, str] = {"q": "#80s", "limit": "100"}
        while asked:
            answer = client.get("app.bsky.feed.searchPosts", params=asked, headers={"Authorization": f"Bearer {token}"})
            page = answer.json()
            posts += page["posts"]
            asked = {**asked, "cursor": page["cursor"]} if "cursor" in page else {}
    uris = [post["uri"] for post in posts]
    assert len(uris) == len(set(uris)) >= 250
    assert atproto_server.near_misses
    assert set(uris) == atproto_server.expected | atproto_server.near_misses


def test_facets_mark_the_hashtag_to_the_byte(atproto_server: atproto.AtProto) -> None:
    dashed = next(p for p in atproto_server.planted if "–" in p.text and p.is_expected and "BMX" not in p.text)
    address = f"{atproto_server.appview_url}/xrpc/app.bsky.feed.getPosts"
    post = httpx.get(address, params={"uris": dashed.url}, timeout=30).json()["posts"][0]
    index = post["record"]["facets"][0]["index"]
    assert dashed.text.encode()[index["byteStart"] : index["byteEnd"]] == b"#80s"
    assert post["author"]["handle"] == dashed.author


def test_every_port_is_on_loopback_only(
    wordpress_server: wordpress.WordPress, mediawiki_server: mediawiki.MediaWiki, atproto_server: atproto.AtProto
) -> None:
    listening = proc.listening(proc.descendants(os.getpid()))
    for port in (wordpress_server.port, mediawiki_server.port, atproto_server.port, atproto_server.appview_port):
        assert ("127.0.0.1", port) in listening
    assert {address for address, _ in listening} == {"127.0.0.1"}
