"""Files to and from other tools say the same as what they were made of."""

import csv
import io
import json
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from executors import Inline
from hypothesis import given
from hypothesis import strategies as st
from sklearn.naive_bayes import GaussianNB

from sklearn_active import ActiveLearner
from sklearn_active.labeling import LabelingSession, Vote, read_votes, write_votes

GOLDEN = Path(__file__).with_name("golden")
VOTES = [Vote("b", "dög", "ann"), Vote("b", None)]
ENDINGS = ["json", "jsonl", "csv"]
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")),
    min_size=1,
    max_size=12,
)


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_is_written_is_the_golden_file(tmp_path, ending):
    path = tmp_path / f"written.{ending}"
    items = {"b": 'a "dog" barks'}
    write_votes(VOTES, path, classes=["cat & co", "dög"], items=items)
    assert path.read_bytes() == (GOLDEN / path.name).read_bytes()
    if ending == "json":
        config = path.with_suffix(".xml")
        assert config.read_text("utf-8") == (GOLDEN / config.name).read_text("utf-8")


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_golden_file_reads_as_what_it_was_made_of(ending):
    assert read_votes(GOLDEN / f"written.{ending}") == VOTES


def test_an_export_of_label_studio_reads_as_its_annotations():
    assert read_votes(GOLDEN / "tasks.json") == [
        Vote("b", "dog", "ann@example.org"),
        Vote("b", "cat", "4"),
        Vote("c", None, "4"),  # cancelled
        Vote("nobody", "cat", "4"),
    ]


@given(
    votes=st.lists(
        st.builds(
            Vote, TEXTS, st.none() | TEXTS, st.none() | TEXTS.filter(lambda t: t != "0")
        )
    ),
    ending=st.sampled_from(ENDINGS),
)
def test_every_round_trip_gives_the_same_votes(tmp_path_factory, votes, ending):
    path = tmp_path_factory.mktemp("votes") / f"votes.{ending}"
    write_votes(votes, path)
    found = read_votes(path)
    if ending == "json":  # one task a key
        order = list(dict.fromkeys(vote.key for vote in votes))
        votes = sorted(votes, key=lambda vote: order.index(vote.key))
    assert found == votes


@pytest.mark.parametrize(
    ("ending", "content", "message"),
    [
        ("csv", "row,value\n1,2\n", "columns key and label"),
        ("jsonl", '{"meta": {"key": 1}}\n{"text"\n', "line 2"),
        ("jsonl", '{"text": "no key"}\n', "line 1: KeyError"),
        ("jsonl", '{"meta": {"key": 1}, "accept": ["a", "b"]}\n', "several labels"),
        ("json", "{}", "can't be read as label_studio"),
        ("json", '[{"data": {}}]', "task 1: KeyError"),
    ],
)
def test_a_file_of_another_form_is_refused_with_the_place(
    tmp_path, ending, content, message
):
    path = tmp_path / f"votes.{ending}"
    path.write_text(content)
    if "{}" in content and ending == "json" and content == "{}":
        path.write_text("7")
    with pytest.raises(ValueError, match=message):
        read_votes(path)


def test_an_unknown_ending_is_refused_with_those_there_are(tmp_path):
    with pytest.raises(ValueError, match=r"\.json \(Label Studio\), \.jsonl or \.csv"):
        write_votes(VOTES, tmp_path / "votes.xlsx")


def opened(keys="abcdef", classes=("cat", "dog"), **params):
    learner = ActiveLearner(GaussianNB(), random_state=0)
    X = np.arange(6.0)[:, None]
    params = {"executor": Inline(), "audit": 0} | params
    return LabelingSession(learner, X, keys=list(keys), classes=classes, **params)


