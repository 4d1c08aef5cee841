"""The built site, as a reader's browser shows it.

Needs the site in doc/_build/html, a Chromium, and the extra `site-test`.
"""

import re
import shutil
import threading
from functools import partial
from html import unescape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from pathlib import Path
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

import pytest

pytestmark = pytest.mark.browser

SITE = Path(__file__).parent.parent / "doc" / "_build" / "html"
PAGES = sorted(
    str(path.relative_to(SITE))
    for path in SITE.rglob("*.html")
    if not {"lite", "_static"} & set(path.relative_to(SITE).parts)
)
LANGUAGES = {"": "en", "de": "de", "zh_CN": "zh-CN"}  # of the folders of the site
TRANSLATED = [
    "index.html",
    "user_guide/what_is_active_learning.html",
    "user_guide/learner.html",
    "auto_examples/plot_digits_active_learning.html",
    "auto_examples/plot_digits_performance.html",
    "glossary.html",
]
EXAMPLES = [p for p in PAGES if p.startswith("auto_examples/plot_")]
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def base():
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=SITE))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS
        )
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser, base):
    """Open a page of the site, and note everything that goes wrong on it."""
    contexts = []

    def opener(path, scheme="light", width=1280):
        context = browser.new_context(
            color_scheme=scheme, viewport={"width": width, "height": 900}
        )
        contexts.append(context)
        page = context.new_page()
        page.wrongs = []
        page.on("pageerror", lambda error: page.wrongs.append(str(error)))
        page.on(
            "console",
            lambda m: page.wrongs.append(m.text) if m.type == "error" else None,
        )
        page.on(
            "response",
            lambda r: page.wrongs.append(r.url) if r.status >= 400 else None,
        )
        page.on(
            "request",
            lambda r: (
                page.wrongs.append(f"asks the network: {r.url}")
                if not r.url.startswith((base, "data:", "blob:"))
                else None
            ),
        )
        page.goto(base + path, wait_until="networkidle")
        return page

    yield opener
    for context in contexts:
        context.close()


def test_the_site_is_built():
    assert "index.html" in PAGES
    assert len(EXAMPLES) >= 8


@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_without_an_error_and_is_for_everybody(open_page, path):
    page = open_page(path)
    broken = page.evaluate(
        """async () => {
            const images = [...document.images];
            images.forEach(image => { image.loading = "eager"; });
            await Promise.allSettled(images.map(image => image.decode()));
            return images.filter(i => !i.naturalWidth).map(i => i.src);
        }"""
    )
    assert broken == []
    assert page.wrongs == []
    assert serious_violations(page) == {}
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.wait_for_timeout(500)  # colors fade
    assert serious_violations(page) == {}
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.wrongs == []


def serious_violations(page):
    """Return what axe-core finds serious or critical, and where."""
    from axe_playwright_python.sync_playwright import Axe

    options = {"preload": False}  # axe takes imported styles for the page's neighbors
    return {
        violation["id"]: [node["html"][:200] for node in violation["nodes"][:3]]
        for violation in Axe().run(page, options=options).response["violations"]
        if violation["impact"] in ("serious", "critical")
    }


@pytest.mark.parametrize("path", [p for p in PAGES if p.startswith("user_guide/")])
def test_a_page_of_the_guide_has_at_most_ten_screens_and_no_table_wider_than_it(
    open_page, path
):
    page = open_page(path)
    page.set_viewport_size({"width": 1280, "height": 800})
    height, wide = page.evaluate(
        """() => {
            const article = document.querySelector("article");
            const tables = [...article.querySelectorAll("table")];
            const wide = tables.filter(
                table => table.scrollWidth > table.parentElement.clientWidth + 1);
            return [article.scrollHeight, wide.map(table => table.innerText)];
        }"""
    )
    assert height <= 10 * 800
    assert wide == []


def targets_of(path):
    source = (SITE / path).read_text()
    for link in re.findall(
        r"<(?:a|link|script|img)\b[^>]*?(?:href|src)=\"([^\"]*)\"", source
    ):
        target = urlsplit(urljoin(f"http://site/{path}", unescape(link)))
        if target.scheme == "http" and target.netloc == "site":
            yield target


@pytest.mark.parametrize("path", PAGES)
def test_every_internal_link_of_a_page_leads_somewhere(path):
    broken = []
    for target in targets_of(path):
        file = SITE / unquote(target.path).lstrip("/")
        notebook = parse_qs(target.query).get("path") if "lite" in file.parts else None
        if notebook:
            found = (SITE / "lite" / "files" / notebook[0]).is_file()
        elif target.fragment and file.suffix == ".html" and file.is_file():
            found = f'id="{unquote(target.fragment)}"' in file.read_text()
        else:
            found = file.is_file() or (file / "index.html").is_file()
        if not found:
            broken.append(target.geturl())
    assert broken == []


def test_the_search_finds_entropy(open_page):
    page = open_page("search.html?q=entropy")
    page.wait_for_selector("#search-results li a")
    found = page.locator("#search-results li a").all_inner_texts()
    assert any("EntropySampling" in text for text in found)
    assert any("Query strategies" in text for text in found)


