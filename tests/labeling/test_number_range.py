"""NumberRange reads what people type, and refuses what may be two numbers."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sklearn_active.labeling import NumberRange

MM = NumberRange(0, 100, "mm")
ANY = NumberRange()
finite = st.floats(allow_nan=False, allow_infinity=False)


class TestWhatIsTyped:
    @pytest.mark.parametrize(
        ("text", "number"),
        [
            ("12", 12.0),
            ("12.5", 12.5),
            ("12,5", 12.5),
            (" 12.5 ", 12.5),
            ("12.", 12.0),
            (".5", 0.5),
            (",5", 0.5),
            ("-3", -3.0),
            ("+3", 3.0),
            ("\N{MINUS SIGN}3", -3.0),
            ("1e3", 1000.0),
            ("1,5E-3", 0.0015),
            ("0,123", 0.123),  # no group of thousands begins with 0
            ("1234,567", 1234.567),  # and none has four digits
            ("1,23", 1.23),
            ("1.234", 1.234),  # the point is always the decimal mark
        ],
    )
    def test_a_number_is_read(self, text, number):
        assert ANY.read(text) == number

    @pytest.mark.parametrize("text", ["12 mm", "12mm", "12,0 mm", "12\u00a0mm"])
    def test_the_unit_may_be_typed(self, text):
        assert MM.read(text) == 12

    @pytest.mark.parametrize(
        ("unit", "text"),
        [
            ("m/s", "3 m/s"),
            ("%", "3%"),
            ("eV", "3 eV"),
            ("e", "3e"),
            ("\N{GREEK SMALL LETTER MU}m", "3 \N{MICRO SIGN}m"),
            ("km / h", "3 km/h"),
        ],
    )
    def test_units_of_many_kinds(self, unit, text):
        assert NumberRange(unit=unit).read(text) == 3

    @pytest.mark.parametrize(
        "text", ["", " ", "x", "mm", "-", ".", ",", "--3", "nan", "inf", "e5", "٣"]
    )
    def test_what_is_no_number_is_refused(self, text):
        with pytest.raises(ValueError, match="not a number: give a number from 0"):
            MM.read(text)

    @pytest.mark.parametrize(
        "text", ["1,234.5", "1.234,5", "1 234", "1,234,567", "3-4", "3 + 4", "1..2"]
    )
    def test_marks_between_thousands_are_refused(self, text):
        with pytest.raises(ValueError, match="not one number: type it as 1234.5"):
            ANY.read(text)

    @pytest.mark.parametrize(
        ("text", "meant"), [("1,234", "1.234 or 1234"), ("-12,000", "12.000 or 12000")]
    )
    def test_a_comma_that_may_be_one_between_thousands_is_refused(self, text, meant):
        with pytest.raises(ValueError, match=f"may be {meant}"):
            ANY.read(text)

    @pytest.mark.parametrize(
        ("numbers", "text", "message"),
        [
            (MM, "12 cm", "has the unit cm, and the unit here is mm"),
            (MM, "12 MM", "has the unit MM, and the unit here is mm"),
            (ANY, "12 mm", "has the unit mm, and there is none. Give a number"),
        ],
    )
    def test_another_unit_is_refused(self, numbers, text, message):
        with pytest.raises(ValueError, match=message):
            numbers.read(text)

    @pytest.mark.parametrize("text", ["-0.1", "100.5", "1e300", "500 mm"])
    def test_out_of_range_says_what_was_typed_and_the_range(self, text):
        number = MM.written(float(text.removesuffix(" mm")))
        with pytest.raises(ValueError, match="out of range") as raised:
            MM.read(text)
        expected = f"{number} is out of range: give a number from 0 to 100 mm."
        assert str(raised.value) == expected

    @pytest.mark.parametrize("text", ["0", "100", "100.0 mm"])
    def test_the_bounds_may_be_given(self, text):
        assert MM.read(text) in (0, 100)

    def test_a_number_beyond_all_floats_is_refused(self):
        with pytest.raises(ValueError, match="inf is no number"):
            ANY.read("1e999")


class TestWhatIsShown:
    @given(finite, st.sampled_from(["", "mm", "%", "m/s"]))
    def test_what_is_written_is_read_as_exactly_the_same(self, number, unit):
        numbers = NumberRange(unit=unit)
        again = numbers.read(numbers.written(number))
        assert repr(again) == repr(number)

    @given(finite.filter(lambda x: abs(x) < 1e300))
    def test_a_guess_is_near_what_it_stands_for(self, number):
        shown = ANY.read(ANY.rounded(number))
        assert abs(shown - number) <= 5e-4 * abs(number) + 1e-320

    @pytest.mark.parametrize(
        ("numbers", "words"),
        [
            (ANY, "a number"),
            (NumberRange(unit="mm"), "a number in mm"),
            (MM, "a number from 0 to 100 mm"),
            (NumberRange(0.5), "a number of at least 0.5"),
            (NumberRange(high=-1, unit="K"), "a number of at most -1 K"),
        ],
    )
    def test_in_words(self, numbers, words):
        assert str(numbers) == words

    def test_whole_numbers_have_no_point(self):
        assert (MM.written(3.0), MM.written(3.25)) == ("3 mm", "3.25 mm")


class TestTheRange:
    @given(finite, finite, st.booleans(), st.booleans())
    def test_values_of_json_give_it_back(self, one, other, has_low, has_high):
        low, high = sorted((one, other))
        low, high = low if has_low else -inf, high if has_high else inf
        if low == high:
            high = inf
        numbers = NumberRange(low, high, "mm")
        assert NumberRange.of_json(numbers.as_json()) == numbers

    @pytest.mark.parametrize(
        "value",
        [None, 3, {}, {"low": 0, "high": 1}, {"low": "a", "high": 1, "unit": ""}],
    )
    def test_what_is_none_in_a_file_is_refused(self, value):
        with pytest.raises(ValueError, match="range of numbers|low"):
            NumberRange.of_json(value)

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ((1, 1), "low must be less than high"),
            ((2, 1), "low must be less than high"),
            ((inf, inf), "low must be less than high"),
            ((nan, 1), "'low' parameter"),
            (("0", 1), "'low' parameter"),
            ((0, 1, None), "'unit' parameter"),
            ((0, 1, "3mm"), "doesn't begin like a number"),
            ((0, 1, ".mm"), "doesn't begin like a number"),
            ((0, 1, "m\nm"), "can be printed"),
        ],
    )
    def test_bounds_and_units_that_are_none_are_refused(self, arguments, message):
        with pytest.raises(ValueError, match=message):
            NumberRange(*arguments)

    def test_whole_numbers_and_floats_are_the_same_range(self):
        assert NumberRange(0, 1, " mm ") == NumberRange(0.0, 1.0, "mm")
