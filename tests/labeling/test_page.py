"""The labeling page, as a person's browser shows it.

Needs a Chromium, and the extra `site-test`.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from page_browser import FLAGS, Attacker, key_of, serious_violations
from page_client import CLASSES, Client, new_session, truth_of
from sklearn.datasets import load_digits

from sklearn_active.labeling import LabelingWidget, LabelJournal

pytestmark = pytest.mark.browser

DIGITS = load_digits()


@pytest.fixture
def session():
    with new_session(new_classes="allow") as session:
        yield session


PROGRAM = """
import sys
from sklearn.datasets import load_digits
from sklearn_active import ActiveLearner
from sklearn_active.graph import GraphLabelSpreading
from sklearn_active.labeling import LabelingSession
digits = load_digits()
learner = ActiveLearner(GraphLabelSpreading(), "graph_herding", random_state=0)
session = LabelingSession(
    learner, digits.data, items=digits.images, classes=range(10), journal=sys.argv[1]
)
print(session.serve().url, flush=True)
sys.stdin.read()
"""


class Program:
    """A program that serves digits, until it is killed."""

    def __init__(self, journal):
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(journal)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parent.parent.parent,
        )
        self.url = self.process.stdout.readline().strip()

    def __enter__(self):
        return self

    def __exit__(self, *details):
        self.process.kill()
        self.process.communicate()


def test_a_session_by_keys_alone_survives_reload_kill_and_restart(new_page, tmp_path):
    journal = tmp_path / "labels.jsonl"
    page, given, skipped = new_page(), {}, []

    def label(n_labels):
        for _ in range(n_labels):
            row = page.row
            page.press(str(DIGITS.target[row]))
            given[row] = int(DIGITS.target[row])

    with Program(journal) as program:
        page.open(program.url)
        label(12)
        wrong = page.row
        page.press(str((DIGITS.target[wrong] + 1) % 10))
        page.press("ArrowLeft")
        assert page.row == wrong
        label(8)
        skipped.append(page.row)
        page.press("ArrowRight")
        page.page.reload()
        page.wait()
        label(5)
    unsaved = page.row
    page.page.keyboard.press("7")
    page.wait("unsaved")
    assert "Not saved" in page.banner
    with Program(journal) as program:
        page.wait()  # the answer that was kept at the page has arrived
        given[unsaved] = 7
        page = new_page()
        page.open(program.url)
        assert "26 labels" in page.root.inner_text()
        label(14)
    _, events = LabelJournal.read(journal)
    answers = {e["row"]: e["label"] for e in events if e["event"] == "answer"}
    assert len(given) == 40
    assert answers == given
    assert [e["row"] for e in events if e["event"] == "skip"] == skipped
    assert [e["event"] for e in events].count("undo") == 1


class TestNeverMislabels:
    def test_a_double_press_answers_one_question(self, new_page, server, session):
        page = new_page().open(server.url)
        first, question = page.row, page.question
        for _ in range(4):
            page.page.keyboard.press("2")
        page.wait_for_another(question)
        assert session.labels == {first: "bear"}

    def test_a_press_that_comes_when_nobody_can_have_looked_is_dropped(
        self, new_page, server, session
    ):
        page = new_page().open(server.url)
        first = page.row
        page.page.evaluate(
            """() => {
                const press = () => document.body.dispatchEvent(
                    new KeyboardEvent("keydown", { key: "2", bubbles: true }));
                const root = document.querySelector(".labeler");
                new MutationObserver(() => [0, 50, 100].forEach(
                    (ms) => setTimeout(press, ms)
                )).observe(root, { attributes: true, attributeFilter: ["data-drawn"] });
            }"""
        )
        page.press("2")
        assert session.labels == {first: "bear"}

    def test_a_key_that_is_held_answers_one_question(self, new_page, server, session):
        page = new_page().open(server.url)
        first, question = page.row, page.question
        page.page.keyboard.down("2")
        for _ in range(30):  # the browser marks these as repeated
            page.page.keyboard.down("2")
            page.page.wait_for_timeout(15)
        page.page.keyboard.up("2")
        page.wait()
        assert page.question != question
        assert session.labels == {first: "bear"}

    def test_enter_held_on_a_button_answers_one_question(
        self, new_page, server, session
    ):
        page = new_page().open(server.url)
        first = page.row
        page.root.get_by_role("button", name="bear").focus()
        for _ in range(30):
            page.page.keyboard.down("Enter")
            page.page.wait_for_timeout(15)
        page.page.keyboard.up("Enter")
        page.wait()
        assert page.row != first
        assert session.labels == {first: "bear"}

    def test_a_double_click_answers_one_question(self, new_page, server, session):
        page = new_page().open(server.url)
        first, question = page.row, page.question
        button = page.root.get_by_role("button", name="cat")
        button.click(click_count=3, delay=90)  # more than the time to look, in all
        page.wait_for_another(question)
        assert session.labels == {first: "cat"}

    def test_two_tabs_show_one_question_and_the_late_answer_is_refused(
        self, new_page, server, session
    ):
        one = new_page().open(server.url)
        two = new_page(one.page.context).open(server.url)
        row = one.row
        assert two.row == row
        one.press("1")
        two.press("2")
        assert "answered already" in two.banner
        assert session.labels == {row: "ape"}
        assert two.row == one.row
        two.press("3")
        assert session.labels == {row: "ape", one.row: "cat"}
        one.press("ArrowLeft")  # it doesn't know of the last answer
        assert len(session.labels) == 2
        assert "answered already" in one.banner

    def test_keys_with_modifiers_and_in_fields_are_left_alone(
        self, new_page, server, session
    ):
        page = new_page().open(server.url)
        for key in ("Control+1", "Alt+ArrowLeft", "Meta+2", "9", "x"):
            page.page.keyboard.press(key)
        page.root.get_by_role("textbox").type("1 2 3")
        page.page.keyboard.press("Escape")
        page.wait()
        assert session.report().n_asked == 0


def test_what_is_not_saved_is_shown_kept_and_sent_again(new_page, server, session):
    page = new_page().open(server.url)
    row = page.row
    page.page.context.set_offline(True)
    page.page.keyboard.press("3")
    page.wait("unsaved")
    assert "Not saved" in page.banner
    assert "“cat” is kept here" in page.banner
    assert page.root.locator("[data-chosen]").inner_text().endswith("cat")
    page.page.keyboard.press("1")  # nothing else can be answered meanwhile
    assert session.labels == {}
    page.page.context.set_offline(False)
    page.wait()
    assert page.banner == "Saved: Your answer “cat”."
    assert session.labels == {row: "cat"}
    assert page.row != row


def test_what_the_disk_did_not_take_is_not_saved_and_sent_again(new_page, tmp_path):
    class FullDisk(LabelJournal):
        full = True

        def append(self, events):
            if self.full:
                raise OSError(28, "No space left on device")
            super().append(events)

    journal = FullDisk(tmp_path / "labels.jsonl")
    with new_session(journal) as session, session.serve() as server:
        page = new_page().open(server.url)
        row = page.row
        page.page.keyboard.press("3")
        page.wait("unsaved")
        assert page.banner.startswith("Not saved. ")
        assert "No space left on device" in page.banner
        journal.full = False
        page.wait()
        assert session.labels == {row: "cat"}


def test_an_answer_whose_acknowledgment_was_lost_counts_once(new_page, server, session):
    page = new_page().open(server.url)
    row, lost = page.row, []

    def lose(route):
        route.fetch()
        lost.append(session.labels)
        route.abort()

    page.page.route("**/answer", lose, times=1)
    page.press("3")
    assert lost == [{row: "cat"}]
    assert session.labels == {row: "cat"}
    assert session.report().n_asked == 1


def test_a_page_of_an_earlier_run_says_which_address_to_open(new_page, session):
    with session.serve() as server:
        page = new_page().open(server.url)
        port = Client(server).port
    page.page.keyboard.press("3")
    page.wait("unsaved")
    with session.serve(port=port):
        page.wait("ended")
    assert "“cat” is not saved." in page.banner
    assert "Open the address that the program has printed last" in page.banner
    assert page.root.locator("button:enabled").count() == 0
    assert session.labels == {}


def test_the_token_leaves_the_address_and_a_reload_still_works(new_page, server):
    page = new_page().open(server.url)
    assert page.page.url == f"http://127.0.0.1:{Client(server).port}/"
    page.page.reload()
    page.wait()
    assert page.page.context.cookies() == []
    other = new_page(page.page.context).open(page.page.url, "ended")
    assert "Open the address that the program has printed last" in other.banner


def test_the_address_given_to_the_browser_works_once(new_page, session, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    with session.serve(open_browser=True):
        page = new_page().open(opened[0])
        page.page.reload()
        page.wait()
        new_page().open(opened[0], "ended")


class TestCommands:
    def test_flag_guess_and_change_by_keys(self, new_page, server, session):
        page = new_page().open(server.url)
        rows, titles = [], []
        for _ in range(12):
            rows.append(page.row)
            titles.append(page.title)
            page.press(key_of(page.row))
        assert "guess:" not in page.root.inner_text()
        page.command(".", "guess")
        guess = page.root.get_by_text("The model's guess:").inner_text()
        assert guess == f"The model's guess: {session.guess(page.row)}"
        page.command("!", "flag")
        assert session.report().n_flagged == 1
        page.root.get_by_text("flagged", exact=False).first.wait_for()
        page.command("!", "flag")
        assert session.report().n_flagged == 0
        row = page.row
        page.press(",", "changing")
        page.press(",", "changing")
        page.root.get_by_role("heading", name=f"Change: {titles[-2]}").wait_for()
        page.wait("changing")
        other = "1" if key_of(rows[-2]) != "1" else "2"
        page.page.keyboard.press(other)
        page.wait()
        assert session.labels[rows[-2]] == CLASSES[int(other) - 1]
        assert page.row == row
        page.press(",", "changing")
        page.page.keyboard.press("Escape")
        page.wait()
        assert page.row == row
        assert session.report().n_asked == 12

    def test_the_latest_answers_are_changed_by_a_click(self, new_page, server, session):
        page = new_page().open(server.url)
        row, title = page.row, page.title
        page.press("1")
        page.root.get_by_role("button", name=f"{title}, labeled ape: change").click()
        page.wait("changing")
        page.root.get_by_role("button", name="cat").first.click()
        page.wait()
        assert session.labels == {row: "cat"}
        assert page.banner == f"{title} is now labeled “cat”."

    def test_by_mouse_alone(self, new_page, server, session):
        page = new_page().open(server.url)
        row, question = page.row, page.question
        page.root.get_by_role("button", name="bear").click()
        page.wait_for_another(question)
        page.root.get_by_role("button", name="Undo").click()
        page.page.locator(f".labeler[data-row='{row}']").wait_for()
        assert session.labels == {}

    def test_at_the_end_it_says_so_and_skipped_rows_can_be_asked_again(self, new_page):
        y = [truth_of(row) if row > 1 else None for row in range(40)]
        with new_session(y=y) as session, session.serve() as server:
            page = new_page().open(server.url)
            page.press("ArrowRight")
            page.press("1", "done")
            assert "Every row has been asked. 39 labels are saved." in (
                page.root.inner_text()
            )
            assert serious_violations(page.page) == {}
            page.root.get_by_role("button", name="Ask the 1 skipped again").click()
            page.wait()
            page.press("2", "done")
            assert session.done == "all_labeled"
            page.page.reload()
            page.wait("done")
            page.page.wait_for_timeout(250)
            page.press("ArrowLeft")  # also from here the last answer is taken back
            assert session.done is None

    def test_finish_says_that_the_page_can_be_closed(self, new_page, server, session):
        page = new_page().open(server.url)
        page.press("1")
        page.root.get_by_role("button", name="Finish").click()
        page.wait("finished")
        text = "1 label is saved. ape 1. You can close this page."
        assert text in page.root.inner_text()
        assert server.desks[None].finished.is_set()
        page.page.keyboard.press("1")  # no question is shown
        page.root.get_by_role("button", name="Label more").click()
        page.wait()
        assert session.report().n_asked == 1

    def test_a_program_that_ends_after_finish_is_no_alarm(self, new_page, tmp_path):
        journal = tmp_path / "labels.jsonl"
        with new_session(journal) as session, session.serve() as server:
            page = new_page().open(server.url)
            page.press("1")
            page.root.get_by_role("button", name="Finish").click()
            page.wait("finished")
            assert f"1 label is saved in {journal}. ape 1." in page.root.inner_text()
            server.close()
            page.page.wait_for_timeout(5500)  # longer than the page's longest pause
            assert page.banner == ""
            page.root.get_by_role("button", name="Label more").click()
            item = page.root.locator(".labeler-item")
            item.get_by_text("start it again with the same line").wait_for()
            assert page.banner == ""
            page.wrongs.clear()  # the browser says that nobody answers


class TestItems:
    def shown(self, new_page, item, **options):
        session = new_session(items=[item] * 40, **options)
        server = session.serve()
        page = new_page().open(server.url)
        server.close()
        session.close()
        return page

    def test_text_is_text_whatever_it_says(self, new_page):
        text = "<img src=x onerror=\"document.title='owned'\"><script>1</script>\n  two"
        page = self.shown(new_page, text)
        shown = page.root.locator(".labeler-text")
        assert shown.evaluate("p => p.textContent") == text
        assert "owned" not in page.page.title()
        assert page.root.locator(".labeler-item script, .labeler-item img").count() == 0

    def test_html_is_shown_in_a_frame_where_nothing_runs_or_loads(self, new_page):
        class Html:
            def _repr_html_(self):
                return (
                    "<p style='color: rgb(1, 2, 3)'>shown</p>"
                    "<script>parent.document.title = 'owned'</script>"
                    "<img src=x onerror=\"parent.document.title='owned'\">"
                    f"<img src='{attacker.url}tracker.png'>"
                    "<a href='javascript:parent.document.title=1' id=link>x</a>"
                    f"<form action='{attacker.url}'><button>y</button></form>"
                )

        page = new_page()
        with (
            Attacker() as attacker,
            new_session(items=[Html()] * 40) as session,
            session.serve() as server,
        ):
            page.open(server.url)
            frame = page.page.frame_locator(".labeler-frame")
            shown = frame.get_by_text("shown")
            assert shown.evaluate("p => getComputedStyle(p).color") == "rgb(1, 2, 3)"
            frame.locator("#link").click()
            frame.get_by_role("button").click()
            assert page.page.title().endswith("Labeling")
            assert page.page.locator("iframe").get_attribute("sandbox") == ""
            page.press("1")  # the click into the frame didn't take the keys away
            assert session.report().n_asked == 1
            assert attacker.asked == []
        assert all("sandboxed" in w or "Policy" in w for w in page.wrongs)
        page.wrongs.clear()  # the browser says what it refused

    def test_tables_have_headers(self, new_page):
        page = self.shown(new_page, {"width": 3, "<b>": "<i>"})
        cells = page.root.get_by_role("rowheader").all_inner_texts()
        assert cells == ["width", "<b>"]
        assert page.root.get_by_role("cell").all_inner_texts() == ["3", "<i>"]

    def test_a_text_in_a_row_stands_first_and_alone(self, new_page):
        text = "The kettle came late, and the lid was missing."
        page = self.shown(new_page, {"price": 3, "text": text, "day": "", "shop": "A"})
        item = page.root.locator(".labeler-item")
        assert item.locator(".labeler-text").inner_text() == text
        names, values = (
            item.locator(f"dl {tag}").all_inner_texts() for tag in ("dt", "dd")
        )
        assert names == ["price", "day", "shop"]
        assert values == ["3", "\N{EN DASH}", "A"]
        below = item.locator("dl").bounding_box()["y"]
        assert item.locator(".labeler-text").bounding_box()["y"] < below


class TestForEverybody:
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_axe_finds_nothing_serious_in_any_state(self, new_page, server, scheme):
        page = new_page(color_scheme=scheme, reduced_motion="reduce").open(server.url)

        def check(mode):
            page.wait(mode)
            assert serious_violations(page.page) == {}, mode

        for _ in range(3):
            page.press("1")
        page.command("!", "flag")
        page.command(".", "guess")
        check("ready")
        page.page.keyboard.type("an")
        check("ready")
        page.page.keyboard.press("Escape")
        page.page.keyboard.press("?")
        page.root.get_by_role("dialog", name="Help").wait_for()
        check("ready")
        page.page.keyboard.press("Escape")
        page.wait_for_no_dialog()
        page.press(",", "changing")
        check("changing")
        page.page.keyboard.press("Escape")
        page.wait()
        page.page.context.set_offline(True)
        page.page.keyboard.press("1")
        check("unsaved")
        page.page.context.set_offline(False)
        page.wait()
        page.root.get_by_role("button", name="Finish").click()
        check("finished")

    @pytest.mark.parametrize("item", ["text " * 900, {"a": 1}, np.eye(3)], ids=type)
    def test_axe_finds_nothing_serious_in_any_item(self, new_page, item):
        with new_session(items=[item] * 40) as session, session.serve() as server:
            page = new_page().open(server.url)
            assert serious_violations(page.page) == {}

    def test_a_screen_reader_is_told_of_the_next_item(self, new_page):
        items = [f"the text of {row}" for row in range(40)]
        with new_session(items=items) as session, session.serve() as server:
            page = new_page().open(server.url)
            page.press("1")
            said = page.root.locator(".labeler-unseen[role=status]").inner_text()
            assert said == f"{page.title}: the text of {page.row}"

    def test_the_focus_stays_on_the_button_that_was_pressed(self, new_page, server):
        page = new_page().open(server.url)
        for name in ("cat", "Skip"):
            page.root.get_by_role("button", name=name).focus()
            page.press("Enter")
            focused = page.page.evaluate("document.activeElement.textContent")
            assert name in focused

    def test_everything_is_reached_by_tab_and_the_focus_can_be_seen(
        self, new_page, server
    ):
        page = new_page().open(server.url)
        page.press("1")
        reached = set()
        for _ in range(20):
            page.page.keyboard.press("Tab")
            outline = "getComputedStyle(document.activeElement).outlineStyle"
            text = page.page.evaluate("document.activeElement.textContent")
            if page.page.evaluate("document.activeElement.tagName") == "BUTTON":
                assert page.page.evaluate(outline) == "solid"
                reached.add(text)
        for name in ("Finish", "ape", "bear", "cat", "Undo", "Skip", "Flag", "Help"):
            assert any(name in text for text in reached), name

    @pytest.mark.parametrize("item", ["text " * 200, DIGITS.images[0], "x" * 500])
    def test_on_a_phone_nothing_sticks_out(self, new_page, item):
        with new_session(items=[item] * 40) as session, session.serve() as server:
            page = new_page(viewport={"width": 360, "height": 740}).open(server.url)
            page.press("1")
            assert page.page.evaluate("document.documentElement.scrollWidth") <= 360
            images = page.root.locator(".labeler-item img")
            assert images.count() == (not isinstance(item, str))
            for image in images.all():
                assert image.evaluate("i => i.width === i.height")


class TestAttacksInTheBrowser:
    def test_a_name_rebound_to_this_machine_sees_nothing(
        self, playwright, server, session
    ):
        """The attacker's page is served; then its name leads to our server."""
        client = Client(server)
        rules = "--host-resolver-rules=MAP evil.example 127.0.0.1"
        with Attacker() as attacker:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=[*FLAGS, rules]
            )
            page = browser.new_page()
            response = page.goto(f"http://evil.example:{client.port}/")
            assert response.status == 403
            assert page.locator(".labeler").count() == 0
            # From there, the same origin: no CORS stands in the way.
            for path in ("/", "/page.js", "/state", "/answer"):
                status, text = page.evaluate(
                    """async ([path, token]) => {
                        const isFile = path === "/" || path.endsWith(".js");
                        const response = await fetch(path, isFile ? {} : {
                            method: "POST", body: "{}", headers: {
                                "Content-Type": "application/json",
                                "X-Labeling-Token": token } });
                        return [response.status, await response.text()];
                    }""",
                    [path, client.token],
                )
                assert status == 403
                assert set(json.loads(text)) == {"error"}
            page.goto(attacker.url)
            browser.close()
        assert session.report().n_asked == 0

    def test_another_site_can_neither_ask_nor_act_nor_embed(
        self, browser, server, session
    ):
        client = Client(server)
        ours = f"http://127.0.0.1:{client.port}"
        question = client.state()["question"]
        body = json.dumps(
            {
                "request": "evil",
                "query": question["id"],
                "row": question["row"],
                "label": '"ape"',
            }
        )
        with Attacker() as attacker:
            page = browser.new_page()
            page.goto(attacker.url)
            for options in (
                {"mode": "cors", "token": client.token, "kind": "application/json"},
                {"mode": "no-cors", "token": client.token, "kind": "application/json"},
                {"mode": "no-cors", "token": client.token, "kind": "text/plain"},
            ):
                outcome = page.evaluate(
                    """async ([url, body, { mode, token, kind }]) => {
                        try {
                            const headers = {
                                "Content-Type": kind, "X-Labeling-Token": token };
                            const response = await fetch(
                                url, { method: "POST", mode, body, headers });
                            return await response.text();
                        } catch (error) {
                            return "blocked";
                        }
                    }""",
                    [f"{ours}/answer", body, options],
                )
                assert outcome in ("blocked", "")
            loaded = page.evaluate(
                """async (ours) => {
                    const frame = document.createElement("iframe");
                    frame.src = `${ours}/`;
                    const script = document.createElement("script");
                    script.src = `${ours}/page.js`;
                    const result = new Promise((done) => {
                        script.onload = () => done("script ran");
                        script.onerror = () => done("script refused");
                    });
                    document.body.append(frame, script);
                    return result;
                }""",
                ours,
            )
            assert loaded == "script refused"
            frame = page.frame_locator("iframe")
            assert frame.locator(".labeler").count() == 0
            page.close()
        assert session.report().n_asked == 0

    def test_the_policy_stops_a_script_that_got_into_the_page(self, new_page, server):
        page = new_page().open(server.url)
        refused = page.page.evaluate(
            """() => new Promise((resolve) => {
                document.addEventListener("securitypolicyviolation",
                    (event) => resolve(event.effectiveDirective));
                const script = document.createElement("script");
                script.textContent = "document.title = 'owned'";
                document.body.append(script);
            })"""
        )
        assert refused == "script-src-elem"
        assert "owned" not in page.page.title()
        page.wrongs.clear()


