"""The list of rows where replies and images come late, or others label, too."""

import json

import numpy as np
import pytest
from page_client import CLASSES, new_session, truth_of
from page_list import Held, List, listed_session, sent

from sklearn_active.labeling import LabelJournal

pytestmark = pytest.mark.browser


@pytest.fixture
def session(tmp_path):
    with listed_session(tmp_path / "j") as session:
        yield session


@pytest.fixture
def rows(new_page, server):
    rows = List(new_page().open(server.url)).open()
    rows.root.locator(".labeler-rows").focus()
    return rows


def press(rows, *keys):
    for key in keys:
        rows.page.page.keyboard.press(key)


def chosen(rows):
    """Return the place of the row that is picked."""
    return int(rows.picked.get_attribute("aria-posinset")) - 1


def labels_of(journal):
    events = LabelJournal.read(journal)[1]
    return [(e["row"], e["label"], e["reason"]) for e in events if "label" in e][12:]


HOLD_DECODING = """() => {
    const decode = HTMLImageElement.prototype.decode;
    window.held = [];
    HTMLImageElement.prototype.decode = async function () {
        await new Promise((resolve) => window.held.push(resolve));
        return decode.call(this);
    };
}"""
RELEASE = """async () => {
    window.held.forEach((each) => each());
    await new Promise((resolve) => setTimeout(resolve, 300));
}"""


class TestLateImages:
    """An image that is decoded after another row was picked is not shown."""

    @pytest.fixture
    def rows(self, new_page):
        items = [f"text {i}" for i in range(40)]
        items[1] = np.arange(64.0).reshape(8, 8)
        with new_session(items=items) as session, session.serve() as server:
            rows = List(new_page().open(server.url)).open()
            rows.root.locator(".labeler-rows").focus()
            rows.page.page.evaluate(HOLD_DECODING)
            yield rows

    def test_in_the_list_the_row_that_is_picked_stays_shown(self, rows):
        press(rows, "ArrowDown")
        rows.page.page.wait_for_function("() => window.held.length === 1")
        press(rows, "ArrowDown")
        rows.wait_for(2)
        rows.page.page.evaluate(RELEASE)
        assert rows.page.row == 2
        assert rows.root.locator(".labeler-item").inner_text() == "text 2"
        assert rows.page.title == "text 2"

    def test_after_closing_the_question_stays_shown(self, rows):
        press(rows, "ArrowDown")
        rows.page.page.wait_for_function("() => window.held.length === 1")
        press(rows, "Escape")
        rows.page.wait()
        asked = rows.page.title
        rows.page.page.evaluate(RELEASE)
        assert rows.page.title == asked
        assert rows.page.root.get_attribute("data-mode") == "ready"

    def test_after_an_earlier_answer_is_left_the_question_stays_shown(self, rows):
        press(rows, "ArrowDown")
        rows.page.page.wait_for_function("() => window.held.length === 1")
        rows.page.page.evaluate(RELEASE)
        rows.wait_for(1)
        press(rows, "1")
        rows.wait_for(2)
        press(rows, "Escape")
        rows.page.wait()
        asked = rows.page.title
        press(rows, ",")
        rows.page.page.wait_for_function("() => window.held.length === 2")
        press(rows, "Escape")
        rows.page.wait()
        rows.page.page.evaluate(RELEASE)
        assert rows.page.title == asked
        assert rows.root.get_attribute("data-mode") == "ready"


def test_a_second_key_does_not_replace_the_label_just_given(rows, session):
    given = sent(rows.page, "relabel")
    held = Held(rows.page, "rows")
    press(rows, "1")
    held.wait()
    press(rows, "2")
    rows.wait_for(1)
    press(rows, "2")
    rows.wait_for(2)
    held.let_go()
    assert [(each["row"], each["label"]) for each in given] == [
        (0, '"ape"'),
        (1, '"bear"'),
    ]


def test_a_key_before_the_picked_row_is_shown_labels_nothing(rows, session):
    before = session.labels
    held = Held(rows.page, "item")
    press(rows, "ArrowDown")
    held.wait()
    button = rows.root.get_by_role("button", name="cat")
    assert button.get_attribute("aria-disabled") == "true"
    press(rows, "3")
    held.let_go()
    rows.wait_for(1)
    assert session.labels == before
    press(rows, "3")
    rows.wait_for(2)
    assert chosen(rows) == 2
    assert session.labels == before | {1: "cat"}