def test_a_session_takes_votes_keeps_conflicts_and_reports_unknown_keys(tmp_path):
    journal = tmp_path / "labels.jsonl"
    with opened(journal=journal) as session:
        report = session.import_votes(GOLDEN / "tasks.json")
        assert report == {"n_imported": 3, "n_known": 0, "unknown_keys": ["nobody"]}
        assert session.votes() == {1: {"ann@example.org": "dog", "4": "cat"}}
        assert session.report().n_skipped == 1
        assert session.report().n_asked == 0
        again = session.import_votes(GOLDEN / "tasks.json")
        assert (again.n_imported, again.n_known) == (0, 3)
        votes = session.votes()
    with opened(journal=journal) as session:
        assert session.votes() == votes


def test_a_changed_mind_in_a_file_is_kept_beside_the_vote(tmp_path):
    path = tmp_path / "votes.csv"
    path.write_text("key,label,annotator\na,cat,ann\na,dog,ann\n")
    with opened() as session:
        session.import_votes(path)
        assert session.votes() == {0: {"ann": "cat", "ann 2": "dog"}}


def test_a_label_that_may_not_be_given_refuses_the_whole_file(tmp_path):
    path = tmp_path / "votes.csv"
    path.write_text("key,label\na,cat\nb,cow\n")
    with opened() as session:
        with pytest.raises(ValueError, match="'cow' is not a class"):
            session.import_votes(path)
        assert session.labels == {}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_session_exports_what_another_imports(tmp_path, ending):
    path = tmp_path / f"votes.{ending}"
    with opened(keys=range(6), classes=[1, 2], votes_per_row=2) as first:
        for annotator, label in [("ann", 1), ("bob", 2), ("ann", None), ("bob", 1)]:
            query = first.ask(annotator=annotator)
            first.tell(query.id, [label], annotator)
        first.export_votes(path)
        votes, skipped = first.votes(), first._state.skipped
    with opened(keys=range(6), classes=[1, 2]) as second:
        second.import_votes(path)
        assert second.votes() == votes
        assert second._state.skipped == skipped


def test_keys_must_tell_rows_apart():
    with pytest.raises(ValueError, match="keys must be distinct"):
        opened(keys="aabcde")


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.builds(
    "{}{}".format,
    st.sampled_from("=+-@\t\r\n'\";,\u2028\x85\0 "),
    st.text("ab'=\n\r;", max_size=4),
)
labels = texts.filter(bool)


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".json"])
@given(st.lists(st.tuples(texts, labels | st.none(), texts | st.none()), max_size=4))
def test_every_text_is_read_back_as_it_was(ending, written):
    votes = [Vote(*fields) for fields in written]
    if ending == ".json":  # tasks are told apart by their keys
        votes = list({vote.key: vote for vote in votes}.values())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"votes{ending}")
        items = {vote.key: f"{vote.key}\u2028{vote.label}" for vote in votes}
        write_votes(votes, path, items=items)
        assert read_votes(path) == votes
        if ending == ".jsonl":
            lines = path.read_bytes().decode().split("\n")[:-1]
            assert [json.loads(line)["text"] for line in lines] == [
                items[vote.key] for vote in votes
            ]


@given(texts)
def test_no_cell_of_a_text_begins_as_a_formula(text):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "votes.csv")
        write_votes([Vote(text, text or None, text)], path)
        with path.open(newline="", encoding="utf-8") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
    assert len(cells) == 6
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".json"])
def test_a_lone_surrogate_is_refused_and_the_old_file_stays(ending, tmp_path):
    path = tmp_path / f"votes{ending}"
    write_votes([Vote("a", "cat")], path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match="lone surrogate"):
        write_votes([Vote("a", "cat"), Vote("b", "d\ud800g")], path)
    assert path.read_bytes() == before
    assert not list(tmp_path.glob("*.part"))


def test_integers_keep_every_digit(tmp_path):
    big = 2**53 + 1
    write_votes([Vote("a", big)], tmp_path / "v.jsonl")
    assert read_votes(tmp_path / "v.jsonl")[0].label == big
    write_votes([Vote("a", big)], tmp_path / "v.csv")
    with opened(classes=[big, 2]) as session:
        session.import_votes(tmp_path / "v.csv")
        assert session.labels == {0: big}


