"""What a file is to the model, to the person, and to the journal."""

import os

import joblib
import numpy as np
import pandas as pd
import polars as pl
import pytest
import skrub  # noqa: F401  (the extra)
from matplotlib import image
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from sklearn_active.files import read_file

rng = np.random.RandomState(0)
N = 60
TEXTS = [
    f"{rng.choice(['fine', 'awful', 'late'])} {rng.choice(['kettle', 'lamp'])} number "
    f"{i} came {rng.choice(['today', 'broken', 'quickly'])}"
    for i in range(N)
]
FRAME = pd.DataFrame(
    {
        "order": [f"R{i:04d}" for i in range(N)],
        "row": range(1, N + 1),
        "price": [f"{10 + i % 17}.50" for i in range(N)],
        "stars": [i % 5 for i in range(N)],
        "day": [f"2024-{i % 12 + 1:02d}-{i % 28 + 1:02d}" for i in range(N)],
        "country": [["DE", "FR", None][i % 3] for i in range(N)],
        "who": [f"Ann{'abcdefgh'[i % 8]} B{'xyz'[i // 20]}" for i in range(N)],
        "shop": ["main"] * N,
        "empty": [None] * N,
        "text": TEXTS,
    }
)
ROLES = {
    "order": "identifier",
    "row": "identifier",
    "price": "number",
    "stars": "number",
    "day": "date",
    "country": "category",
    "who": "category",
    "shop": "constant",
    "empty": "blank",
    "text": "text",
}


def write(frame, tmp_path, name="t.csv", **options):
    path = tmp_path / name
    frame.to_csv(path, index=False, **options)
    return path


def roles_of(data):
    return {role.column: role.role for role in data.roles}


class TestRoles:
    def test_each_column_is_what_a_person_would_say(self, tmp_path):
        assert roles_of(read_file(write(FRAME, tmp_path))) == ROLES

    @pytest.mark.parametrize("suffix", [".xlsx", ".parquet", ".jsonl"])
    def test_they_are_the_same_in_every_kind_of_table(self, suffix, tmp_path):
        import openpyxl  # noqa: F401
        import pyarrow  # noqa: F401

        path = tmp_path / f"t{suffix}"
        if suffix == ".xlsx":
            FRAME.to_excel(path, index=False)
        elif suffix == ".parquet":
            FRAME.to_parquet(path)
        else:
            FRAME.to_json(path, orient="records", lines=True)
        data = read_file(path)
        assert roles_of(data) == ROLES
        in_csv = read_file(write(FRAME, tmp_path))
        np.testing.assert_allclose(data.X.toarray(), in_csv.X.toarray(), atol=1e-6)

    def test_what_is_stated_wins(self, tmp_path):
        path = write(FRAME, tmp_path)
        data = read_file(
            path, text="who", ignore=["price"], id="order", label_column="country"
        )
        found = roles_of(data)
        assert found["who"] == "text"
        assert found["price"] == "ignored"
        assert found["order"] == "identifier"
        assert found["country"] == "label"
        assert (
            data.y.tolist() == FRAME["country"].to_numpy(object, na_value=None).tolist()
        )

    def test_a_column_can_not_be_two_things_at_once(self, tmp_path):
        path = write(FRAME, tmp_path)
        for options in (
            {"text": "who", "label_column": "who"},
            {"text": "who", "ignore": "who"},
            {"text": "who", "id": "who"},
        ):
            with pytest.raises(ValueError, match="'who' can't be .* at once"):
                read_file(path, **options)

    def test_the_columns_of_an_earlier_run_are_not_learned_from(self, tmp_path):
        ours = dict.fromkeys(["guess", "flagged", "annotator", "labeled_at"], "a")
        frame = FRAME.assign(label=["good", "bad"] * 30, confidence=0.5, **ours)
        roles = roles_of(read_file(write(frame, tmp_path)))
        assert {roles[name] for name in (*ours, "label", "confidence")} == {"ours"}
        data = read_file(write(frame, tmp_path), label_column="label")
        assert roles_of(data)["label"] == "label"

    def test_a_column_that_is_not_there_is_named_with_those_that_are(self, tmp_path):
        path = write(FRAME, tmp_path)
        for option in ("text", "ignore", "id", "show", "label_column"):
            with pytest.raises(
                ValueError, match=r"no column 'txt'\. There are: 'order'"
            ):
                read_file(path, **{option: "txt"})

    def test_one_column_of_short_texts_is_text(self, tmp_path):
        words = pd.DataFrame({"word": [f"{a}{b}" for a in "bcdfgh" for b in "aeiou"]})
        assert roles_of(read_file(write(words, tmp_path))) == {"word": "text"}

    def test_identifiers_are_text_where_there_is_nothing_else(self, tmp_path):
        frame = pd.DataFrame({"name": [f"part-{i}" for i in range(30)]})
        assert roles_of(read_file(write(frame, tmp_path))) == {"name": "text"}

    def test_nothing_to_learn_from_is_an_error(self, tmp_path):
        frame = pd.DataFrame({"a": ["x"] * 5, "b": [None] * 5})
        with pytest.raises(ValueError, match=r"No column is left.*'a' \(constant\)"):
            read_file(write(frame, tmp_path))

    def test_texts_without_spaces_are_texts(self, tmp_path):
        frame = pd.DataFrame(
            {
                "文": [
                    f"この商品はとても良いと思いますが遅い{'あいうえお'[i % 5] * i}"
                    for i in range(50)
                ]
            }
        )
        assert roles_of(read_file(write(frame, tmp_path))) == {"文": "text"}


