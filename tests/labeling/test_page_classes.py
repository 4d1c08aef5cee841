"""Many classes at the labeling page: found by name, and all on one screen."""

import json

import pytest
from page_browser import alter, serious_violations
from page_client import new_session

pytestmark = pytest.mark.browser

NAMES = """artichoke, asparagus, aubergine, beetroot, bell pepper, broccoli, Brussels
sprouts, cabbage, carrot, cauliflower, celeriac, celery, chard, chicory, Chinese
cabbage, courgette, crème de Brie, cucumber, fennel, garlic, green bean, kale,
kohlrabi, lamb's lettuce, leek, lettuce, okra, onion, pak choi, parsnip, pea, potato,
pumpkin, radish, rocket, romanesco, spinach, swede, sweet potato, tomato"""
VEGETABLES = NAMES.replace("\n", " ").split(", ")
TOPICS = [
    f"{topic} - {matter}"
    for topic in ("Billing", "Shipping", "Account", "Website", "Returns")
    for matter in ("refund", "delay", "praise", "a question nobody has answered yet")
]
ABOUT = {"swede": "a root, also called rutabaga", "carrot": "orange"}


def describe(state):
    """Give the first ten classes digits as keys, and some a description."""
    for i, each in enumerate(state["classes"]):
        each["key"] = "1234567890"[i] if i < 10 else None
        each["about"] = ABOUT.get(each["text"])


@pytest.fixture
def serve():
    """Return what serves a session of some classes."""
    opened = []

    def serve(classes=VEGETABLES, change=describe, **options):
        session = new_session(classes=classes, **options)
        server = session.serve()
        opened.extend((server, session))
        alter(server, change)
        return server, session

    yield serve
    for each in opened:
        each.close()


def names(page):
    """Return the names on the buttons of the classes, in order."""
    return page.root.locator(".labeler-classes .labeler-name").all_inner_texts()


def picked(page):
    return page.root.locator("[data-picked] .labeler-name").all_inner_texts()


class TestFind:
    def test_a_letter_starts_it_and_enter_gives_the_first(self, new_page, serve):
        server, session = serve()
        page = new_page().open(server.url)
        row = page.row
        page.page.keyboard.type("ce")
        assert page.root.get_by_role("textbox").input_value() == "ce"
        assert names(page) == ["celeriac", "celery", "lamb's lettuce", "lettuce"]
        assert picked(page) == ["celeriac"]
        page.press("Enter")
        assert session.labels == {row: "celeriac"}
        assert len(names(page)) == 40  # all are back for the next
        row = page.row
        page.press("2")  # and the field doesn't keep the keys
        assert session.labels[row] == "asparagus"

    def test_starts_of_words_come_first_then_what_is_said_about_it(
        self, new_page, serve
    ):
        server, _ = serve()
        page = new_page().open(server.url)
        page.page.keyboard.type("ro")
        field = page.root.get_by_role("textbox")
        assert names(page)[:2] == ["rocket", "romanesco"]
        assert names(page)[2:] == [
            "beetroot",
            "broccoli",
            "Brussels sprouts",
            "carrot",
            "swede",
        ]
        field.fill("pe")
        assert names(page) == ["bell pepper", "pea"]
        field.fill("CREME")  # whatever the case, and without accents
        assert names(page) == ["crème de Brie"]
        field.fill("cab chi")
        assert names(page) == ["Chinese cabbage"]
        field.fill("rutabaga")
        assert names(page) == ["swede"]
        field.fill("zz")
        assert names(page) == []

    def test_arrows_move_on_and_escape_clears(self, new_page, serve):
        server, session = serve()
        page = new_page().open(server.url)
        page.page.keyboard.type("ca")
        assert picked(page) == ["cabbage"]
        page.page.keyboard.press("ArrowDown")
        assert picked(page) == ["carrot"]
        page.page.keyboard.press("ArrowUp")
        page.page.keyboard.press("ArrowUp")  # around
        assert picked(page) == [names(page)[-1]]
        page.page.keyboard.press("Escape")
        assert len(names(page)) == 40
        assert picked(page) == []
        page.page.keyboard.type("ca")
        page.page.keyboard.press("ArrowDown")
        row = page.row
        page.press("Enter")
        assert session.labels == {row: "carrot"}

    def test_a_class_that_was_found_can_be_clicked(self, new_page, serve):
        server, session = serve()
        page = new_page().open(server.url)
        row, question = page.row, page.question
        page.page.keyboard.type("toma")
        page.root.get_by_role("button", name="tomato").first.click()
        page.wait_for_another(question)
        assert session.labels == {row: "tomato"}

    def test_a_key_gives_no_class_that_was_typed_away(self, new_page, serve):
        server, session = serve()
        page = new_page().open(server.url)
        page.page.keyboard.type("toma")
        page.root.locator(".labeler-title").click()  # the field loses the focus
        page.page.keyboard.press("3")
        page.page.keyboard.press("Escape")
        page.wait()
        assert session.labels == {}
        row = page.row
        page.press("3")
        assert session.labels == {row: "aubergine"}

    def test_enter_gives_nothing_before_anybody_can_have_looked(self, new_page, serve):
        server, session = serve()
        page = new_page().open(server.url)
        first = page.row
        page.page.evaluate(
            """() => {
                const root = document.querySelector(".labeler");
                const field = root.querySelector("input");
                const type = () => {
                    field.value = "tomato";
                    field.dispatchEvent(new Event("input"));
                    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
                };
                new MutationObserver(() => [0, 50, 100].forEach(
                    (ms) => setTimeout(type, ms)
                )).observe(root, { attributes: true, attributeFilter: ["data-drawn"] });
            }"""
        )
        page.page.keyboard.type("kale")
        page.press("Enter")
        assert session.labels == {first: "kale"}

    def test_enter_that_is_held_answers_one_question(self, new_page, serve):
        server, session = serve()
        page = new_page().open(server.url)
        first, question = page.row, page.question
        page.page.keyboard.type("kale")
        for _ in range(30):
            page.page.keyboard.down("Enter")
            page.page.wait_for_timeout(15)
        page.page.keyboard.up("Enter")
        page.wait_for_another(question)
        assert session.labels == {first: "kale"}

    def test_enter_that_is_repeated_by_being_held_gives_nothing(self, new_page, serve):
        """Where its first press came too soon to count."""
        server, _ = serve()
        page = new_page().open(server.url)
        page.page.keyboard.type("kale")
        modes = page.root.get_by_role("textbox").evaluate(
            """field => [true, false].map((repeat) => {
                const options = { key: "Enter", repeat };
                field.dispatchEvent(new KeyboardEvent("keydown", options));
                return field.closest(".labeler").dataset.mode;
            })"""
        )
        assert modes == ["ready", "sending"]

    def test_a_screen_reader_is_told_what_enter_gives(self, new_page, serve):
        server, _ = serve()
        page = new_page().open(server.url)
        page.page.keyboard.type("ca")
        said = page.root.locator(".labeler-unseen[role=status]")
        assert said.inner_text().endswith("found. Enter gives cabbage.")
        page.page.keyboard.type("rr")
        assert said.inner_text() == "1 class found. Enter gives carrot."
        assert serious_violations(page.page) == {}

    def test_an_earlier_answer_is_changed_to_a_class_that_is_found(
        self, new_page, serve
    ):
        server, session = serve()
        page = new_page().open(server.url)
        row = page.row
        page.press("1")
        page.press(",", "changing")
        page.page.keyboard.type("leek")
        page.page.keyboard.press("Enter")
        page.wait()
        assert session.labels == {row: "leek"}

    def test_few_classes_that_are_all_there_are_need_no_field(self, new_page, serve):
        server, session = serve(VEGETABLES[:10])
        page = new_page().open(server.url)
        assert page.root.get_by_role("textbox").count() == 0
        page.page.keyboard.type("carrot")
        page.wait()
        assert session.report().n_asked == 0


