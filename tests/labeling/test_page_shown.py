"""Items at the labeling page: long texts, images that are zoomed, what is broken."""

import numpy as np
import pytest
from page_browser import alter, serious_violations
from page_client import CLASSES, new_session

pytestmark = pytest.mark.browser

LONG = "\n".join(f"line {i}" for i in range(400))
SMALL = np.arange(64.0).reshape(8, 8)
LARGE = np.dstack([np.tile(np.arange(1500) % 256, (900, 1))] * 3).astype(
    np.uint8
)  # 1500 wide, 900 high


@pytest.fixture
def shown(new_page):
    """Return what opens a page that shows an item."""
    opened = []

    def shown(item, change=lambda state: None, **options):
        session = new_session(items=[item] * 40)
        server = session.serve()
        opened.extend((server, session))
        alter(server, change)
        page = new_page(**options).open(server.url)
        page.session = session
        return page

    yield shown
    for each in opened:
        each.close()


def top(page):
    return page.root.locator(".labeler-item").evaluate("e => e.scrollTop")


class TestLongText:
    def test_keys_scroll_it_without_a_click(self, shown):
        page = shown(LONG)
        place = page.root.locator(".labeler-item")
        height = place.evaluate("e => e.clientHeight")
        end = place.evaluate("e => e.scrollHeight - e.clientHeight")
        page.page.keyboard.press("ArrowDown")
        line = top(page)
        assert 20 <= line <= 100
        page.page.keyboard.press("ArrowUp")
        assert top(page) == 0
        for key in ("PageDown", "Space"):
            before = top(page)
            page.page.keyboard.press(key)
            assert height / 2 < top(page) - before < height
        for key in ("PageUp", "Shift+Space"):
            page.page.keyboard.press(key)
        assert top(page) == 0
        page.page.keyboard.press("End")
        assert top(page) == pytest.approx(end, abs=1)
        page.page.keyboard.press("Home")
        assert top(page) == 0
        assert page.session.report().n_asked == 0

    def test_a_fading_edge_shows_where_there_is_more(self, shown):
        page = shown(LONG)

        def edges():
            classes = page.root.locator(".labeler-item").get_attribute("class")
            return [e for e in ("above", "below") if f"labeler-more-{e}" in classes]

        page.page.wait_for_function(
            "() => document.querySelector('.labeler-more-below') != null"
        )
        assert edges() == ["below"]
        page.page.keyboard.press("PageDown")
        page.page.wait_for_function(
            "() => document.querySelector('.labeler-more-above') != null"
        )
        assert edges() == ["above", "below"]
        page.page.keyboard.press("End")
        page.page.wait_for_function(
            "() => document.querySelector('.labeler-more-below') == null"
        )
        assert edges() == ["above"]

    def test_the_next_item_is_shown_from_its_beginning(self, shown):
        page = shown(LONG)
        page.page.keyboard.press("End")
        assert top(page) > 0
        page.press("1")
        assert top(page) == 0

    def test_space_on_a_button_presses_it(self, shown):
        page = shown(LONG)
        row = page.row
        page.root.get_by_role("button", name="bear").focus()
        page.press("Space")
        assert page.session.labels == {row: "bear"}


def test_a_row_of_many_values_is_seen_without_scrolling(shown):
    row = {f"column {i}": f"value {i}" for i in range(15)}
    page = shown(row, viewport={"width": 1280, "height": 800})
    item = page.root.locator(".labeler-item")
    assert item.get_by_role("rowheader").all_inner_texts() == list(row)
    assert item.get_by_role("cell").all_inner_texts() == list(row.values())
    assert item.evaluate("e => e.scrollHeight <= e.clientHeight")
    first, second = item.get_by_role("table").all()
    assert first.bounding_box()["y"] == second.bounding_box()["y"]
    page.page.set_viewport_size({"width": 390, "height": 844})
    assert item.evaluate("e => e.scrollWidth <= e.clientWidth")
    assert first.bounding_box()["y"] < second.bounding_box()["y"]


@pytest.mark.parametrize("text", ["", "  \n\t "])
def test_an_empty_text_says_so(shown, text):
    page = shown(text)
    item = page.root.locator(".labeler-item")
    assert item.inner_text() == "This text is empty."
    said = page.root.locator(".labeler-unseen[role=status]").inner_text()
    assert said.endswith("This text is empty.")