class TestWhatTheModelGets:
    def test_a_frame_that_pandas_reads_gives_the_same_numbers(self, tmp_path):
        path = write(FRAME, tmp_path)
        data = read_file(path)
        for frame in (
            pd.read_csv(path),
            pd.read_csv(path, dtype=str),
            pl.read_csv(path),
        ):
            found = data.encoder.transform(frame)
            np.testing.assert_allclose(found.toarray(), data.X.toarray(), atol=1e-6)

    def test_columns_are_found_by_name_and_others_not_looked_at(self, tmp_path):
        path = write(FRAME, tmp_path)
        data = read_file(path)
        frame = pd.read_csv(path)[sorted(FRAME.columns)].drop(columns="shop")
        found = data.encoder.transform(frame.assign(more=1))
        np.testing.assert_allclose(found.toarray(), data.X.toarray(), atol=1e-6)
        with pytest.raises(ValueError, match="There is no column 'text'"):
            data.encoder.transform(frame.drop(columns="text"))

    def test_cells_that_were_never_seen_are_no_error(self, tmp_path):
        path = write(FRAME, tmp_path)
        data = read_file(path)
        odd = pd.read_csv(path).head(2).astype(object)
        odd.loc[0, ["price", "day", "country", "text"]] = ["dear", "never", "XX", None]
        assert np.isfinite(data.encoder.transform(odd).toarray()).all()

    def test_decimal_commas_and_thousands_are_numbers(self, tmp_path):
        plain = pd.DataFrame(
            {"a": [1.5, 1200.25, 3.75] * 10, "b": [1000, 2500, 7] * 10}
        )
        expected = read_file(write(plain, tmp_path)).X
        commas = plain.assign(a=["1,5", "1.200,25", "3,75"] * 10)
        data = read_file(write(commas, tmp_path, sep=";"))
        assert set(roles_of(data).values()) == {"number"}
        np.testing.assert_allclose(data.X, expected, rtol=1e-6)
        thousands = plain.assign(b=["1,000", "2,500", "7"] * 10)
        data = read_file(write(thousands, tmp_path))
        np.testing.assert_allclose(data.X, expected, rtol=1e-6)
        assert "1,234 is a thousand" in data.roles[1].gets

    def test_a_comma_is_decimal_where_semicolons_separate(self, tmp_path):
        plain = pd.DataFrame({"a": [0.5, 12.125, 2, 3] * 10})
        commas = pd.DataFrame({"a": ["0,500", "12,125", "2", "3"] * 10, "b": "x"})
        expected = read_file(write(plain, tmp_path)).X
        np.testing.assert_allclose(
            read_file(write(commas, tmp_path, sep=";")).X, expected
        )

    def test_whole_numbers_of_four_digits_are_no_dates(self, tmp_path):
        numbers = pd.DataFrame({"n": rng.randint(1000, 3000, 60), "t": TEXTS})
        assert roles_of(read_file(write(numbers, tmp_path)))["n"] == "number"

    @pytest.mark.parametrize(
        ("cells", "options"),
        [
            (["TRUE", "FALSE"], {}),
            (["true", "false", ""], {}),
            (["NA", "null", "DE", "FR", "None"], {}),
            (["1,5", "10,25", "7", ""], {"sep": ";", "decimal": ","}),
            (["1,5", "10,25", "7", ""], {"sep": ";"}),
            (["1.200,50", "3,25"], {"sep": ";", "decimal": ",", "thousands": "."}),
            (["12/24/2024", "01/30/2023", "06/05/2024"], {"parse_dates": ["c"]}),
            (["2024-12-24", "2023-01-30", ""], {"parse_dates": ["c"]}),
            (["2024-12-24 10:30", "2023-01-30 00:00"], {"parse_dates": ["c"]}),
            (["007", "012", "7", "100"], {}),
            (["1e3", "inf", "-2.5"], {}),
        ],
        ids=range(11),
    )
    def test_rows_count_alike_whoever_has_read_them(self, cells, options, tmp_path):
        frame = pd.DataFrame(
            {"c": [cells[i % len(cells)] for i in range(60)], "t": TEXTS}
        )
        path = write(frame, tmp_path, sep=options.get("sep", ","))
        data = read_file(path)
        found = data.encoder.transform(pd.read_csv(path, **options))
        np.testing.assert_allclose(found.toarray(), data.X.toarray(), atol=1e-6)

    def test_trues_that_pandas_makes_numbers_of_are_the_same(self, tmp_path):
        frame = pd.DataFrame({"c": [True, False, None] * 20, "t": TEXTS})
        data = read_file(write(frame, tmp_path))
        found = data.encoder.transform(frame.astype({"c": float}))
        np.testing.assert_allclose(found.toarray(), data.X.toarray(), atol=1e-6)

    def test_numbers_written_otherwise_than_before_are_read_all_the_same(
        self, tmp_path
    ):
        frame = pd.DataFrame({"c": [i + 0.5 for i in range(60)], "t": TEXTS})
        data = read_file(write(frame, tmp_path))
        commas = frame.assign(c=[f"{i},5" for i in range(60)])
        found = data.encoder.transform(commas)
        np.testing.assert_allclose(found.toarray(), data.X.toarray(), atol=1e-6)

    @pytest.mark.parametrize(
        ("cells", "other", "what"),
        [
            ([1.5, 2.5, 8], "dear", "numbers"),
            (["2024-12-24", "2023-01-30"], "soon", "dates"),
            (["DE", "FR"], "Germany", "known values"),
        ],
        ids=["number", "date", "category"],
    )
    def test_a_column_of_which_nothing_can_be_read_is_said(
        self, cells, other, what, tmp_path
    ):
        frame = pd.DataFrame(
            {"c": [cells[i % len(cells)] for i in range(60)], "t": TEXTS}
        )
        data = read_file(write(frame, tmp_path))
        with pytest.warns(
            UserWarning, match=f"60 cells of the column 'c', 0 .* {what}"
        ):
            data.encoder.transform(frame.assign(c=other))

    def test_texts_of_signs_alone_are_told_apart(self, tmp_path):
        frame = pd.DataFrame({"t": ["!!! ??", ":-)", "..."]})
        X = read_file(write(frame, tmp_path), text="t").X.toarray()
        assert np.all((X @ X.T)[~np.eye(3, dtype=bool)] < 0.9)
        assert np.all(X.any(axis=1))

    def test_a_number_counts_by_its_value_however_it_is_written(self, tmp_path):
        frame = pd.DataFrame({"code": ["007", "7", "12", "9"] * 8, "t": TEXTS[:32]})
        data = read_file(write(frame, tmp_path), ignore="t")
        np.testing.assert_array_equal(data.X[0], data.X[1])


