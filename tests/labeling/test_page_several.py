"""Several labels per row at the page, in a browser: chosen by keys, then saved."""

import pytest
from page_browser import PHONE, WIDE, serious_violations
from several_sessions import NAMES, answer, several_session

pytestmark = pytest.mark.browser

EARLY = "A key was pressed before this row was shown."


@pytest.fixture
def session(tmp_path):
    with several_session(tmp_path / "j") as session:
        answer(session, 3)
        yield session


@pytest.fixture
def page(new_page, server):
    return new_page(**WIDE).open(server.url)


def button_of(page, name):
    return page.root.get_by_role("button", name=name, exact=True)


def pressed(page):
    """Return the labels that are chosen, as a screen reader hears it."""
    buttons = page.root.locator("button[aria-pressed=true] .labeler-name")
    return buttons.all_inner_texts()


def save(page, *keys):
    """Press keys, then Enter; return the row when the next is shown."""
    row = page.row
    for key in keys:
        page.page.keyboard.press(key)
    page.press("Enter")
    return row


class TestChoosing:
    def test_keys_choose_labels_and_enter_saves_them(self, page, session):
        first, second = save(page, "3", "1"), save(page, "2")
        assert session.labels[first] == ("sport", "health")
        assert session.labels[second] == ("law",)
        assert pressed(page) == []
        latest = page.root.locator(".labeler-recent li .labeler-given")
        assert latest.all_inner_texts()[:2] == ["law", "sport; health"]

    def test_a_second_press_takes_a_label_away(self, page, session):
        row = save(page, "1", "2", "1")
        assert session.labels[row] == ("law",)

    def test_nothing_chosen_says_so_and_is_none_of_them(self, page, session):
        about = page.root.locator(".labeler-save .labeler-about")
        assert about.inner_text() == "none of these"
        page.page.keyboard.press("2")
        assert about.inner_text() == "law"
        page.page.keyboard.press("2")
        assert about.inner_text() == "none of these"
        row = save(page)
        assert session.labels[row] == ()

    def test_the_mouse_chooses_and_enter_saves_then_too(self, page, session):
        row, question = page.row, page.question
        button_of(page, "law").click()
        button_of(page, "sport").click()
        assert pressed(page) == ["sport", "law"]
        page.press("Enter")  # the last one has the focus
        assert session.labels[row] == ("sport", "law")
        row, question = page.row, page.question
        button_of(page, "health").click()
        button_of(page, "Save").click()
        page.wait_for_another(question)
        assert session.labels[row] == ("health",)

    def test_on_a_phone(self, new_page, server, session):
        page = new_page(**PHONE).open(server.url)
        row, question = page.row, page.question
        button_of(page, "law").tap()
        button_of(page, "Save").tap()
        page.wait_for_another(question)
        assert session.labels[row] == ("law",)
        width = page.page.evaluate("document.documentElement.scrollWidth")
        assert width == 375

    @pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
    def test_nothing_serious_is_wrong_for_screen_readers(self, new_page, server, size):
        page = new_page(**size).open(server.url)
        page.page.keyboard.press("1")
        assert serious_violations(page.page) == {}

    def test_one_of_many_is_found_by_its_letters(self, new_page):
        names = [f"{word} {i}" for i in range(7) for word in ("ab", "cd")]
        with several_session(classes=names) as session, session.serve() as server:
            page = new_page(**WIDE).open(server.url)
            row = page.row
            page.page.keyboard.type("cd 4")
            page.page.keyboard.press("Enter")
            page.page.keyboard.type("ab 2")
            page.page.keyboard.press("Enter")
            assert pressed(page) == ["ab 2", "cd 4"]
            page.press("Enter")
            assert session.labels[row] == ("ab 2", "cd 4")