def size_of(page):
    """Return x, y, width and height of the image, and of the room for it."""
    return page.root.locator(".labeler-viewer").evaluate(
        """viewer => {
            const room = viewer.getBoundingClientRect();
            const { x, y, width, height } =
                viewer.querySelector("img").getBoundingClientRect();
            return { x: x - room.x, y: y - room.y, width, height,
                     room: [room.width, room.height] };
        }"""
    )


class TestImages:
    def test_small_ones_fill_the_room_in_whole_squares(self, shown):
        page = shown(SMALL)
        size = size_of(page)
        assert size["height"] == size["width"] == 8 * 30  # larger, it can't be told
        page = shown(np.arange(784).reshape(28, 28))
        larger = size_of(page)
        least = min(larger["room"])
        assert larger["width"] % 28 == 0
        assert least - 28 < larger["width"] <= least
        page = shown(SMALL)
        image = page.root.get_by_role("img").first
        style = image.evaluate("i => getComputedStyle(i).imageRendering")
        assert style == "pixelated"
        seen = image.evaluate(
            """image => {
                const canvas = document.createElement("canvas");
                canvas.width = canvas.height = 8;
                const context = canvas.getContext("2d");
                context.drawImage(image, 0, 0);
                const { data } = context.getImageData(0, 0, 8, 8);
                return Array.from(data).filter((_, i) => i % 4 === 0);
            }"""
        )
        assert seen == np.rint(255 * np.arange(64) / 63).astype(int).tolist()

    def test_large_ones_are_wholly_seen_and_keep_their_shape(self, shown):
        size = size_of(shown(LARGE))
        assert size["width"] / size["height"] == pytest.approx(1500 / 900, abs=0.001)
        width, height = size["room"]
        filled = max(size["width"] / width, size["height"] / height)
        assert filled == pytest.approx(1)

    def test_they_are_fitted_anew_when_the_window_changes(self, shown):
        page = shown(LARGE)
        page.page.set_viewport_size({"width": 700, "height": 600})
        page.page.wait_for_function(
            """() => {
                const viewer = document.querySelector(".labeler-viewer");
                const image = viewer.querySelector("img").getBoundingClientRect();
                const room = viewer.getBoundingClientRect();
                return image.right <= room.right + 1 && image.bottom <= room.bottom + 1;
            }"""
        )

    def test_keys_zoom_move_and_fit(self, shown):
        page = shown(LARGE)
        before = size_of(page)
        page.page.keyboard.press("+")
        page.page.keyboard.press("+")
        zoomed = size_of(page)
        assert zoomed["width"] == pytest.approx(2.25 * before["width"], abs=0.1)
        page.page.keyboard.press("-")
        assert size_of(page)["width"] == pytest.approx(1.5 * before["width"], abs=0.1)
        page.page.keyboard.press("+")
        page.page.keyboard.press("Home")
        assert size_of(page)["y"] == 0
        page.page.keyboard.press("ArrowDown")
        moved = size_of(page)
        assert -100 <= moved["y"] <= -20
        page.page.keyboard.press("End")
        end = size_of(page)
        assert end["y"] + end["height"] == pytest.approx(end["room"][1], abs=0.1)
        page.page.keyboard.press("0")
        assert size_of(page) == before
        page.page.keyboard.press("-")  # not smaller than it fits
        assert size_of(page) == before
        assert page.session.report().n_asked == 0

    def test_the_key_of_a_class_does_not_zoom(self, shown):
        def zero(state):
            state["classes"][0]["key"] = "0"

        page = shown(LARGE, zero)
        row = page.row
        page.press("0")
        assert page.session.labels == {row: CLASSES[0]}

    def test_a_double_click_zooms_where_it_is_and_back(self, shown):
        page = shown(LARGE)
        before = size_of(page)
        viewer = page.root.locator(".labeler-viewer")
        position = {"x": before["room"][0] / 2 + 60, "y": before["room"][1] / 2 + 30}
        viewer.dblclick(position=position)
        after = size_of(page)
        assert after["width"] > 1.5 * before["width"]
        at = [
            [(position[a] - size[a]) / size[length] for a, length in SIDES]
            for size in (before, after)
        ]
        assert at[1] == pytest.approx(at[0], abs=0.01)
        viewer.dblclick(position=position)
        assert size_of(page) == before

    def test_the_wheel_zooms_with_ctrl_only(self, shown):
        page = shown(LARGE)
        before = size_of(page)
        page.root.locator(".labeler-viewer").hover()
        page.page.mouse.wheel(0, -300)
        assert size_of(page) == before
        page.page.keyboard.down("Control")
        page.page.mouse.wheel(0, -300)
        page.page.keyboard.up("Control")
        page.page.wait_for_function(
            """width => document.querySelector(".labeler-viewer img")
                .getBoundingClientRect().width > 1.2 * width""",
            arg=before["width"],
        )

    def test_a_zoomed_image_is_dragged_as_far_as_it_goes(self, shown):
        page = shown(LARGE)
        for _ in range(3):
            page.page.keyboard.press("+")
        before = size_of(page)
        box = page.root.locator(".labeler-viewer").bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        mouse = page.page.mouse
        mouse.move(x, y)
        mouse.down()
        mouse.move(x - 40, y - 30, steps=4)
        dragged = size_of(page)
        assert dragged["x"] == pytest.approx(before["x"] - 40)
        assert dragged["y"] == pytest.approx(before["y"] - 30)
        mouse.move(x + 5000, y + 5000, steps=2)
        mouse.up()
        corner = size_of(page)
        assert (corner["x"], corner["y"]) == (0, 0)
        mouse.move(x, y)  # nothing is held any more
        assert size_of(page) == corner

    def test_two_fingers_zoom(self, shown):
        page = shown(LARGE, viewport={"width": 390, "height": 844}, has_touch=True)
        before = size_of(page)
        box = page.root.locator(".labeler-viewer").bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        touch = page.page.context.new_cdp_session(page.page)

        def fingers(kind, *places):
            points = [{"x": place, "y": y} for place in places]
            options = {"type": kind, "touchPoints": points}
            touch.send("Input.dispatchTouchEvent", options)

        fingers("touchStart", x - 20, x + 20)
        for apart in (30, 45, 60):
            fingers("touchMove", x - apart, x + apart)
        fingers("touchEnd")
        assert size_of(page)["width"] > 2 * before["width"]