def test_the_widgets_script_labels_in_a_cell_and_keeps_its_keys(
    new_page, session, page_of
):
    """As a notebook loads it: one module, a model that sends messages, a cell."""
    client, page = page_of(session), new_page()
    script = str(LabelingWidget(session).view._esm)
    files = {"/widget.js": ("text/javascript", script), "/": ("text/html", CELL)}

    def serve(route):
        path = "/" + route.request.url.split("/", 3)[3]
        kind, body = files[path]
        route.fulfill(content_type=kind, body=body)

    page.page.route("http://notebook.example/**", serve)
    page.page.expose_function(
        "ask", lambda action, body: list(client.post(action, body))
    )
    page.open("http://notebook.example/")
    row = page.row
    page.page.keyboard.press("2")  # the cell isn't selected: not ours
    assert session.report().n_asked == 0
    page.root.focus()
    page.press("2")
    assert session.labels == {row: "bear"}
    row = page.row
    page.page.keyboard.type("dog")
    assert page.root.get_by_role("textbox").input_value() == "dog"
    page.press("Enter")
    assert session.labels[row] == "dog"
    row = page.row
    page.press("1")  # the field has given the keys back
    assert session.labels[row] == "ape"
    assert page.page.evaluate("heard") == ["2"]  # while the cell wasn't selected
    page.page.evaluate("unmount()")
    assert page.root.count() == 0


