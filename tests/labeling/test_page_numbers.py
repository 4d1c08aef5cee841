"""Numbers at the page, in a browser: typed, corrected, and never half of one."""

import pytest
from number_sessions import MM, answer, number_session
from page_browser import PHONE, WIDE, serious_violations

pytestmark = pytest.mark.browser

EARLY = "You began to type before this row was shown. Type it again."


@pytest.fixture
def session(tmp_path):
    with number_session(tmp_path / "j", numbers=MM) as session:
        answer(session, 3)
        yield session


@pytest.fixture
def page(new_page, server):
    return new_page(**WIDE).open(server.url)


def field_of(page):
    return page.root.get_by_role("textbox", name="a number from 0 to 400 mm")


def has_focus(field):
    return field.evaluate("field => field.getRootNode().activeElement === field")


def type_number(page, text):
    """Type a number, press Enter, and wait for the next question; return its row."""
    row = page.row
    page.page.keyboard.type(text)
    page.press("Enter")
    return row


class TestTyping:
    def test_a_number_then_enter_from_the_first_key_on(self, page, session):
        first = type_number(page, "12,5")
        second = type_number(page, "7 mm")
        assert (session.labels[first], session.labels[second]) == (12.5, 7)
        assert has_focus(field_of(page))
        assert field_of(page).input_value() == ""
        latest = page.root.locator(".labeler-recent li").first
        assert latest.inner_text().split() == ["Row", str(second + 1), "7", "mm"]

    def test_a_phone_shows_keys_for_numbers_and_keeps_them(
        self, new_page, server, session
    ):
        page = new_page(**PHONE).open(server.url)
        field = field_of(page)
        assert field.get_attribute("inputmode") == "decimal"
        field.tap()
        row, question = page.row, page.question
        page.page.keyboard.type("42")
        page.root.get_by_role("button", name="Save").tap()
        page.wait_for_another(question)
        assert session.labels[row] == 42
        width = page.page.evaluate("document.documentElement.scrollWidth")
        assert width == 375

    def test_where_a_minus_may_be_needed_a_phone_has_one(self, new_page):
        with number_session() as session, session.serve() as server:
            page = new_page(**PHONE).open(server.url)
            field = page.root.get_by_role("textbox", name="a number")
            assert field.get_attribute("inputmode") == "text"
            row = type_number(page, "-3")
            assert session.labels[row] == -3

    @pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
    def test_nothing_serious_is_wrong_for_screen_readers(self, new_page, server, size):
        page = new_page(**size).open(server.url)
        assert serious_violations(page.page) == {}


class TestRefused:
    def test_out_of_range_says_so_and_stays_to_be_corrected(self, page, session):
        row, before = page.row, dict(session.labels)
        page.page.keyboard.type("500")
        page.command("Enter", "answer")
        assert page.banner == "500 mm is out of range: give a number from 0 to 400 mm."
        assert session.labels == before
        assert (page.row, field_of(page).input_value()) == (row, "500")
        type_number(page, "50")  # it was selected: typed over
        assert session.labels[row] == 50
        assert page.banner == ""

    def test_an_earlier_answer_is_changed(self, page, session):
        row = type_number(page, "5")
        page.press("<", "changing")
        assert page.row == row
        page.page.keyboard.type("500")
        page.page.keyboard.press("Enter")
        page.page.get_by_text("500 mm is out of range").wait_for()
        page.wait("changing")
        assert field_of(page).input_value() == "500"
        page.page.keyboard.type("6")
        page.command("Enter", "relabel")
        assert session.labels[row] == 6

    def test_enter_alone_gives_nothing(self, page, session):
        before, question = dict(session.labels), page.question
        page.page.keyboard.press("=")
        page.page.get_by_text("The model's guess: about").wait_for()
        assert field_of(page).input_value() == ""
        field_of(page).focus()
        page.page.keyboard.press("Enter")
        page.command("!", "flag")
        assert (page.question, session.labels) == (question, before)