class TestNewClass:
    def test_what_is_no_class_yet_can_be_added(self, new_page, serve):
        server, session = serve(VEGETABLES[:3], new_classes="allow")
        page = new_page().open(server.url)
        row = page.row
        page.root.get_by_role("textbox", name="Find or add a class").focus()
        page.page.keyboard.type("<b>ant</b>")
        assert names(page) == ["New class “<b>ant</b>”"]
        page.press("Enter")
        assert session.labels == {row: "<b>ant</b>"}
        assert names(page)[-1] == "<b>ant</b>"

    def test_it_comes_last_and_can_be_clicked(self, new_page, serve):
        server, session = serve(VEGETABLES[:3], new_classes="allow")
        page = new_page().open(server.url)
        row, question = page.row, page.question
        page.page.keyboard.type("art")
        assert names(page) == ["artichoke", "New class “art”"]
        assert picked(page) == ["artichoke"]
        page.root.get_by_role("button", name="New class").click()
        page.wait_for_another(question)
        assert session.labels == {row: "art"}

    def test_it_is_not_offered_for_a_class_that_there_is(self, new_page, serve):
        server, _ = serve(VEGETABLES[:3], new_classes="allow")
        page = new_page().open(server.url)
        page.page.keyboard.type("Artichoke ")
        assert names(page) == ["artichoke"]

    def test_where_classes_are_fixed_nothing_is_added(self, new_page, serve):
        server, session = serve()
        page = new_page().open(server.url)
        page.page.keyboard.type("ant")
        page.page.keyboard.press("Enter")
        assert names(page) == []
        page.page.keyboard.press("Escape")
        page.wait()
        assert session.report().n_asked == 0

    def test_what_is_typed_stays_while_the_figures_change(self, new_page, serve):
        server, _ = serve(VEGETABLES[:3], new_classes="allow")
        page = new_page().open(server.url)
        page.page.keyboard.type("ant")
        with page.page.expect_response("**/progress"):
            pass
        assert names(page) == ["New class “ant”"]