class TestRowsThatHoldNothing:
    def test_blank_texts_are_not_asked_and_their_lines_are_named(self, tmp_path):
        texts = pd.DataFrame({"id": range(6), "text": TEXTS[:6]})
        texts.loc[[2, 4], "text"] = ["  ", None]
        data = read_file(write(texts, tmp_path), text="text", ignore="id")
        assert len(data.keys) == 6 == data.X.shape[0] == len(data.items)
        assert data.left_out.tolist() == [2, 4]
        assert data.notes == ["lines 4, 6 have nothing to look at: not asked"]

    def test_a_blank_text_beside_other_columns_is_asked_and_named(self, tmp_path):
        frame = FRAME.copy()
        frame.loc[3, "text"] = None
        data = read_file(write(frame, tmp_path))
        assert len(data.keys) == N
        assert data.notes == ["line 5 has a blank 'text'"]

    def test_an_encoder_knows_the_blank_rows_of_other_tables(self, tmp_path):
        data = read_file(write(FRAME, tmp_path))
        new = FRAME.head(3).copy()
        new.loc[1, ["text", "price", "stars", "day", "country", "who"]] = None
        assert data.encoder.are_blank(new).tolist() == [False, True, False]


class TestWhatAPersonSees:
    def test_texts_come_first_and_what_tells_nothing_is_left_out(self, tmp_path):
        items = read_file(write(FRAME, tmp_path)).items
        shown = ["text", "price", "stars", "day", "country", "who"]
        assert list(items.columns) == shown
        assert items.iloc[2].tolist()[1:5] == ["12.50", "2", "2024-03-03", ""]

    def test_the_columns_and_their_order_can_be_said(self, tmp_path):
        path = write(FRAME, tmp_path)
        assert list(read_file(path, show=["order", "text"]).items.columns) == [
            "order",
            "text",
        ]
        assert read_file(path, show="text").items == TEXTS