class TestCommands:
    def test_skip_undo_and_the_guess(self, page, session):
        row = save(page, "1")
        page.press("ArrowLeft")
        assert page.row == row
        assert row not in session.labels
        page.page.keyboard.press("2")
        page.press("ArrowRight")
        assert row not in session.labels
        assert pressed(page) == []
        page.page.keyboard.press(".")
        page.page.get_by_text("The model's guess:").wait_for()

    def test_an_earlier_answer_is_changed_from_what_it_is(self, page, session):
        row = save(page, "1", "2")
        page.press(",", "changing")
        assert (page.row, pressed(page)) == (row, ["sport", "law"])
        page.page.keyboard.press("1")
        page.page.keyboard.press("3")
        page.command("Enter", "relabel")
        assert session.labels[row] == ("law", "health")

    def test_the_help_says_how_to_save(self, page):
        page.page.keyboard.press("?")
        page.root.get_by_role("heading", name="The answer").wait_for()
        page.root.get_by_text("that the row has none of them").wait_for()
        page.page.keyboard.press("Escape")
        page.wait_for_no_dialog()


class TestTooEarly:
    def test_a_key_before_a_row_is_shown_makes_no_half_an_answer(self, page, session):
        held = []
        page.page.route("**/answer", lambda route: held.append(route))
        first = page.row
        page.page.keyboard.press("1")
        with page.page.expect_request("**/answer"):
            page.page.keyboard.press("Enter")
        page.page.keyboard.press("2")  # of 2 and 3, for the next row
        held[0].continue_()
        page.page.unroute("**/answer")
        page.page.locator(
            f".labeler[data-mode=ready]:not([data-row='{first}'])"
        ).wait_for()
        second = page.row
        page.page.keyboard.press("3")
        page.page.keyboard.press("Enter")
        page.page.get_by_text(EARLY).wait_for()
        assert session.labels[first] == ("sport",)
        assert second not in session.labels
        assert pressed(page) == ["health"]
        assert save(page, "2") == second
        assert session.labels[second] == ("law", "health")


class TestTheList:
    def test_rows_are_given_labels_one_after_the_other(self, page, session):
        before = [session.labels.get(row) or () for row in range(3)]
        page.page.keyboard.press("/")
        page.wait("changing")
        statuses = page.root.get_by_role("combobox", name="Which rows").inner_text()
        assert "The guess is not the label" not in statuses
        assert "Doubtful labels, to review" not in statuses
        orders = page.root.get_by_role("combobox", name="Order").inner_text()
        assert "likely" not in orders
        assert page.root.get_by_role("combobox", name="Guess").count() == 0
        page.page.keyboard.press("Enter")  # from the search down into the rows
        for row, key in enumerate("132"):
            page.page.locator(
                f".labeler[data-row='{row}'][data-mode=changing]"
            ).wait_for()
            assert pressed(page) == list(before[row])
            page.page.keyboard.press(key)
            page.page.keyboard.press("Enter")
        page.page.locator(".labeler[data-row='3'][data-mode=changing]").wait_for()
        added = [{"sport"}, {"health"}, {"law"}]
        for row, label in enumerate(before):
            assert set(session.labels[row]) == set(label) ^ added[row]

    def test_rows_that_have_a_label_beside_others_are_found(self, page, session):
        page.page.keyboard.press("/")
        page.wait("changing")
        page.root.get_by_role("combobox", name="Label").select_option(label="law")
        page.root.locator(".labeler-found").get_by_text("row").wait_for()
        wanted = [row for row, label in session.labels.items() if "law" in label]
        assert len(wanted) >= 1
        page.page.get_by_text(f"{len(wanted)} row").first.wait_for()


def test_the_figures_are_those_of_the_report(new_page):
    with several_session(audit=1.0) as session:
        answer(session, 25)
        report = session.report()
        with session.serve() as server:
            page = new_page(**WIDE).open(server.url)
            figures = page.root.locator(".labeler-figures").inner_text()
    assert f"{round(100 * report.audit.accuracy)}\N{NO-BREAK SPACE}%" in figures
    for name in NAMES:
        assert f"{name}\n{report.class_counts[name]}" in figures