CELL = """<!doctype html><title>Notebook</title><body><div id="cell"></div>
<script type="module">
import widget from "/widget.js";
const listeners = new Set();
const model = {
    get: () => "",
    on: (kind, listener) => listeners.add(listener),
    off: (kind, listener) => listeners.delete(listener),
    send: async ({ id, action, body }) => {
        const [status, reply] = await ask(action, body);
        for (const listener of listeners) listener({ id, status, body: reply });
    },
};
window.heard = [];
document.addEventListener("keydown", (event) => heard.push(event.key));
window.unmount = widget.render({ model, el: document.getElementById("cell") });
</script>"""


class TestAccuracyAtThePage:
    def shown(self, page):
        text = page.root.locator(".labeler-figures").inner_text()
        return text.replace("\N{NO-BREAK SPACE}", " ")

    def key(self, row):
        return "2" if truth_of(row) == CLASSES[0] else "1"

    def test_there_is_none_before_ten_checks_and_then_what_it_is_worth(self, new_page):
        session = new_session(audit=1.0, classes=["good", "bad"])
        with session, session.serve() as server:
            page = new_page().open(server.url)
            assert "\N{EN DASH}\n0 of 10 random checks so far" in self.shown(page)
            while session.report().audit.n < 9:
                page.press(self.key(page.row))
            assert "\N{EN DASH}\n9 of 10 random checks so far" in self.shown(page)
            assert "%" not in self.shown(page)
            while session.report().audit.n < 12:
                page.press(self.key(page.row))
            audit, shown = session.report().audit, self.shown(page)
            assert f"Accuracy\n{round(100 * audit.accuracy)} %\n" in shown
            assert f"%, from {audit.n} random checks" in shown
            always = f'always answering "{audit.baseline_class}"'
            assert f"{always}: {round(100 * audit.baseline)} %" in shown
            for label, recall in audit.recalls.items():
                assert f"{label}: {recall.n_right} of {recall.n} found" in shown

    def test_the_model_of_now_is_measured_when_somebody_asks(self, new_page):
        session = new_session(audit=1.0, classes=["good", "bad"])
        with session, session.serve() as server:
            page = new_page().open(server.url)
            button = page.root.get_by_role("button", name="How good is the model now?")
            assert not button.is_visible()
            while session.report().audit.n < 14:
                page.press(self.key(page.row))
            button.click()
            measured = page.root.locator(".labeler-measured")
            measured.locator("strong").wait_for()
            found = session.estimate_score()
            told = measured.inner_text().replace("\N{NO-BREAK SPACE}", " ")
        shares = found.low, found.high  # 199 of 200 is not all
        low, high = (min(round(100 * x), 99 if x < 1 else 100) for x in shares)
        assert told.startswith(f"{round(100 * found.score)} % right of the ")
        assert f"rows left: {low} % to {high} %. From {found.n_checks} random" in told