class TestKeys:
    def test_a_class_with_the_key_of_a_command_wins(self, new_page, serve):
        server, session = serve(["?", "!", ",", "none"], own_keys)
        page = new_page().open(server.url)
        for key in ("?", "!", ","):
            row = page.row
            page.press(key)
            assert session.labels[row] == key
        buttons = page.root.locator(".labeler-commands button")
        assert buttons.all_inner_texts() == [
            "←\nUndo",
            "→\nSkip",
            "Flag",
            ".\nShow the guess",
            "Change earlier",
            "/\nAll rows",
            "*\nMore like this",
            "Help",
        ]

    @pytest.mark.parametrize("key", ["ArrowLeft", "Backspace", "Control+z"])
    def test_the_last_answer_is_taken_back_by_each_of_its_keys(
        self, new_page, serve, key
    ):
        server, session = serve()
        page = new_page().open(server.url)
        page.press("1")
        page.press(key)
        assert session.labels == {}


def own_keys(state):
    for each in state["classes"]:
        each["key"] = each["text"] if len(each["text"]) == 1 else None


def test_the_focus_stays_on_a_class_that_gets_a_key(new_page, serve):
    server, session = serve(change=lambda state: None)
    page = new_page().open(server.url)
    row = page.row
    button = page.root.get_by_role("button", name="tomato").first
    assert button.get_attribute("aria-keyshortcuts") is None
    button.focus()
    page.press("Enter")
    assert session.labels == {row: "tomato"}
    assert button.get_attribute("aria-keyshortcuts") == "1"  # it is used now
    assert button.evaluate("e => e === document.activeElement")


def seen(page, width, height):
    """Return what of the page's parts is not wholly in the window."""
    boxes = {
        name: page.root.locator(f".labeler-{name}").bounding_box()
        for name in ("card", "item", "finder", "classes", "commands")
    }
    buttons = page.root.locator(".labeler-commands button").all()
    boxes |= {button.inner_text(): button.bounding_box() for button in buttons}
    return {
        name: box
        for name, box in boxes.items()
        if box["x"] < 0
        or box["y"] < 0
        or box["x"] + box["width"] > width
        or box["y"] + box["height"] > height
    }


class TestLayout:
    @pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
    @pytest.mark.parametrize("classes", [VEGETABLES, 2 * TOPICS], ids=["40", "long"])
    @pytest.mark.parametrize("item", ["word " * 900, "one"], ids=["long", "short"])
    def test_item_classes_and_commands_are_on_the_screen_together(
        self, new_page, serve, size, classes, item
    ):
        numbered = [f"{name} {i}" for i, name in enumerate(classes)]
        server, _ = serve(numbered, items=[item] * 40)
        width, height = size
        page = new_page(viewport={"width": width, "height": height}).open(server.url)
        page.press("1")
        assert seen(page, width, height) == {}
        assert page.root.locator(".labeler-item").bounding_box()["height"] > 150
        place = page.root.locator(".labeler-classes")
        assert place.bounding_box()["height"] > 150
        assert place.evaluate("e => e.scrollHeight > e.clientHeight")
        assert place.evaluate("e => e.scrollWidth <= e.clientWidth")
        cut = """e => Array.from(e.children)
            .filter((b) => b.scrollHeight > b.clientHeight + 1).length"""
        assert place.evaluate(cut) == 0
        assert serious_violations(page.page) == {}

    def test_what_is_above_stays_in_place_while_somebody_types(self, new_page, serve):
        server, _ = serve()
        page = new_page().open(server.url)
        before = page.root.locator(".labeler-item").bounding_box()
        page.page.keyboard.type("tomat")
        assert names(page) == ["tomato"]
        assert page.root.locator(".labeler-item").bounding_box() == before
        page.page.keyboard.press("Escape")
        assert page.root.locator(".labeler-item").bounding_box() == before

    def test_the_class_that_the_arrows_reach_is_scrolled_into_sight(
        self, new_page, serve
    ):
        server, _ = serve([f"{name} {i}" for i, name in enumerate(2 * TOPICS)])
        page = new_page(viewport={"width": 390, "height": 844}).open(server.url)
        page.page.keyboard.type("a")
        page.page.keyboard.press("ArrowUp")
        last = page.root.locator("[data-picked]").bounding_box()
        place = page.root.locator(".labeler-classes").bounding_box()
        assert last["y"] + last["height"] <= place["y"] + place["height"] + 1

    def test_descriptions_stand_below_few_names_and_are_titles_of_many(
        self, new_page, serve
    ):
        server, _ = serve(["carrot", "swede"])
        page = new_page().open(server.url)
        button = page.root.get_by_role("button", name="carrot").first
        assert button.locator("small").inner_text() == "orange"
        server, _ = serve()
        page = new_page().open(server.url)
        button = page.root.get_by_role("button", name="carrot").first
        assert button.locator("small").count() == 0
        assert button.get_attribute("title") == "orange"


def test_labels_are_sent_as_what_they_are_not_as_they_read(new_page, serve):
    server, session = serve(list(range(20)))
    page = new_page().open(server.url)
    row = page.row
    page.root.get_by_role("textbox").fill("17")
    page.page.keyboard.press("Enter")
    page.wait()
    assert json.dumps(session.labels[row]) == "17"