class TestKeys:
    def test_content_tells_rows_apart_and_equal_rows_are_counted(self, tmp_path):
        frame = pd.DataFrame({"text": [*TEXTS[:3], TEXTS[0]]})
        keys = read_file(write(frame, tmp_path)).keys
        assert len(set(keys)) == 4
        assert keys[3] == f"{keys[0]}-2"

    def test_labels_that_are_filled_in_change_no_key(self, tmp_path):
        frame = FRAME.assign(label=None)
        keys = read_file(write(frame, tmp_path), label_column="label").keys
        frame.loc[2, "label"] = "good"
        data = read_file(write(frame, tmp_path), label_column="label")
        assert data.keys == keys
        assert data.y[2] == "good"

    def test_a_column_of_ids_must_tell_all_rows_apart(self, tmp_path):
        path = write(FRAME, tmp_path)
        assert read_file(path, id="order").keys == FRAME["order"].tolist()
        with pytest.raises(
            ValueError, match=r"line 2 and line 7 have the same 'stars'"
        ):
            read_file(path, id="stars")
        with pytest.raises(ValueError, match=r"lines 4, 7, 10 and 17 more have no"):
            read_file(path, id="country")

    def test_labels_are_whole_numbers_where_all_are(self, tmp_path):
        frame = FRAME.assign(label=["1", " -1", None] * 20)
        data = read_file(write(frame, tmp_path), label_column="label")
        assert data.y.tolist()[:3] == [1, -1, None]
        frame = FRAME.assign(label=["01", "02", None] * 20)
        data = read_file(write(frame, tmp_path), label_column="label")
        assert data.y.tolist()[:3] == ["01", "02", None]


