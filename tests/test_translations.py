"""The translated pages say what the English ones say."""

import importlib.util
from pathlib import Path

import pytest
from babel.messages import Catalog

SCRIPT = Path(__file__).parent.parent / "doc" / "locale" / "update.py"
COMMAND = "run `python doc/locale/update.py`, then translate what is empty or fuzzy in"


def load_script():
    spec = importlib.util.spec_from_file_location("update", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


update = load_script()


@pytest.fixture(scope="module")
def english():
    return update.english()


def catalog(*untranslated, **translated):
    """A catalog in German."""
    made = Catalog("de")
    for english, german in [
        *dict.fromkeys(untranslated, "").items(),
        *translated.items(),
    ]:
        made.add(english, german)
    return made


def test_there_are_two_translations_of_six_pages():
    assert update.TRANSLATED == ["de", "zh_CN"]
    assert len(update.PAGES) == 6


@pytest.mark.parametrize("page", update.PAGES)
@pytest.mark.parametrize("language", update.TRANSLATED)
def test_a_page_is_translated_as_it_is_now(english, language, page):
    wrong = update.left_to_do(english[page], update.translated(language, page))
    path = update.path_of(language, page).relative_to(SCRIPT.parent.parent.parent)
    assert wrong == [], f"{COMMAND} {path}"


def test_titles_paragraphs_captions_tables_and_descriptions_of_pictures_are_translated(
    english,
):
    said = {page: {message.id for message in english[page]} for page in english}
    assert "New here?" in said["index"]
    caption = "The same loop by three query strategies, on digits that were shuffled"
    assert any(words.startswith(caption) for words in said["index"])
    assert "who gives labels" in said["user_guide/what_is_active_learning"]
    described = said["user_guide/what_is_active_learning"]
    assert sum(text.startswith("Above, chosen rows") for text in described) == 1
    example = said["auto_examples/plot_digits_active_learning"]
    assert {"The pool", "By hand", "What to read next"} < example
    assert "query strategy" in said["glossary"]


def test_code_is_not_translated(english):
    texts = [str(message.id) for page in english for message in english[page]]
    assert len(texts) > 150
    assert [text for text in texts if ">>>" in text or "import numpy" in text] == []


def test_what_is_missing_empty_fuzzy_or_gone_is_named():
    template = catalog("same", "missing", "empty", "changed")
    german = catalog("empty", same="gleich", changed="anders", gone="weg")
    german["changed"].flags.add("fuzzy")
    assert update.left_to_do(template, german) == [
        "not translated: missing",
        "not translated: empty",
        "the English has changed (fuzzy): changed",
        "the English page no longer says: gone",
    ]


def test_what_is_obsolete_in_the_file_is_named(tmp_path, monkeypatch):
    path = tmp_path / "old.po"
    path.write_text('#~ msgid "old"\n#~ msgstr "alt"\n', encoding="utf-8")
    monkeypatch.setattr(update, "path_of", lambda language, page: path)
    wrong = update.left_to_do(Catalog(), update.translated("de", "index"))
    assert wrong == ["the English page no longer says: old"]


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("call ``fit``", "``train`` aufrufen"),
        ("call ``fit`` and ``fit``", "``fit`` aufrufen"),
        ("see :doc:`learner`", "siehe :doc:`Lerner <oracles>`"),
        ("see :doc:`learner`", "siehe :ref:`learner`"),
        ("as in [settles2009]_", "wie in [settles2012]_"),
        ("**never** lost", "nie verloren"),
        ("called *oracle*", "heißt **Orakel**"),
    ],
)
def test_a_translation_with_other_code_or_references_is_named(english, german):
    wrong = update.left_to_do(catalog(english), catalog(**{english: german}))
    assert wrong == [f"other code, references or emphasis: {english}"]


def test_a_translation_may_order_them_otherwise_and_give_a_link_another_title():
    english = "``fit`` is told in :doc:`the guide <learner>` [settles2009]_"
    german = "[settles2009]_ und :doc:`learner` erklären ``fit``"
    assert update.markup(english) == update.markup(german)


def test_the_command_keeps_what_was_translated_and_says_what_is_left(
    tmp_path, monkeypatch, capsys
):
    first = catalog("It asks five rows", "It stops", "It forgets")
    monkeypatch.setattr(update, "DOC", tmp_path)
    monkeypatch.setattr(update, "TRANSLATED", ["de"])
    monkeypatch.setattr(update, "english", lambda: {"a/page": first})
    update.main()
    german = update.translated("de", "a/page")
    german["It asks five rows"].string = "Es fragt nach fünf Zeilen"
    german["It stops"].string = "Es hört auf"
    update.write(german, "de", "a/page")
    then = catalog("It asks six rows", "It stops", "All is new here")
    monkeypatch.setattr(update, "english", lambda: {"a/page": then})
    capsys.readouterr()
    update.main()
    place = "locale/de/LC_MESSAGES/a/page.po"
    assert capsys.readouterr().out.splitlines() == [
        f"{place}: the English has changed (fuzzy): It asks six rows",
        f"{place}: not translated: All is new here",
    ]
    found = update.translated("de", "a/page")
    assert found["It stops"].string == "Es hört auf"
    assert found["It asks six rows"].string == "Es fragt nach fünf Zeilen"
    assert "It forgets" not in found
