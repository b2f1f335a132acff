"""Reading Facebook's JSON: posts, comments, reviews, messages; what is missing, and what is absurd."""

import json
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.facebook_parse import parse_comment, parse_post, parse_review, parse_tagged
from channels.graph_inbox import parse_message, read_conversations
from channels.graph_parse import UNKNOWN, Own, read_each, read_listing
from domain.values import NewPost, PostKind
from tests.channels.meta import ANA, PAGE, US, a_comment, a_message, a_talk, ago, listing
from tests.conftest import NOON

OWN = Own(page_id=PAGE)


def comment(**changed: Any) -> NewPost:
    return parse_comment(a_comment(**changed), OWN, "900_55", now=NOON)


def message(**changed: Any) -> NewPost:
    post = parse_message(a_message(**changed), a_talk(), OWN, now=NOON)
    assert post
    return post


def test_a_comment_is_read_whole() -> None:
    post = comment()

    assert (post.kind, post.native_id, post.conversation) == (PostKind.COMMENT, "55_20", "900_55")
    assert (post.text, post.created_at) == ("third day without my parcel", NOON - timedelta(minutes=5))
    assert (post.author.native_id, post.author.name) == ("7", "Ana B")
    assert post.summoned
    assert not post.own
    assert post.in_reply_to == "900_55"
    assert post.permalink == "https://www.facebook.com/900/posts/55/?comment_id=55_20"
    assert post.raw == {"page": PAGE, "post": "900_55", "can_hide": True, "can_reply_privately": True}


def test_an_answer_to_a_comment_knows_what_it_answers() -> None:
    assert comment(parent={"id": "55_19"}).in_reply_to == "55_19"


def test_what_our_page_wrote_is_marked_as_ours_and_never_answered() -> None:
    post = comment(**{"from": US}, parent={"id": "55_19"})

    assert post.own
    assert not post.summoned
    assert post.author.native_id == PAGE
    assert not post.raw["can_reply_privately"]


def test_a_comment_whose_author_meta_hides_can_be_answered_in_public_only() -> None:
    one, other = comment(**{"from": None}), comment(native_id="55_21", **{"from": {"name": "Ana B"}})

    assert one.author.native_id == f"{UNKNOWN}55_20"
    assert other.author.native_id == f"{UNKNOWN}55_21"
    assert one.summoned
    assert not one.raw["can_reply_privately"]


@pytest.mark.parametrize(("told", "can"), [(True, True), (False, False), ("false", False), (None, True), (7, True)])
def test_what_meta_says_can_be_done_is_kept(*, told: Any, can: bool) -> None:
    post = comment(can_hide=told, can_reply_privately=told)

    assert (post.raw["can_hide"], post.raw["can_reply_privately"]) == (can, can)


def test_a_comment_of_a_picture_alone_has_no_words() -> None:
    post = comment(message="", attachment={"type": "sticker"})

    assert (post.text, post.raw["attachment"]) == ("", "sticker")


def test_a_visitors_post_is_read_and_our_own_is_passed_over() -> None:
    item = {"id": "900_60", "message": "where is it?", "from": ANA, "created_time": ago(minutes=1)}

    post = parse_post(item, OWN, now=NOON)

    assert post
    assert (post.kind, post.conversation, post.summoned) == (PostKind.MENTION, "900_60", True)
    assert post.raw["can_reply_privately"]
    assert parse_post({**item, "from": US}, OWN, now=NOON) is None


def test_a_tag_by_somebody_meta_does_not_name_is_for_people() -> None:
    item = {"id": "8_70", "message": "@nordparcel!", "tagged_time": ago(minutes=2)}

    unnamed = parse_tagged(item, OWN, now=NOON)
    named = parse_tagged({**item, "from": ANA}, OWN, now=NOON)

    assert unnamed
    assert named
    assert (unnamed.summoned, named.summoned) == (False, True)
    assert unnamed.author.native_id == f"{UNKNOWN}8_70"
    assert unnamed.created_at == NOON - timedelta(minutes=2)
    assert not named.raw["can_reply_privately"]


def a_review(**changed: Any) -> dict[str, Any]:
    item = {
        "created_time": ago(hours=1),
        "reviewer": ANA,
        "review_text": "never again",
        "recommendation_type": "NEGATIVE",
        "open_graph_story": {"id": "1234"},
    }
    return {name: value for name, value in (item | changed).items() if value is not None}


def test_a_review_goes_by_its_story_and_says_what_it_judges() -> None:
    post = parse_review(a_review(), OWN, now=NOON)

    assert post
    assert (post.native_id, post.raw["review"], post.text) == ("1234", "negative", "never again")
    assert not post.summoned
    assert post.permalink == "https://www.facebook.com/900/reviews"


def test_a_review_without_a_story_has_an_id_that_stays_the_same() -> None:
    one = parse_review(a_review(open_graph_story=None), OWN, now=NOON)
    again = parse_review(a_review(open_graph_story=None, review_text="edited"), OWN, now=NOON)
    other = parse_review(a_review(open_graph_story=None, reviewer={"id": "8"}), OWN, now=NOON)

    assert one
    assert again
    assert other
    assert one.native_id == again.native_id != other.native_id
    assert one.native_id.startswith("review-")