class TestFolders:
    def images(self, folder):
        (folder / "more").mkdir(parents=True)
        for name, value in [("b.png", 1.0), ("more/a.png", 0.0)]:
            image.imsave(
                folder / name, np.full((5, 7), value), vmin=0, vmax=1, cmap="gray"
            )

    def test_images_are_known_by_their_names(self, tmp_path):
        self.images(tmp_path / "f")
        data = read_file(tmp_path / "f")
        assert data.keys == ["b.png", "more/a.png"]
        assert data.table.frame["file"].tolist() == data.keys
        assert data.kind == "images"

    def test_what_the_model_gets_of_images_does_not_depend_on_their_size(
        self, tmp_path
    ):
        for side in (64, 192):
            gray = np.zeros((side, side))
            gray[: side // 2] = 1
            image.imsave(tmp_path / f"across{side}.png", gray, cmap="gray")
            image.imsave(tmp_path / f"up{side}.png", gray.T, cmap="gray")
        X = read_file(tmp_path).X
        apart = np.linalg.norm(X[:, None] - X, axis=2)
        assert apart[0, 1] < apart[0, 2] / 5  # the same across, and up
        assert apart[2, 3] < apart[0, 2] / 5

    def test_one_broken_image_is_left_out_and_named(self, tmp_path):
        self.images(tmp_path / "f")
        (tmp_path / "f" / "c.png").write_bytes(b"\x89PNG no")
        (tmp_path / "f" / "notes.txt").write_text("of mine")
        data = read_file(tmp_path / "f")
        assert data.keys == ["b.png", "more/a.png"]
        notes = "\n".join(data.notes)
        assert "file c.png: left out, can't be read" in notes
        assert "file notes.txt: left out" in notes

    def test_images_of_which_none_can_be_read_are_an_error(self, tmp_path):
        (tmp_path / "c.png").write_bytes(b"no")
        with pytest.raises(ValueError, match="No image in .* can be read"):
            read_file(tmp_path)

    def test_texts_of_any_encoding_are_read(self, tmp_path):
        for i in range(12):
            content = f"{TEXTS[i]} é".encode("cp1252" if i == 3 else "utf-8")
            (tmp_path / f"{i:02d}.txt").write_bytes(content)
        data = read_file(tmp_path)
        assert data.items == [f"{TEXTS[i]} é" for i in range(12)]
        assert data.keys[3] == "03.txt"
        assert data.notes == ["file 03.txt: no UTF-8, read as Windows-1252"]

    def test_a_folder_with_neither_is_an_error(self, tmp_path):
        (tmp_path / "a.pdf").write_bytes(b"")
        with pytest.raises(ValueError, match="neither images .* nor texts"):
            read_file(tmp_path)

    def test_a_link_out_of_the_folder_is_refused(self, tmp_path):
        self.images(tmp_path / "f")
        (tmp_path / "secret.png").write_bytes(b"")
        os.symlink(tmp_path / "secret.png", tmp_path / "f" / "c.png")
        with pytest.raises(ValueError, match="leads out of the folder"):
            read_file(tmp_path / "f")


class TestArrays:
    def test_arrays_of_images_are_flattened_for_the_model_alone(self, tmp_path):
        images = load_digits().images[:20]
        np.save(tmp_path / "images.npy", images)
        np.savez(tmp_path / "images.npz", X=images)
        for name in ("images.npy", "images.npz"):
            data = read_file(tmp_path / name)
            assert data.X.shape == (20, 64)
            assert data.items.shape == (20, 8, 8)

    def test_rows_of_numbers_are_scaled_and_gaps_filled(self, tmp_path):
        np.save(tmp_path / "x.npy", [[1.0, np.nan], [3.0, 10.0], [5.0, 30.0]])
        data = read_file(tmp_path / "x.npy")
        expected = [[-1.5, 0], [0, -1.5], [1.5, 1.5]]
        np.testing.assert_allclose(data.X * np.sqrt(1.5), expected)
        assert data.kind == "numbers"

    @pytest.mark.parametrize("shape", [(3, 2), (3, 2, 2)])
    def test_values_that_are_infinite_or_none_are_gaps_and_counted(
        self, shape, tmp_path
    ):
        values = np.arange(np.prod(shape), dtype=float).reshape(shape)
        values[0, 0], values[1, 1] = np.nan, np.inf
        np.save(tmp_path / "x.npy", values)
        data = read_file(tmp_path / "x.npy")
        assert np.isfinite(data.X).all()
        n_gaps = np.count_nonzero(~np.isfinite(values))
        assert (
            data.notes[-1] == f"{n_gaps} values are NaN or infinite, and count as gaps"
        )

    def test_features_of_ones_own_take_the_place_of_the_pixels(self, tmp_path):
        np.save(tmp_path / "images.npy", np.zeros((3, 4, 4)))
        np.save(tmp_path / "features.npy", np.eye(3))
        data = read_file(tmp_path / "images.npy", features=tmp_path / "features.npy")
        np.testing.assert_allclose(data.X, (np.eye(3) - 1 / 3) / np.sqrt(2 / 9))
        np.save(tmp_path / "features.npy", np.eye(4))
        with pytest.raises(ValueError, match="each of the 3 rows"):
            read_file(tmp_path / "images.npy", features=tmp_path / "features.npy")

    def test_features_are_for_all_rows_of_the_file_also_those_left_out(self, tmp_path):
        frame = pd.DataFrame({"text": [TEXTS[0], None, TEXTS[1]]})
        path = write(frame, tmp_path, na_rep=" ")
        np.save(tmp_path / "features.npy", np.eye(3))
        data = read_file(path, features=tmp_path / "features.npy")
        assert data.X.shape == (3, 3)
        assert data.left_out.tolist() == [1]

    @pytest.mark.parametrize(
        ("save", "message"),
        [
            (lambda path: np.save(path, np.arange(3)), "one row each"),
            (lambda path: np.save(path, np.array([["a"]])), "must hold numbers"),
            (lambda path: path.write_bytes(b"no"), "can't be read as an array"),
        ],
    )
    def test_arrays_that_are_no_rows_are_refused(self, save, message, tmp_path):
        save(tmp_path / "x.npy")
        with pytest.raises(ValueError, match=message):
            read_file(tmp_path / "x.npy")

    def test_several_arrays_in_a_file_must_be_told_apart(self, tmp_path):
        np.savez(tmp_path / "x.npz", a=np.eye(2), b=np.eye(2))
        with pytest.raises(ValueError, match="name the one to label X"):
            read_file(tmp_path / "x.npz")

    def test_options_that_don_t_apply_are_refused(self, tmp_path):
        np.save(tmp_path / "x.npy", np.eye(2))
        (tmp_path / "f").mkdir()
        (tmp_path / "f" / "a.txt").write_text("a text")
        numbers = write(FRAME[["price", "stars"]], tmp_path)
        for path, options in [
            (tmp_path / "x.npy", {"embed": "model"}),
            (tmp_path / "x.npy", {"encoding": "utf-8"}),
            (tmp_path / "x.npy", {"separator": ";"}),
            (tmp_path / "f", {"text": "text"}),
            (tmp_path / "f", {"separator": ";"}),
            (numbers, {"embed": "model"}),
        ]:
            with pytest.raises(ValueError, match=r"has no|holds no|is not a text"):
                read_file(path, **options)

    def test_columns_of_what_has_none_are_refused(self, tmp_path):
        np.save(tmp_path / "x.npy", np.eye(2))
        with pytest.raises(ValueError, match="has no columns"):
            read_file(tmp_path / "x.npy", text="a")


@pytest.mark.parametrize("name", ["nowhere.csv", "t.doc"])
def test_what_can_t_be_read_is_said(name, tmp_path):
    (tmp_path / "t.doc").write_bytes(b"")
    message = "There is no .*nowhere" if name == "nowhere.csv" else "must be a table"
    with pytest.raises(ValueError, match=message):
        read_file(tmp_path / name)


def test_a_pipeline_predicts_rows_as_they_come_out_of_a_file(tmp_path):
    path = write(FRAME, tmp_path)
    data = read_file(path)
    truth = np.array(["fine" if "fine" in text else "not" for text in TEXTS])
    estimator = LogisticRegression(C=10).fit(data.X, truth)
    joblib.dump(data.make_pipeline(estimator), tmp_path / "model.joblib")
    model = joblib.load(tmp_path / "model.joblib")
    assert model.predict(pd.read_csv(path)).tolist() == truth.tolist()
    new = pd.DataFrame([FRAME.iloc[0].to_dict() | {"text": "a fine new thing"}])
    assert model.predict(new).tolist() == ["fine"]


class TestModels:
    @pytest.mark.parametrize("model", ["boosting", "forest", "graph", "linear", None])
    def test_each_learns_from_a_table(self, model, tmp_path):
        frame = FRAME[["stars"]]
        data = read_file(write(frame, tmp_path))
        y = np.array([None] * N, dtype=object)
        y[:20] = ["low" if i % 5 < 3 else "high" for i in range(20)]
        learner = data.make_learner(model).start(data.X, y)
        truth = ["low" if i % 5 < 3 else "high" for i in range(N)]
        assert np.mean(learner.predict(data.X) == truth) > 0.8
        assert len(learner.query().indices) == 1

    def test_the_neighbors_of_many_texts_are_looked_for_in_few_columns(self, tmp_path):
        texts = pd.DataFrame({"text": [f"letter {i} of {i % 7}" for i in range(5001)]})
        data = read_file(write(texts, tmp_path))
        learner = data.make_learner().start(data.X)
        assert learner.query_strategy_.transformer[-1].n_components == 100
        learner.teach([0, 1], ["a", "b"])
        assert len(learner.query().indices) == 1
        few = read_file(write(texts[:5000], tmp_path))
        strategy = few.make_learner().start(few.X).query_strategy_
        assert strategy.transformer is None
        assert strategy.uncertainty == "model"

    def test_names_that_are_none_are_refused_with_those_that_are(self, tmp_path):
        data = read_file(write(FRAME, tmp_path))
        with pytest.raises(
            ValueError,
            match=r"no model 'svm' for classification; there are \['boosting'",
        ):
            data.make_learner("svm")