class TestKeys:
    def test_in_an_empty_field_they_are_commands(self, page, session):
        row = type_number(page, "5")
        assert has_focus(field_of(page))
        page.press("ArrowLeft")
        assert page.row == row
        assert row not in session.labels
        page.press("ArrowRight")
        assert row not in session.labels
        assert session.report().n_skipped == 1
        page.command("!", "flag")
        assert session.flagged == [page.row]
        page.command("=", "guess")
        page.page.keyboard.press("?")
        page.root.get_by_role("heading", name="The answer").wait_for()
        page.page.keyboard.press("Escape")
        page.wait_for_no_dialog()

    def test_with_something_in_it_they_are_typed(self, page, session):
        before, question = dict(session.labels), page.question
        page.page.keyboard.type("5!=</*?")
        for key in ("ArrowLeft", "ArrowRight", "Home"):
            page.page.keyboard.press(key)
        assert field_of(page).input_value() == "5!=</*?"
        page.page.keyboard.press("Escape")
        assert field_of(page).input_value() == ""
        page.page.keyboard.press("Backspace")  # one too many undoes nothing
        page.command("!", "flag")
        assert (page.question, session.labels) == (question, before)

    def test_digits_and_signs_are_never_commands(self, page, session):
        before, question = dict(session.labels), page.question
        for key in "0123456789.,+-e":
            page.page.keyboard.press(key)
        assert field_of(page).input_value() == "0123456789.,+-e"
        assert (page.question, session.labels) == (question, before)


class TestTooEarly:
    def test_what_is_typed_before_a_row_is_shown_makes_no_half_a_number(
        self, page, session
    ):
        held = []
        page.page.route("**/answer", lambda route: held.append(route))
        first = page.row
        page.page.keyboard.type("10")
        with page.page.expect_request("**/answer"):
            page.page.keyboard.press("Enter")
        page.page.keyboard.press("4")  # of 42, for the next row
        held[0].continue_()
        page.page.unroute("**/answer")
        page.page.locator(
            f".labeler[data-mode=ready]:not([data-row='{first}'])"
        ).wait_for()
        second = page.row
        page.page.keyboard.press("2")
        page.page.keyboard.press("Enter")
        page.page.get_by_text(EARLY).wait_for()
        assert session.labels[first] == 10
        assert second not in session.labels
        assert type_number(page, "42") == second
        assert session.labels[second] == 42


class TestTheList:
    def test_rows_are_given_numbers_one_after_the_other(self, page, session):
        page.page.keyboard.press("/")
        page.wait("changing")
        options = page.root.get_by_role("combobox", name="Which rows")
        assert "Doubtful labels, to review" not in options.inner_text()
        orders = page.root.get_by_role("combobox", name="Order").inner_text()
        assert "Farthest from the guess first" in orders
        assert "The model is least sure first" not in orders
        assert page.root.get_by_role("combobox", name="Guess").count() == 0
        page.page.keyboard.press("Enter")  # from the search down into the rows
        for row, text in enumerate(("1", "2,5", "3")):
            page.page.locator(
                f".labeler[data-row='{row}'][data-mode=changing]"
            ).wait_for()
            page.page.keyboard.type(text)
            page.page.keyboard.press("Enter")
        page.page.locator(".labeler[data-row='3'][data-mode=changing]").wait_for()
        assert [session.labels[row] for row in range(3)] == [1, 2.5, 3]
        page.page.keyboard.press("ArrowUp")
        page.page.locator(".labeler[data-row='2'][data-mode=changing]").wait_for()


def test_the_figures_are_those_of_the_report(new_page):
    with number_session(audit=1.0, numbers=MM) as session:
        answer(session, 14)
        audit = session.report().audit
        with session.serve() as server:
            page = new_page(**WIDE).open(server.url)
            figures = page.root.locator(".labeler-figures").inner_text()
    assert MM.rounded(audit.mean_error) in figures
    assert MM.rounded(audit.baseline) in figures
    assert "Labels by class" not in figures
