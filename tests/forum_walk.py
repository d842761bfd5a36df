"""What a forum's source must do, whatever the forum: every post of every topic, once, wherever it goes on."""

from __future__ import annotations

from miner.sources.base import Query

QUERY = Query(tags=("80s",), hosts=("forum.example",))


class MadeUpForum:
    """Topics with posts, *n_posts[i]* in topic *i*; the newest topic is the last one. A page holds ten topics.

    Attributes:
        gone: Topics that nobody may read any more, though they are in the list.
        status: What asking for such a topic gives.
        posts_per_page: Posts of a topic in one answer.
    """

    posts_per_page = 20

    def __init__(self, n_posts: list[int]) -> None:
        self.n_posts = dict(enumerate(n_posts))
        self.gone: set[int] = set()
        self.status = 404

    def topics(self, page: int) -> tuple[list[int], bool]:
        order = sorted(self.n_posts, reverse=True)
        return order[10 * (page - 1) : 10 * page], len(order) > 10 * page

    def posts(self, topic: int, page: int) -> list[int]:
        numbers = [1000 * topic + i for i in range(self.n_posts[topic])]
        return numbers[self.posts_per_page * (page - 1) : self.posts_per_page * page]

    def ids(self, name: str) -> set[str]:
        """Ids of all posts that can be read."""
        return {
            f"{name}:forum.example/{1000 * topic + i}"
            for topic, n in self.n_posts.items()
            if topic not in self.gone
            for i in range(n)
        }
