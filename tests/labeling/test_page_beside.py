"""Beside the item at the labeling page: help, instructions and figures."""

import pytest
from page_browser import alter, serious_violations
from page_client import new_session
from scipy.stats import binomtest

pytestmark = pytest.mark.browser

INSTRUCTIONS = (
    "<h1>How to label</h1><p style='color: rgb(1, 2, 3)'>Give <b>ape</b> for apes.</p>"
    "<script>parent.document.title = 'owned'</script>"
    "<img src=x onerror=\"parent.document.title = 'owned'\">"
)


@pytest.fixture
def served():
    """Return what serves a session, and how it is shown."""
    opened = []

    def served(change=lambda state: None, about=None, **options):
        session = new_session(**options)
        server = session.serve()
        opened.extend((server, session))
        alter(server, change, about)
        return server, session

    yield served
    for each in opened:
        each.close()


class TestHelp:
    def test_it_tells_all_keys_and_the_classes_and_escape_closes_it(
        self, new_page, served
    ):
        def describe(state):
            for each, key, about in zip(
                state["classes"],
                ["1", "?", None],
                ["has no tail", None, None],
                strict=True,
            ):
                each["key"], each["about"] = key, about

        server, session = served(describe, new_classes="allow")
        page = new_page().open(server.url)
        page.press("1")
        page.root.get_by_role("button", name="Help").click()  # "?" is a class
        dialog = page.root.get_by_role("dialog", name="Help")
        text = dialog.inner_text()
        for told in (
            "←\nBackspace\nCtrl+Z\nUndo: ",
            "→\nSkip: ",
            "!\nFlag: ",
            ".\nShow the guess: ",
            ",\nChange earlier: ",
            "1\nape\nhas no tail",
            "?\nbear",
            "To find a class",
            "Zoom an image",
        ):
            assert told in text, told
        assert "?\nHelp" not in text
        assert serious_violations(page.page) == {}
        n_asked = session.report().n_asked
        page.page.evaluate("document.activeElement.blur()")  # as by a click beside it
        for key in ("1", "ArrowRight", "ArrowLeft"):
            page.page.keyboard.press(key)
        assert session.report().n_asked == n_asked
        page.page.evaluate(  # sooner than anybody can look at the item again
            """() => {
                const press = () => document.body.dispatchEvent(
                    new KeyboardEvent("keydown", { key: "1", bubbles: true }));
                document.querySelector("dialog").addEventListener("close", () =>
                    [0, 50, 100].forEach((ms) => setTimeout(press, ms)));
            }"""
        )
        page.page.keyboard.press("Escape")
        page.wait_for_no_dialog()
        page.press("1")
        assert session.report().n_asked == n_asked + 1

    def test_a_key_opens_it_and_few_classes_need_no_finding(self, new_page, served):
        server, _ = served()
        page = new_page().open(server.url)
        page.page.keyboard.press("?")
        text = page.root.get_by_role("dialog", name="Help").inner_text()
        assert "?\nHelp: " in text
        assert "To find a class" not in text

    def test_on_a_phone_nothing_of_it_sticks_out(self, new_page, served):
        server, _ = served()
        page = new_page(viewport={"width": 390, "height": 844}).open(server.url)
        page.root.get_by_role("button", name="Help").click()
        box = page.root.get_by_role("dialog").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert box["y"] + box["height"] <= 844


class TestInstructions:
    def test_nothing_in_them_runs_or_loads(self, new_page, served):
        server, _ = served(about=INSTRUCTIONS)
        page = new_page()
        with page.page.expect_console_message(lambda m: "img-src" in m.text):
            page.open(server.url)
        frame = page.root.get_by_role("dialog", name="Instructions").locator("iframe")
        assert frame.get_attribute("sandbox") == ""
        # In a notebook there is no policy around it, so it has one of its own.
        assert "default-src 'none'" in frame.get_attribute("srcdoc").split("<h1>")[0]
        shown = page.page.frame_locator(".labeler-dialog iframe").get_by_text("for ape")
        assert shown.evaluate("p => getComputedStyle(p).color") == "rgb(1, 2, 3)"
        assert "owned" not in page.page.title()
        assert all("sandboxed" in w or "Policy" in w for w in page.wrongs)
        page.wrongs.clear()  # the browser says what it refused

    def test_they_open_once_at_the_start_and_by_their_button(self, new_page, served):
        server, session = served(about="<p>Give ape for apes.</p>")
        page = new_page().open(server.url)
        dialog = page.root.get_by_role("dialog", name="Instructions")
        dialog.wait_for()
        page.page.keyboard.press("1")  # meant for nothing that is behind them
        page.page.keyboard.press("Escape")
        page.wait_for_no_dialog()
        assert session.report().n_asked == 0
        page.press("1")
        assert page.root.get_by_role("dialog").count() == 0
        page.page.reload()
        page.wait()
        assert page.root.get_by_role("dialog").count() == 0  # there is a label
        page.root.get_by_role("button", name="Instructions").click()
        dialog.wait_for()
        assert serious_violations(page.page) == {}

    def test_a_click_into_them_leaves_escape_working(self, new_page, served):
        server, _ = served(about="<p>Give ape for apes.</p>")
        page = new_page().open(server.url)
        page.page.frame_locator(".labeler-dialog iframe").locator("p").click()
        page.page.wait_for_function("() => document.activeElement.tagName === 'BUTTON'")
        page.page.keyboard.press("Escape")
        page.wait_for_no_dialog()

    def test_without_any_there_is_no_button(self, new_page, served):
        server, _ = served()
        page = new_page().open(server.url)
        assert page.root.get_by_role("button", name="Instructions").count() == 0