def test_a_move_while_a_label_is_saved_skips_no_row(rows, session):
    held = Held(rows.page, "relabel")
    press(rows, "2")
    held.wait()
    press(rows, "ArrowDown", "ArrowDown")
    rows.rows.nth(5).click()
    assert chosen(rows) == 0
    held.let_go()
    rows.wait_for(1)
    assert chosen(rows) == 1


def test_what_is_not_saved_stays_announced_while_keys_move(rows, session):
    rows.page.page.route("**/relabel", lambda route: route.abort())
    press(rows, "2")
    rows.page.wait("unsaved")
    told = rows.page.banner
    assert "kept here" in told
    rows.page.page.route("**/item", lambda route: route.abort())
    press(rows, "ArrowDown")
    rows.rows.nth(7).click()
    rows.root.get_by_role("searchbox").fill("bears")
    rows.count.filter(has_text="Searching").wait_for(state="detached")
    assert rows.page.banner == told
    assert rows.page.root.get_attribute("data-mode") == "unsaved"
    rows.page.page.unroute("**/item")
    rows.page.page.unroute("**/relabel")
    rows.page.wait("changing")
    assert session.labels[0] == "bear"


def test_a_label_given_while_another_list_is_searched_keeps_its_reason(rows, session):
    held = Held(rows.page, "find")
    rows.root.get_by_label("Which rows", exact=True).select_option("suspect")
    held.wait()
    reason = rows.root.locator(".labeler-reason").inner_text()
    assert reason == f"labeled “{truth_of(0)}”"
    rows.root.get_by_role("button", name="cat").click()
    rows.wait_for(1)
    held.let_go()
    rows.count.filter(has_text="Searching").wait_for(state="detached")
    session.close()
    assert labels_of(session.kept_in) == [(0, "cat", "list")]


def test_the_row_that_was_reviewed_is_the_one_marked(new_page, session, server):
    wrong = {row: next(c for c in CLASSES if c != truth_of(row)) for row in (4, 7, 9)}
    for row, label in wrong.items():
        session.relabel(row, label)
    session.wait()
    suspect = session.find(status="suspect", order="suspicious").tolist()
    assert len(suspect) > 2
    rows = List(new_page().open(server.url)).open()
    rows.choose("Which rows", "suspect", f"{len(suspect)} row")
    rows.wait_for(suspect[0])
    held = Held(rows.page, "rows")
    press(rows, "1")
    rows.wait_for(suspect[1])
    press(rows, "ArrowDown")
    held.let_go()
    rows.wait_for(suspect[2])
    marked = rows.rows.filter(has=rows.page.page.locator(".labeler-given"))
    assert marked.count() == 1
    assert marked.get_attribute("aria-posinset") == "1"


class TestColleagues:
    def test_the_label_that_was_seen_is_sent_along(self, rows):
        given = sent(rows.page, "relabel")
        press(rows, "3")
        rows.wait_for(1)
        press(rows, "End")
        rows.wait_for(39)
        press(rows, "3")
        rows.picked.filter(has_text="cat").wait_for()
        assert [each["shown"] for each in given] == [truth_of(0), None]

    def test_one_that_was_replaced_meanwhile_is_asked_anew(self, rows, session):
        refused = {"error": "Another person gave it the label “cat”."}

        def refuse(route):
            session.relabel(0, "cat")
            state = route.fetch(url=route.request.url.replace("relabel", "state"))
            route.fulfill(status=409, json=refused | {"state": state.json()})

        rows.page.page.route("**/relabel", refuse, times=1)
        press(rows, "2")
        rows.root.locator(".labeler-reason", has_text="labeled “cat”").wait_for()
        rows.wait_for(0)
        assert rows.page.banner == refused["error"]
        assert session.labels[0] == "cat"

    def test_their_labels_appear_in_the_list_and_at_the_row(self, rows, session):
        before = rows.rows.nth(1).inner_text()
        assert not before.endswith("cat")
        session.relabel(0, "cat")
        session.relabel(1, "cat")
        rows.rows.nth(1).filter(has_text="cat").wait_for()
        rows.root.locator(".labeler-reason", has_text="labeled “cat”").wait_for()