def test_stars_count_where_there_is_no_recommendation_and_nothing_at_all_is_no_post() -> None:
    starred = parse_review(a_review(recommendation_type=None, rating=2), OWN, now=NOON)

    assert starred
    assert starred.raw["review"] == "2"
    assert parse_review(a_review(recommendation_type=None, review_text=None), OWN, now=NOON) is None


def test_a_message_is_read_whole() -> None:
    post = message()

    assert (post.kind, post.conversation, post.text) == (PostKind.DIRECT, "t_1", "order 88213")
    assert (post.author.native_id, post.raw["psid"]) == ("7", "7")
    assert post.summoned
    assert post.permalink == "https://www.facebook.com/900/inbox/1/"


def test_a_message_of_ours_holds_nothing_of_the_customer_but_the_conversation() -> None:
    post = message(**{"from": US}, to={"data": [ANA]})

    assert post.own
    assert (post.author.native_id, post.conversation, post.raw) == (PAGE, "t_1", {"page": PAGE})


def test_pictures_are_counted_and_what_only_metas_app_can_show_is_kept_without_words() -> None:
    pictures = message(message="", attachments={"data": [{"id": "1"}, {"id": "2"}]})
    sticker = message(message=None, sticker="https://…")
    unsupported = message(message=None, is_unsupported="true")

    assert (pictures.text, pictures.raw["attachments"], pictures.encrypted) == ("", 2, False)
    assert sticker.raw["attachments"] == 1
    assert unsupported.encrypted


BAD = [
    ("no id", {"id": None}),
    ("no id", {"id": ""}),
    ("no id", {"id": "../me"}),
    ("no id", {"id": {"deep": 1}}),
    ("no message", {"message": ["a"]}),
    ("no message", {"message": {"text": "hidden"}}),
]


@pytest.mark.parametrize(("why", "changed"), BAD)
def test_one_bad_item_is_set_aside_and_holds_up_nothing(why: str, changed: dict[str, Any]) -> None:
    bad = {**a_comment("55_9"), **changed}

    def parse(item: Any) -> NewPost:
        return parse_comment(item, OWN, "900_55", now=NOON)

    posts, (aside,) = read_each([a_comment("55_1"), bad, a_comment("55_2")], parse)

    assert [post.native_id for post in posts] == ["55_1", "55_2"]
    assert aside.why == why
    assert json.loads(aside.raw) == bad


@pytest.mark.parametrize(
    "told", [None, "", "yesterday", 0, -5, 10**18, "0001-01-01T00:00:00", "2099-01-01T00:00:00Z", []]
)
def test_an_absurd_time_is_now(told: Any) -> None:
    assert comment(created_time=told).created_at == NOON


def test_a_time_may_be_an_epoch_in_seconds_or_milliseconds() -> None:
    at = NOON - timedelta(hours=1)

    assert comment(created_time=int(at.timestamp())).created_at == at
    assert comment(created_time=int(at.timestamp() * 1000)).created_at == at


def test_what_no_database_takes_is_cleaned() -> None:
    post = comment(message="a\x00b \ud83d", **{"from": {"id": 7, "name": "\udfff\x00"}})

    assert post.text == "ab ?"
    assert (post.author.native_id, post.author.name) == ("7", "?")


def test_a_conversation_without_an_id_is_set_aside_with_all_it_brings() -> None:
    listed = read_conversations(
        listing(a_talk(a_message()), {"messages": {"data": [a_message()]}}), OWN, floor=NOON, now=NOON
    )

    assert len(listed.posts) == len(listed.unreadable) == 1


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "data", "name"]), inner),
    max_leaves=6,
)


def _odd(sample: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Make an item whose every field may be missing, right, or anything at all."""
    return st.fixed_dictionaries(
        {}, optional={name: st.just(value) | _JSON for name, value in {**sample, "parent": {"id": "1"}}.items()}
    )


@given(items=st.lists(_odd(a_comment()) | _JSON, max_size=4))
def test_no_comment_however_odd_breaks_its_page(items: list[Any]) -> None:
    def parse(item: Any) -> NewPost:
        return parse_comment(item, OWN, "900_55", now=NOON)

    listed = read_listing({"data": items}, parse, time="created_time", now=NOON)

    assert len({post.native_id for post in listed.posts} | {item.native_id for item in listed.unreadable}) <= len(items)
    assert len(listed.seen) == len(items)
    assert all(post.created_at <= NOON + timedelta(days=1) for post in listed.posts)


@given(items=st.lists(_odd(a_review()) | _odd({"id": "900_1", "message": "x", "from": ANA}) | _JSON, max_size=4))
def test_no_post_tag_or_review_however_odd_breaks_its_page(items: list[Any]) -> None:
    for parse in (parse_post, parse_tagged, parse_review):
        posts, aside = read_each(items, partial(parse, own=OWN, now=NOON))

        assert len(posts) + len(aside) <= len(items)


@given(
    talks=st.lists(_odd(a_talk(a_message())) | _JSON, max_size=3), more=st.lists(_odd(a_message()) | _JSON, max_size=3)
)
def test_no_conversation_however_odd_breaks_its_page(talks: list[Any], more: list[Any]) -> None:
    talks = [*talks, a_talk(native_id="t_2", messages={"data": more})]

    listed = read_conversations({"data": talks}, OWN, floor=NOON - timedelta(hours=1), now=NOON)

    assert all(post.kind is PostKind.DIRECT for post in listed.posts)
    assert all(item.why for item in listed.unreadable)
