"""The list of all rows at the page: found, reviewed, labeled where they stand."""

import re

import numpy as np
import pytest
from page_browser import serious_violations
from page_client import CLASSES, X, new_session, truth_of
from page_list import TEXTS, List, listed_session
from sklearn.naive_bayes import GaussianNB

from sklearn_active import ActiveLearner
from sklearn_active.labeling import LabelingSession, LabelJournal

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}}


@pytest.fixture
def session(tmp_path):
    with listed_session(tmp_path / "j") as session:
        yield session


@pytest.fixture
def rows(new_page, server):
    return List(new_page().open(server.url)).open()


def journal_of(session):
    session.close()
    return LabelJournal.read(session.kept_in)[1]


def test_rows_are_searched_by_what_they_say_and_labeled_by_keys(rows, session):
    found = [i for i in range(40) if "bear" in TEXTS[i] and "1" in TEXTS[i]]
    rows.search("ABOUT bears 1", f"{len(found)} rows")
    assert rows.rows.all_inner_texts() == [
        TEXTS[i] + ("\nbear" if i < 12 else "") for i in found
    ]
    rows.page.page.keyboard.press("ArrowDown")  # out of the field, into the list
    rows.page.page.keyboard.press("ArrowDown")
    rows.wait_for(found[1])
    rows.page.page.keyboard.press("ArrowUp")
    rows.wait_for(found[0])
    rows.label("1")
    assert session.labels[found[0]] == "ape"
    assert rows.page.row == found[1]
    assert journal_of(session)[-1]["reason"] == "search"


def test_closing_goes_back_to_the_question_that_is_open(rows, session):
    asked = session.ask()
    rows.page.page.keyboard.press("Escape")
    rows.page.wait()
    assert rows.page.row == asked.indices[0]
    assert rows.page.question == asked.id
    assert rows.root.get_by_role("searchbox").count() == 0


@pytest.mark.parametrize(
    ("status", "n"), [("labeled", 12), ("unlabeled", 28), ("flagged", 2), ("all", 40)]
)
def test_only_rows_of_a_kind_are_shown(rows, session, status, n):
    session.flag(3)
    session.flag(30)
    rows.choose("Which rows", status, n)
    assert rows.rows.count() >= min(n, 15)


def test_a_flag_is_taken_away_by_its_key(rows, session):
    session.flag(3)
    rows.choose("Which rows", "flagged", "1 row$")
    rows.root.locator(".labeler-rows").focus()
    rows.page.wait("changing")
    with rows.page.page.expect_response("**/rows"):
        rows.page.page.keyboard.press("!")
    assert session.flagged == []
    assert rows.rows.first.locator(".labeler-flagged").count() == 0


def test_guesses_are_shown_when_they_are_asked_for(rows, session):
    assert "?" not in rows.rows.nth(2).inner_text()
    rows.root.get_by_label("Show guesses").check()
    guess = session.guess(2)
    assert re.search(rf"{guess}\? \d+", rows.rows.nth(2).inner_text())


def test_doubtful_labels_are_asked_again_without_showing_them(
    new_page, session, server
):
    wrong = next(c for c in CLASSES if c != truth_of(4))
    session.relabel(4, wrong)
    session.wait()
    suspect = session.find(status="suspect", order="suspicious").tolist()
    assert 4 in suspect
    rows = List(new_page().open(server.url)).open()
    rows.choose("Which rows", "suspect", f"{len(suspect)} rows? to look at again")
    rows.root.locator(".labeler-rows").focus()
    texts = rows.rows.all_inner_texts()
    assert texts == [TEXTS[row] for row in suspect]
    for row in suspect:
        rows.wait_for(row)
        assert "labeled" not in rows.root.locator(".labeler-reason").inner_text()
        key = str(CLASSES.index(truth_of(row)) + 1)
        if row != suspect[-1]:
            rows.label(key)
    rows.page.page.keyboard.press(key)
    done = rows.rows.filter(has_text=re.compile("again|→"))
    done.nth(len(suspect) - 1).wait_for()
    assert f"{wrong} → {truth_of(4)}" in rows.rows.nth(suspect.index(4)).inner_text()
    assert session.labels[4] == truth_of(4)
    assert session.find(status="suspect").size == 0
    events = journal_of(session)[-len(suspect) :]
    assert {event["reason"] for event in events} == {"review"}