class TestWaysOut:
    def test_back_closes_the_list(self, rows, session):
        asked = session.ask()
        rows.root.get_by_role("button", name="Back").click()
        rows.page.wait()
        assert rows.page.question == asked.id
        assert rows.root.get_by_role("searchbox").count() == 0
        rows.page.press("1")
        assert session.labels[asked.indices[0]] == "ape"

    def test_finish_closes_the_list_and_nothing_leaves_its_page(self, rows):
        rows.root.get_by_role("button", name="Finish").click()
        rows.page.wait("finished")
        press(rows, "ArrowDown", "1")
        assert rows.page.title == "Finished"
        more = rows.root.get_by_role("button", name="Label more")
        assert more.is_visible()

    def test_label_more_tells_the_program_and_goes_on(self, rows, session):
        rows.root.get_by_role("button", name="Finish").click()
        rows.page.wait("finished")
        told = []

        def resume(route):
            told.append(json.loads(route.request.post_data))
            url = route.request.url.replace("resume", "state")
            route.fulfill(json=route.fetch(url=url).json())

        rows.page.page.route("**/resume", resume)
        rows.root.get_by_role("button", name="Label more").click()
        rows.page.wait()
        assert told == [{}]
        row = rows.page.row
        rows.page.press("2")
        assert session.labels[row] == "bear"

    def test_a_flag_is_set_and_taken_off(self, rows, session):
        flagged = sent(rows.page, "flag")
        for expected in ([0], []):
            with rows.page.page.expect_response("**/rows"):
                press(rows, "!")
            rows.wait_for(0)
            assert session.flagged == expected
            assert rows.root.get_attribute("aria-busy") == "false"
        assert [each["flagged"] for each in flagged] == [True, False]

    def test_after_an_undo_the_row_can_be_labeled(self, rows, session):
        press(rows, "3")
        rows.wait_for(1)
        with rows.page.page.expect_response("**/rows"):
            press(rows, "ArrowLeft")
        rows.wait_for(1)
        assert session.labels[0] == truth_of(0)
        press(rows, "3")
        rows.wait_for(2)
        assert session.labels[1] == "cat"


class TestSearches:
    def test_one_that_takes_long_is_waited_for(self, new_page, server):
        page = new_page()
        page.page.add_init_script(
            """AbortSignal.timeout = (ms) => {
                const one = new AbortController();
                if (ms < 60000) window.impatient = one;
                else window.patient = ms;
                return one.signal;
            };"""
        )
        rows = List(page.open(server.url)).open()
        assert page.page.evaluate("window.patient") == 600_000
        held = Held(page, "find")
        rows.root.get_by_role("searchbox").fill("bears")
        held.wait()
        assert rows.count.inner_text() == "Searching …"
        page.page.evaluate("window.impatient.abort()")
        held.let_go()
        rows.count.filter(has_text=" rows").wait_for()

    def test_a_newer_one_overtakes_an_older_one(self, rows):
        held = Held(rows.page, "find")
        rows.root.get_by_role("searchbox").fill("bears")
        held.wait()
        rows.root.get_by_role("searchbox").fill("text 39")
        held.wait(2)
        older, newer = held.routes
        newer.continue_()
        rows.count.filter(has_text="1 row").wait_for()
        rows.wait_for(39)
        with rows.page.page.expect_response("**/find"):
            older.continue_()
        rows.root.locator(".labeler-rows").focus()
        assert rows.count.inner_text() == "1 row"
        assert rows.page.row == 39

    def test_while_it_is_opened_anew_no_row_of_the_last_list_is_there(self, rows):
        press(rows, "Escape")
        rows.page.wait()
        held = Held(rows.page, "find")
        picked = sent(rows.page, "item")
        press(rows, "/")
        held.wait()
        assert rows.rows.count() == 0
        rows.root.locator(".labeler-rows").focus()
        press(rows, "ArrowDown", "1")
        held.let_go()
        rows.wait_for(0)
        assert picked == []

    def test_a_list_that_was_forgotten_is_found_again_with_its_row(self, rows, server):
        press(rows, "End")
        rows.wait_for(39)
        (desk,) = server.desks.values()
        desk._lists.clear()
        with rows.page.page.expect_response("**/find"):
            press(rows, "!")
        rows.count.filter(has_text="40 rows").wait_for()
        rows.wait_for(39)
        assert chosen(rows) == 39
        press(rows, "ArrowUp")
        rows.wait_for(38)