def curve_of(n, n_wrong_at_first=0):
    return [[3 * i + 1, int(i >= n_wrong_at_first)] for i in range(n)]


def checks(curve, **more):
    """Return a change that shows random checks."""
    audit = {
        "n": len(curve),
        "n_right": sum(right for _, right in curve),
        "needed": 10,
        "accuracy": None,
        "low": None,
        "high": None,
        "recalls": [],
        "baseline": None,
        "baseline_class": None,
        "balanced_accuracy": None,
        "curve": curve,
    }
    return lambda state: state["report"].update(audit=audit | more)


class TestCurve:
    def test_below_ten_checks_there_are_ticks_and_nothing_in_percent(
        self, new_page, served
    ):
        server, _ = served(checks(curve_of(9, 3)))
        page = new_page().open(server.url)
        picture = page.root.locator(".labeler-curve")
        assert picture.locator(".labeler-right").count() == 6
        assert picture.locator(".labeler-wrong").count() == 3
        right = picture.locator(".labeler-right").first.bounding_box()
        wrong = picture.locator(".labeler-wrong").first.bounding_box()
        assert right["y"] < wrong["y"]
        assert picture.locator("polyline, polygon").count() == 0
        told = picture.get_attribute("aria-label")
        assert told == "6 of 9 random checks were right so far."
        assert "%" not in page.root.locator(".labeler-figures").inner_text()

    def test_from_ten_on_the_latest_share_has_its_interval(self, new_page, served):
        curve = curve_of(45, 20)
        known = {"accuracy": 0.56, "low": 0.4, "high": 0.7, "baseline": 0.3}
        server, _ = served(checks(curve, **known))
        page = new_page().open(server.url)
        picture = page.root.locator(".labeler-curve")
        interval = binomtest(25, 30).proportion_ci(method="wilson")
        low, high = round(100 * interval.low), round(100 * interval.high)
        told = picture.get_attribute("aria-label").replace("\N{NO-BREAK SPACE}", " ")
        assert told == (
            f"Of the last 30 random checks 25 were right: 83 % ({low} % to {high} %), "
            "at 133 labels. The first 10 had 0 %."
        )
        points = picture.locator("polyline").get_attribute("points").split(" ")
        assert len(points) == 36  # one for each check from the tenth on
        heights = [float(point.split(",")[1]) for point in points]
        assert heights[0] > heights[-1]  # it went up
        band = picture.locator("polygon").get_attribute("points").split(" ")
        assert len(band) == 2 * len(points)
        assert serious_violations(page.page) == {}


class TestFigures:
    def shown(self, new_page, served, **figures):
        server, _ = served(lambda state: state["report"].update(figures))
        page = new_page().open(server.url)
        text = page.root.locator(".labeler-figures").inner_text()
        return text.replace("\N{NO-BREAK SPACE}", " ")

    @pytest.mark.parametrize(
        ("left", "text"),
        [
            (
                {"n": 300, "seconds": 1500, "of": "questions"},
                "At this pace about 25 min for the 300 questions left",
            ),
            (
                {"n": 4000, "seconds": 9000, "of": "rows"},
                "At this pace about 2 hours 30 min for the 4,000 rows left",
            ),
            (
                {"n": 1, "seconds": 4, "of": "rows"},
                "At this pace about 4 s for the 1 row left",
            ),
            (
                {"n": 900, "seconds": 3600, "of": "rows"},
                "At this pace about 1 hour for the 900 rows left",
            ),
        ],
    )
    def test_what_is_left_is_told_in_time(self, new_page, served, left, text):
        assert text in self.shown(new_page, served, left=left)

    def test_without_a_pace_no_time_is_told(self, new_page, served):
        left = {"n": 300, "seconds": None, "of": "questions"}
        assert "pace" not in self.shown(new_page, served, left=left)

    def test_agreement_is_told_with_its_coefficient(self, new_page, served):
        agreement = {
            "n": 23,
            "share": 0.87,
            "name": "Cohen's kappa",
            "value": 0.7123,
            "needed": 10,
            "error": None,
        }
        shown = self.shown(new_page, served, agreement=agreement)
        assert (
            "Agreement\n87 %\nthe same answer, of 23 rows with two answers\n"
            "Cohen's kappa: 0.71"
        ) in shown
        few = agreement | {"n": 9, "share": 0.9}
        shown = self.shown(new_page, served, agreement=few)
        assert "Agreement\n\N{EN DASH}\n9 of 10 rows with two answers so far" in shown
        assert "%" not in shown
        odd = agreement | {"value": None, "error": "All answers are the same."}
        shown = self.shown(new_page, served, agreement=odd)
        assert "All answers are the same." in shown
        assert "kappa" not in shown

    def test_counts_of_the_most_frequent_classes_are_bars(self, new_page, served):
        classes = [f"class {i}" for i in range(12)]

        def count(state):
            for i, each in enumerate(state["classes"]):
                each["count"] = i

        server, _ = served(count, classes=classes)
        page = new_page().open(server.url)
        bars = page.root.locator(".labeler-bars li")
        assert bars.all_inner_texts() == [
            *(f"class {i}\n{i}" for i in range(11, 3, -1)),
            "and 3 more",
        ]
        widths = [
            bar.bounding_box()["width"]
            for bar in page.root.locator(".labeler-share").all()
        ]
        assert widths[-1] / widths[0] == pytest.approx(4 / 11, abs=0.01)

    def test_without_labels_there_are_no_bars(self, new_page, served):
        server, _ = served()
        page = new_page().open(server.url)
        assert page.root.locator(".labeler-bars").count() == 0