def test_more_like_this_one(new_page, session, server):
    page = new_page().open(server.url)
    row = page.row
    page.page.keyboard.press("*")
    page.wait("changing")
    near = session.find(status="unlabeled", like=row)
    assert page.row == near[0]
    rows = List(page)
    rows.label("2")
    assert session.labels[near[0]] == "bear"
    assert session.report().audit.n == 0
    assert journal_of(session)[-1]["reason"] == "similar"


def test_more_of_a_class(rows, session):
    likely = session.find(likely="cat").tolist()
    rows.choose("Order", 'likely:"cat"', "40 rows")
    rows.wait_for(likely[0])
    first = [text.split("\n")[0] for text in rows.rows.all_inner_texts()[:10]]
    assert first == [TEXTS[row] for row in likely[:10]]


def test_an_undo_takes_back_what_was_given_in_the_list(rows, session):
    rows.root.locator(".labeler-rows").focus()
    rows.page.page.keyboard.press("End")
    rows.wait_for(39)
    with rows.page.page.expect_response("**/rows"):
        rows.page.page.keyboard.press("3")
    rows.picked.filter(has_text=re.compile("cat$")).wait_for()
    rows.page.wait("changing")
    with rows.page.page.expect_response("**/rows"):
        rows.page.page.keyboard.press("ArrowLeft")
    assert 39 not in session.labels


def test_where_nothing_is_found_it_says_so_and_no_key_counts(rows, session):
    rows.search("teapot", "0 rows")
    rows.page.wait("done")
    before = session.labels
    rows.root.locator(".labeler-rows").focus()
    for key in ("1", "!", "*"):
        rows.page.page.keyboard.press(key)
    assert "No row is like that." in rows.root.inner_text()
    assert session.labels == before


def test_what_can_not_be_said_yet_is_said_to_be(new_page):
    with new_session() as session, session.serve() as server:
        rows = List(new_page().open(server.url)).open()
        rows.choose("Order", "sure", "There is no model yet")
        assert rows.rows.count() == 0


def test_a_hundred_thousand_rows_are_scrolled_and_few_of_them_drawn(new_page):
    n = 100_000
    items = [f"row {i}" for i in range(n)]
    learner = ActiveLearner(GaussianNB(), "random", random_state=0)
    X = np.arange(n)[:, np.newaxis]
    with (
        LabelingSession(learner, X, items=items, classes=CLASSES) as session,
        session.serve() as server,
    ):
        rows = List(new_page().open(server.url)).open()
        rows.root.locator(".labeler-rows").focus()
        rows.page.page.keyboard.press("End")
        last = rows.rows.filter(has_text="row 99999")
        last.wait_for()
        assert rows.rows.count() < 60
        assert last.get_attribute("aria-posinset") == str(n)


def test_what_stands_in_a_row_is_text(new_page):
    evil = ["<img src=x onerror=alert(1)>"] * len(X)
    with new_session(items=evil) as session, session.serve() as server:
        rows = List(new_page().open(server.url)).open()
        assert rows.rows.first.inner_text() == evil[0]
        assert rows.root.locator("img").count() == 0


@pytest.mark.parametrize("options", [{}, PHONE, {"color_scheme": "dark"}])
def test_axe_finds_nothing_serious_and_nothing_sticks_out(new_page, server, options):
    rows = List(new_page(**options).open(server.url)).open()
    assert serious_violations(rows.page.page) == {}
    width = rows.page.page.evaluate("document.documentElement.scrollWidth")
    assert width <= rows.page.page.viewport_size["width"]


def test_who_has_still_to_answer_is_not_told_what_others_said(new_page):
    with (
        new_session(items=TEXTS, votes_per_row=2) as session,
        session.serve(annotators=["ann", "bob"]) as server,
    ):
        session.relabel(0, "bear", "bob")
        rows = List(new_page().open(server.urls["ann"])).open()
        first = rows.rows.first
        assert first.inner_text() == f"{TEXTS[0]}\nlabeled by others"
        assert rows.root.locator(".labeler-reason").inner_text() == "labeled by others"
        with rows.page.page.expect_response("**/relabel"):
            rows.root.locator(".labeler-rows").press("1")
        first.filter(has_text=re.compile("ape$")).wait_for()
        assert session.votes()[0] == {"bob": "bear", "ann": "ape"}