SIDES = (("x", "width"), ("y", "height"))


class TestBroken:
    @pytest.mark.parametrize(
        ("item", "why"),
        [
            (
                {"kind": "broken", "text": "cat.png is <cut> off"},
                "cat.png is <cut> off",
            ),
            ({"kind": "image", "src": "data:image/png;base64,AAAA"}, "is broken, or"),
        ],
    )
    def test_it_is_shown_as_broken_says_why_and_can_be_skipped(self, shown, item, why):
        def broken(state):
            state["question"]["item"] = item

        page = shown("text", broken)
        text = page.root.locator(".labeler-item").inner_text()
        assert "This item can't be shown." in text
        assert why in text
        assert serious_violations(page.page) == {}
        row = page.row
        page.press("ArrowRight")
        assert page.row != row
        assert page.session.report().n_skipped == 1


class TestTitles:
    def test_the_title_is_the_items_and_so_is_why_it_is_asked(self, shown):
        def named(state):
            state["question"]["title"] = f"cat_{state['question']['row']}.png"
            state["question"]["why"] = "the model is unsure what it is"
            for answer in state["recent"]:
                answer["title"] = f"cat_{answer['row']}.png"

        page = shown("text", named)
        row = page.row
        assert page.title == f"cat_{row}.png"
        head = page.root.locator(".labeler-head").inner_text()
        assert "the model is unsure what it is" in head
        page.press("1")
        page.press(",", "changing")
        assert page.title == f"Change: cat_{row}.png"
        labeled = f"cat_{row}.png, labeled ape: change"
        assert page.root.get_by_role("button", name=labeled).count() == 1

    def test_without_a_title_rows_count_from_one(self, shown):
        def unnamed(state):
            state["question"].pop("title", None)
            state["question"].pop("why", None)

        page = shown("text", unnamed)
        assert page.title == f"Row {page.row + 1}"
        assert page.root.locator(".labeler-reason").inner_text() == ""

    def test_a_long_title_sticks_out_nowhere(self, shown):
        def named(state):
            state["question"]["title"] = "wordwithoutend" * 40

        page = shown("text", named, viewport={"width": 390, "height": 844})
        assert page.page.evaluate("document.documentElement.scrollWidth") <= 390