@pytest.mark.parametrize(
    ("query", "folder", "title"),
    [
        ("Abfragestrategie", "de", "Glossar"),
        ("查询策略", "zh_CN", "术语表"),
        ("标签 entropy", "zh_CN", "学习器"),
    ],
)
def test_the_search_finds_words_of_a_translated_page(open_page, query, folder, title):
    page = open_page(f"{folder}/search.html?q={query}")
    page.wait_for_selector("#search-results li a")
    assert title in page.locator("#search-results li a").all_inner_texts()
    assert page.wrongs == []


@pytest.mark.parametrize("folder", LANGUAGES)
@pytest.mark.parametrize("path", TRANSLATED)
def test_a_translated_page_leads_to_itself_in_each_language(open_page, path, folder):
    page = open_page(f"{folder}/{path}".lstrip("/"), width=390)
    assert page.locator("html").get_attribute("lang") == LANGUAGES[folder]
    shown = page.locator("nav.languages")
    assert shown.locator("[aria-current]").get_attribute("lang") == LANGUAGES[folder]
    links = shown.locator("a").evaluate_all("links => links.map(link => link.href)")
    others = [f"/{other}/{path}" for other in LANGUAGES if other != folder]
    assert [urlsplit(link).path for link in links] == [
        other.replace("//", "/") for other in others
    ]
    assert shown.locator("a").last.is_visible()


def test_other_pages_offer_no_other_language(open_page):
    page = open_page("user_guide/oracles.html")
    assert page.locator("nav.languages").count() == 0


def test_a_translated_site_holds_nothing_but_the_translated_pages():
    for folder in ("de", "zh_CN"):
        pages = {
            p.removeprefix(f"{folder}/") for p in PAGES if p.startswith(f"{folder}/")
        }
        assert pages == {*TRANSLATED, "search.html"}


@pytest.mark.parametrize(
    ("words", "page"),
    [
        ("label propagation digits", "auto_examples/plot_digits_active_learning"),
        ("demonstrating performance", "auto_examples/plot_digits_performance"),
        ("what is active learning", "user_guide/what_is_active_learning"),
        ("colleague", "user_guide/labeling_people"),
        ("several annotators", "user_guide/labeling_people"),
        ("label studio", "user_guide/label_studio"),
        ("imbalance", "user_guide/rare_class"),
        ("rare class", "user_guide/rare_class"),
        ("cheat sheet", "user_guide/query_strategies"),
        ("embeddings", "user_guide/files"),
        ("LLM as oracle", "user_guide/language_models"),
        ("XGBoost", "user_guide/estimators"),
        ("PyTorch", "user_guide/estimators"),
        ("images", "user_guide/files"),
        ("Excel", "user_guide/files"),
        ("resume", "user_guide/labeling"),
        ("export", "user_guide/files"),
        ("how good is my model", "user_guide/how_good"),
    ],
)
def test_the_search_leads_to_the_page_of_what_is_looked_for(open_page, words, page):
    found = open_page(f"search.html?q={words.replace(' ', '+')}")
    found.wait_for_selector("#search-results li a")
    found.wait_for_timeout(300)  # results come one after the other
    links = found.locator("#search-results li > a").all()[:6]
    assert page in {
        urlsplit(link.get_attribute("href")).path.removesuffix(".html")
        for link in links
    }


SHOWN = """() => {
    const style = getComputedStyle(document.activeElement);
    return [style.outlineStyle, style.outlineWidth, style.boxShadow,
            style.borderColor, style.textDecoration, style.backgroundColor].join();
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["index.html", EXAMPLES[0] if EXAMPLES else ""])
def test_keyboard_focus_can_be_seen(open_page, path, scheme):
    page = open_page(path, scheme)
    seen = 0
    for _ in range(25):
        page.keyboard.press("Tab")
        focused = page.evaluate(SHOWN)
        name = page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        if name.startswith("<body"):
            continue
        element = page.evaluate_handle("document.activeElement")
        page.evaluate("element => element.blur()", element)
        blurred = element.evaluate(
            SHOWN.replace("() =>", "focused =>").replace(
                "document.activeElement", "focused"
            )
        )
        element.evaluate("focused => focused.focus({focusVisible: true})")
        assert focused != blurred, name
        seen += 1
    assert seen >= 20


@pytest.mark.parametrize("path", EXAMPLES[:1])
def test_an_example_opens_as_a_notebook_that_brings_the_package(open_page, path):
    page = open_page(path)
    page.goto(page.locator("a[href*='lite/']").first.evaluate("link => link.href"))
    first = page.locator(".jp-Notebook .jp-CodeCell .cm-content").first
    first.get_by_text("piplite.install").wait_for(timeout=60_000)
    note = page.locator(".jp-RenderedMarkdown").first
    note.get_by_text("that server can't be reached").wait_for(timeout=60_000)
    title = page.locator("xpath=//h1[contains(., '?')]").first
    title.wait_for(timeout=60_000)


def test_the_wheel_of_the_notebooks_is_this_package():
    wheels = [path.name for path in (SITE / "lite" / "pypi").glob("*.whl")]
    assert wheels == [f"sklearn_active-{version('sklearn-active')}-py3-none-any.whl"]
    index = (SITE / "lite" / "pypi" / "all.json").read_text()
    assert wheels[0] in index