@pytest.mark.parametrize("separator", [";", "\t", ","])
def test_what_a_spreadsheet_writes_is_read(separator, tmp_path):
    lines = ["key label annotator", "7 cat ann", "8 'tis bob"]
    text = "\r\n".join(line.replace(" ", separator) for line in lines) + "\r\n"
    (tmp_path / "v.csv").write_bytes(text.encode("utf-8-sig"))
    expected = [Vote("7", "cat", "ann"), Vote("8", "'tis", "bob")]
    assert read_votes(tmp_path / "v.csv") == expected


def test_a_line_of_another_length_is_named(tmp_path):
    (tmp_path / "v.csv").write_text('key,label\n"a\nb",cat\nc,dog,3\n')
    with pytest.raises(ValueError, match="line 4 has 3 cells for 2 columns"):
        read_votes(tmp_path / "v.csv")


def test_a_very_long_text_is_read_back_and_the_limit_of_others_stays(tmp_path):
    limit = csv.field_size_limit()
    votes = [Vote("k" * 200_000, "c" * 200_000, "ann")]
    write_votes(votes, tmp_path / "v.csv")
    assert read_votes(tmp_path / "v.csv") == votes
    assert csv.field_size_limit() == limit


@pytest.mark.parametrize(
    ("name", "data", "place"),
    [
        ("v.csv", b"key,label\na,cat\nb,\xff\n", "line 3 is not UTF-8"),
        ("v.csv", b"key,name\na,cat\n", "expected the columns key and label"),
        ("v.csv", b"", "expected the columns key and label"),
        ("v.jsonl", b'\n{"meta":{"key":"b"},"accept":5}\n', "line 2: .*a list"),
        ("v.jsonl", b'{"meta":{"key":"b"},"accept":null}\n', "line 1: .*a list"),
        ("v.jsonl", b'{"meta":{"key":"b"},"accept":"x"}\n', "line 1: .*a list"),
        ("v.jsonl", b'{"meta":{"key":"a"}}\n[1]\n', "line 2: "),
        ("v.json", b'[{"data":{"key":"a"}},{"data":{}}]', "task 2: "),
        ("v.json", b'[{"data":{"key":"a"},"annotations":[3]}]', "task 1: "),
    ],
    ids=range(9),
)
def test_an_error_names_the_file_and_the_place(name, data, place, tmp_path):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ValueError, match=rf"{name} can't be read as .*{place}"):
        read_votes(tmp_path / name)


def test_lines_that_end_in_a_carriage_return_alone_are_read(tmp_path):
    (tmp_path / "v.csv").write_bytes(b"key,label\ra,cat\r")
    assert read_votes(tmp_path / "v.csv") == [Vote("a", "cat")]


@pytest.mark.parametrize("fails_at", [0, 1])
@pytest.mark.parametrize("method", ["write_bytes", "replace"])
def test_a_write_that_fails_leaves_whole_files_and_nothing_beside(
    method, fails_at, tmp_path, monkeypatch
):
    path = tmp_path / "v.json"
    write_votes([Vote("a", "cat")], path, classes=["cat"])
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    calls = []
    module, name = (Path, method) if method == "write_bytes" else (os, method)
    really = getattr(module, name)

    def full(*args):
        calls.append(args)
        if len(calls) > fails_at:
            raise OSError("the disk is full")
        return really(*args)

    monkeypatch.setattr(module, name, full)
    with pytest.raises(OSError, match="the disk is full"):
        write_votes([Vote("a", "dog")], path, classes=["dog"])
    monkeypatch.undo()
    after = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert after.keys() == before.keys()
    # Two files can't be replaced at one moment: whole each, and the second the old one.
    assert after["v.xml"] == before["v.xml"]
    replaced = method == "replace" and fails_at == 1
    assert (after["v.json"] == before["v.json"]) is not replaced
    assert json.loads(after["v.json"])[0]["data"]["key"] == "a"