class TestKeys:
    @pytest.mark.parametrize("name", ["Which rows", "Label", "Guess", "Order"])
    def test_after_an_option_is_chosen_they_are_for_the_rows(self, rows, name):
        choice = rows.root.get_by_label(name, exact=True)
        choice.focus()
        with rows.page.page.expect_response("**/find"):
            choice.select_option(index=1)
        assert rows.root.locator(".labeler-rows:focus").count() == 1

    def test_a_key_steps_through_options_and_enter_leaves_them(self, rows):
        choice = rows.root.get_by_label("Which rows", exact=True)
        choice.focus()
        for status in ("labeled", "unlabeled"):
            press(rows, "ArrowDown")
            assert choice.input_value() == status
        press(rows, "Enter")
        assert rows.root.locator(".labeler-rows:focus").count() == 1
        rows.count.filter(has_text="28 rows").wait_for()

    def test_after_guesses_are_shown_they_are_for_the_rows(self, rows):
        rows.root.get_by_label("Show guesses").check()
        press(rows, "3")
        rows.wait_for(1)

    def test_pages_go_by_what_is_seen_where_the_rows_have_the_focus(self, rows):
        height = rows.root.locator(".labeler-rows").evaluate("e => e.clientHeight")
        press(rows, "PageDown")
        rows.page.page.wait_for_function(
            "() => Number(document.querySelector('.labeler').dataset.row) > 0"
        )
        assert height / 36 - 2 <= chosen(rows) <= height / 36
        press(rows, "PageUp")
        rows.wait_for(0)

    def test_the_help_says_what_arrows_do_in_the_list(self, rows):
        press(rows, "?")
        text = rows.root.get_by_role("dialog").inner_text()
        assert "Go to the row above, or below" in text
        press(rows, "Escape", "Escape")
        rows.page.wait()
        press(rows, "?")
        text = rows.root.get_by_role("dialog").inner_text()
        assert "Go to the row above, or below" not in text


class TestPhone:
    SIZE = {"viewport": {"width": 390, "height": 844}}

    def test_the_item_is_as_tall_as_its_text_and_classes_are_seen(
        self, new_page, server
    ):
        rows = List(new_page(**self.SIZE).open(server.url)).open()
        item = rows.root.locator(".labeler-item").bounding_box()
        assert item["height"] < 100
        box = rows.root.get_by_role("group", name="Classes").bounding_box()
        assert box["y"] + box["height"] <= 844

    @pytest.mark.parametrize("item", ["line\n" * 60, [[0.0, 1.0], [1.0, 0.0]]])
    def test_long_texts_and_images_leave_the_classes_in_sight(self, new_page, item):
        shown = item if isinstance(item, str) else np.array(item)
        classes = [f"class {i}" for i in range(30)]
        with (
            new_session(items=[shown] * 40, classes=classes) as session,
            session.serve() as server,
        ):
            rows = List(new_page(**self.SIZE).open(server.url)).open()
            item = rows.root.locator(".labeler-item").bounding_box()
            assert 150 < item["height"] <= 176
            box = rows.root.get_by_role("group", name="Classes").bounding_box()
            assert box["height"] > 100
            assert box["y"] + box["height"] <= 844


def test_the_first_look_at_many_rows_says_that_it_takes_a_minute(new_page, server):
    page = new_page()
    is_ready = []

    def prepare(route):
        reply = route.fetch().json()
        if not is_ready:
            reply |= {"question": None, "done": None, "preparing": True}
        route.fulfill(json=reply)

    page.page.route("**/state", prepare)
    page.open(server.url, "waiting")
    text = page.root.locator(".labeler-item").inner_text()
    assert page.title == "One moment…"
    assert text == (
        "The model looks at all rows first; with many rows that takes a minute."
    )
    is_ready.append(True)
    page.wait()
    assert page.title != "One moment…"