@pytest.mark.parametrize("classes", [["x\0y"], ["\ud800"], ["\x0b"], ["\uffff"]])
def test_what_the_configuration_cannot_hold_changes_neither_file(classes, tmp_path):
    path = tmp_path / "v.json"
    write_votes([Vote("a", "cat")], path, classes=["cat"])
    before = path.read_bytes(), path.with_suffix(".xml").read_bytes()
    with pytest.raises(ValueError, match="XML, can't hold|lone surrogate"):
        write_votes([Vote("a", "dog")], path, classes=classes)
    assert (path.read_bytes(), path.with_suffix(".xml").read_bytes()) == before


def test_a_link_stays_and_its_file_is_replaced_where_it_lies(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    target, link = tmp_path / "elsewhere" / "votes.csv", tmp_path / "v.csv"
    target.write_text("old")
    link.symlink_to(target)
    seen = []
    really = os.replace
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "replace", lambda a, b: (seen.append(a), really(a, b)))
        write_votes([Vote("a", "cat")], link)
    assert link.is_symlink()
    assert read_votes(target) == [Vote("a", "cat")]
    # Beside the target: a file can't be moved from one disk to another at once.
    assert [part.parent for part in seen] == [target.parent]


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".json"])
def test_numbers_of_numpy_are_numbers(ending, tmp_path):
    paths = [tmp_path / f"{name}{ending}" for name in ("numpy", "plain")]
    for path, label in zip(paths, (np.int64(3), 3), strict=True):
        write_votes([Vote("a", label)], path, classes=[label])
    assert paths[0].read_bytes() == paths[1].read_bytes()


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("9007199254740993", 2**53 + 1),
        ("9007199254740993.0", 2**53 + 1),
        ("-9007199254740993.0", -(2**53) - 1),
        ("2.0", 2),
        ("1e3", 1000),
    ],
)
def test_what_is_typed_is_read_exactly(text, label):
    with opened(classes=[1, 7], new_classes="allow") as session:
        session.terminal(input=io.StringIO(f"{text}\n:q\n"), output=io.StringIO())
        (found,) = session.labels.values()
    assert found == label
    assert type(found) is type(label)


@pytest.mark.parametrize(
    ("text", "message"), [("cat", "'cat' is a text"), ("1.5", "1.5 is not a class")]
)
def test_what_is_typed_and_no_whole_number_is_no_class_among_them(text, message):
    with opened(classes=[1, 7], new_classes="allow") as session:
        output = io.StringIO()
        session.terminal(input=io.StringIO(f"{text}\n:q\n"), output=output)
        assert session.labels == {}
    assert message in output.getvalue()


def test_both_parts_of_an_export_in_one_file_are_refused(tmp_path):
    with pytest.raises(ValueError, match="would hold both parts"):
        write_votes([Vote("a", "b")], tmp_path / "v.xml", format="label_studio")
    assert list(tmp_path.iterdir()) == []


def test_a_file_keeps_its_mode(tmp_path):
    path = tmp_path / "v.csv"
    path.write_text("")
    path.chmod(0o640)
    write_votes([Vote("a", "b")], path)
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_pipe_is_no_file_of_answers(tmp_path):
    os.mkfifo(tmp_path / "v.csv")
    with pytest.raises(ValueError, match="not a file, but a folder, a pipe"):
        read_votes(tmp_path / "v.csv")


def test_long_texts_are_read_by_several_threads(tmp_path):
    votes = [Vote("a", "c" * 200_000)]
    write_votes(votes, tmp_path / "v.csv")
    with ThreadPoolExecutor(4) as threads:
        read = list(threads.map(lambda _: read_votes(tmp_path / "v.csv"), range(40)))
    assert read == [votes] * 40
