"""Text with separators between its cells: encoding, separator and quotes found."""

import codecs
import csv
import re
from dataclasses import dataclass, field, replace
from io import StringIO
from typing import NamedTuple

from sklearn_active.labeling._files.formats import long_cells

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
_MARKS = {  # the longer first: one begins as another
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_SAMPLE = 200_000
_NEVER = "\x1f"  # a separator that no text holds
_NAMED = 3
_FEW_ROWS, _TOO_MANY = 20, 0.2
_NUMBER_OR_DAY = re.compile(r"[+-]?\d+([.,]\d+)?|\d{4}-\d{2}-\d{2}")


@dataclass
class Form:
    """How a file of cells is written, so that another can be written alike.

    Attributes
    ----------
    encoding : str
        A codec of Python, without the mark.
    mark : bytes
        What stands before the first character.
    separator : str
        One character.
    quote : str
        What encloses cells that hold a separator.
    escapes : bool
        Whether a quote within a cell follows a backslash, and is not doubled.
    spaced : bool
        Whether blanks stand behind the separators.
    line_end : str
        Of a row.
    first_line : str
        A line "sep=;" before the names, else ''.
    """

    encoding: str = "utf-8"
    mark: bytes = b""
    separator: str = ","
    quote: str = '"'
    escapes: bool = False
    spaced: bool = False
    line_end: str = "\n"
    first_line: str = ""

    @property
    def options(self):
        """What the module csv is told."""
        escape = {"doublequote": False, "escapechar": "\\"} if self.escapes else {}
        spaced = {"skipinitialspace": True} if self.spaced else {}
        quotes = {"delimiter": self.separator, "quotechar": self.quote}
        return {**quotes, **escape, **spaced}

    def __str__(self):
        name = SEPARATORS.get(self.separator, repr(self.separator))
        encoding = {"cp1252": "Windows-1252"}.get(self.encoding, self.encoding.upper())
        return f"separated by {name}, {encoding}{' with a mark' if self.mark else ''}"


@dataclass
class Cells:
    """What a file of cells holds.

    Attributes
    ----------
    names : list of str
        Of the columns, as they stand in the file.
    rows : list of list of str
        As many cells each as there are names.
    lines : list of int
        Where each row begins.
    form : Form
        How it is written.
    notes : list of str
        What was guessed, mended or left out.
    """

    names: list
    rows: list
    lines: list
    form: Form
    notes: list = field(default_factory=list)


def decoded(data, name, encoding=None):
    """Return the text of some bytes, and how it was found.

    Parameters
    ----------
    data : bytes
        A file.
    name : str or path
        Named in errors.
    encoding : str, default=None
        None: by the mark, else UTF-8, else Windows-1252.

    Returns
    -------
    text : str
    form : Form
        Its encoding and mark.
    notes : list of str
    """
    _check_is_text(data, name)
    # A byte order mark decides. Without one it is UTF-8 where that can be decoded: text
    # in another encoding that is valid UTF-8 by accident is next to impossible, while
    # Windows-1252 decodes nearly every file and would never say no.
    mark = next((mark for mark in _MARKS if data.startswith(mark)), b"")
    codec = _MARKS.get(mark) or _without_mark(data)
    if encoding is not None:
        codec = _named_codec(encoding, mark, codec)
    form, rest = Form(codec, mark), data[len(mark) :]
    try:
        return rest.decode(codec), form, []
    except UnicodeDecodeError as error:
        line = 1 + rest[: error.start].count("\n".encode(codec))
        if encoding or codec != "utf-8" or mark:
            raise ValueError(
                f"{name}, line {line} is not {codec} text ({error.reason})."
                " Save it as UTF-8, or name the right encoding."
            ) from error
    try:
        text = rest.decode("cp1252")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{name}, line {line} is neither UTF-8 nor Windows-1252. Save the file as "
            "UTF-8, or name its encoding."
        ) from error
    example = re.search(r"[^\n\r]{0,20}[^\x00-\x7f][^\n\r]{0,20}", text).group()
    note = (
        f"line {line} is not UTF-8: the file is read as Windows-1252, as in {example!r}"
    )
    return text, Form("cp1252"), [note]


def _named_codec(encoding, mark, found):
    """Return the codec that was asked for, without a mark of its own."""
    try:
        codec = codecs.lookup(encoding).name
    except LookupError as error:
        raise ValueError(f"There is no encoding {encoding!r}.") from error
    family = codec.removesuffix("-sig")
    if mark and found.startswith(family):
        return found
    # These codecs of Python read and write a mark by themselves; ours is kept in Form,
    # so that what is written begins as what was read.
    own = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}
    return own.get(codec, codec)


def _check_is_text(data, name):
    kinds = {b"PK\x03\x04": "a spreadsheet or another archive", b"PAR1": "Parquet"}
    kinds |= {b"\xd0\xcf\x11\xe0": "an old spreadsheet (.xls)", b"%PDF": "a PDF"}
    kinds |= {b"\x1f\x8b": "compressed (gzip)", b"SQLite format": "a database"}
    for start, kind in kinds.items():
        if data.startswith(start):
            raise ValueError(
                f"{name} is not text: it is {kind}. Name it by what it is, or save it "
                "as a .csv file."
            )


def _without_mark(data):
    """UTF-16 without a mark has a zero in every second byte, where it is Latin."""
    start = data[:2000]
    for codec, zeros in (("utf-16-le", start[1::2]), ("utf-16-be", start[::2])):
        if start and zeros.count(0) > 0.4 * len(zeros):
            return codec
    return "utf-8"


def read_cells(data, name, separator=None, encoding=None):
    """Read a file of cells.

    Parameters
    ----------
    data : bytes
        The file.
    name : str or path
        Named in errors.
    separator : str, default=None
        Between the cells; None: the one of comma, semicolon, tab and vertical bar
        that gives all rows as many cells as there are names.
    encoding : str, default=None
        None: found out.

    Returns
    -------
    cells : Cells

    Raises
    ------
    ValueError
        Where there are no rows, or they can't be told apart; names the line.
    """
    text, form, notes = decoded(data, name, encoding)
    if not text.strip():
        raise ValueError(f"{name} is empty.")
    # A line of Excel's own, which other programs would take for the first row.
    first = re.match(r"sep=(.)(\r?\n)", text)
    if first:
        form.first_line, text = first.group(), text[first.end() :]
        separator = separator or first.group(1)
    if separator is not None and len(separator) != 1:
        raise ValueError(f"A separator is one character, not {separator!r}.")
    notes += _find_form(text, form, separator)
    if form.escapes:  # a backslash before anything else is what it is
        text = re.sub(r"\\(?![\"\\])", r"\\\\", text)
    first_number = 1 + bool(first)
    records = list(_records(text, form, name, first_number))
    (_, names), records = records[0], records[1:]
    looks_like_a_row = [
        name for name in names if _NUMBER_OR_DAY.fullmatch(name.strip())
    ]
    if looks_like_a_row:
        notes.append(
            f"the first line is taken for names of columns, {_few(names)}; if it is a "
            "row, put a line of names before it"
        )
    if not records:
        raise ValueError(f"{name} has names of columns ({_few(names)}), but no row.")
    if form.separator == _NEVER:
        form.separator = ","  # of what is written, with more columns
    cells = Cells(names, [], [], form, notes)
    _take_rows(cells, records, name)
    return cells


def _find_form(text, form, separator):
    """Set how cells are separated and quoted, by what fits the first rows best.

    Returns sentences that say what was guessed.
    """
    # Every separator is tried with every way of quoting that occurs, and the one wins
    # by which most rows have as many cells as there are names. Counting characters, as
    # csv.Sniffer does, takes the commas of prose for separators.
    sample = text[:_SAMPLE]
    is_cut = len(sample) < len(text)
    head = sample.split("\n", 1)[0]
    form.line_end = "\r\n" if head.endswith("\r") else "\n"
    if "\n" not in sample and "\r" in sample:
        form.line_end = "\r"
    fits = [  # the first of equal ones
        max(
            (_fit(sample, way, is_cut) for way in _ways(sample, mark)),
            key=lambda fit: (fit.is_whole, fit.share, fit.n_columns),
        )
        for mark in (SEPARATORS if separator is None else [separator])
    ]
    best = max(fits, key=lambda fit: (fit.share, fit.n_columns, fit.tidy))
    form.separator, form.spaced = best.form.separator, best.form.spaced
    form.quote, form.escapes = best.form.quote, best.form.escapes
    notes = ["quotes within cells follow a backslash"] if form.escapes else []
    if separator is not None:
        return notes
    if not best.share:
        form.separator = _NEVER
        return [*notes, "no separator was found: each line is one cell"]
    guess = f"the separator was guessed: {SEPARATORS[form.separator]}"
    alike = [
        SEPARATORS[fit.form.separator]
        for fit in fits
        if fit is not best and fit[1:3] == best[1:3]
    ]
    if alike:
        notes.append(f"{guess}, though {' and '.join(alike)} would fit as well")
    elif form.separator != ",":
        notes.append(guess)
    return notes


def _ways(sample, separator):
    """Return the ways in which cells may be quoted, the usual one first."""
    ways = [Form(separator=separator)]
    if re.search(r"[,;\t|] +\"", sample):
        ways.append(Form(separator=separator, spaced=True))
    if '\\"' in sample:
        ways.append(Form(separator=separator, escapes=True))
    if re.match(r"\s*'", sample):  # elsewhere it is an apostrophe
        ways.append(Form(separator=separator, quote="'"))
    return ways


class _Fit(NamedTuple):
    """Whether all quotes close, the share of rows that are as long as the first, and
    that length; the share of cells that don't begin with a blank, as words do that
    stand behind a comma.
    """

    is_whole: bool
    share: float
    n_columns: int
    tidy: float
    form: Form


def _fit(sample, form, is_cut):
    with long_cells(sample):
        rows = StringIO(sample, newline="")
        records = [row for row in csv.reader(rows, **form.options) if row]
        is_whole = is_cut or _closes(sample, form)
    if is_cut:  # its last row ends in the middle
        del records[-1:]
    if not records or len(records[0]) < 2:
        return _Fit(is_whole, 0.0, 1, 1.0, form)
    n_columns = len(records[0])
    rest = records[1:] or records
    # Longer rows fit, too, if what is beyond the names is empty: spreadsheets write
    # separators for every column that was ever touched.
    n_fitting = sum(
        len(row) >= n_columns and not any(map(str.strip, row[n_columns:]))
        for row in rest
    )
    cells = [cell for row in records for cell in row]
    tidy = 1 - sum(cell.startswith(" ") for cell in cells) / len(cells)
    return _Fit(is_whole, n_fitting / len(rest), n_columns, tidy, form)


def _closes(sample, form):
    try:
        for _ in csv.reader(StringIO(sample, newline=""), strict=True, **form.options):
            pass
    except csv.Error:
        return False
    return True


def _records(text, form, name, number):
    """Yield (line, cells) of every row that is not empty."""
    with long_cells(text):
        reader = csv.reader(StringIO(text, newline=""), strict=True, **form.options)
        line = number
        try:
            for record in reader:
                if record:
                    yield line, record
                line = number + reader.line_num
        except csv.Error as error:
            raise ValueError(
                f"{name}, line {line}: the quotes of a cell that begins there don't "
                f"close ({error}). Put a cell that holds quotes into quotes, and "
                'double those within it: "a ""word""".'
            ) from error


def _take_rows(cells, records, name):
    """Keep the rows that have one cell per column, and say what became of others."""
    n_columns = len(cells.names)
    short, long, cut = [], [], []
    for line, record in records:
        if len(record) > n_columns and any(map(str.strip, record[n_columns:])):
            long.append(line)
            continue
        if len(record) != n_columns:
            (short if len(record) < n_columns else cut).append(line)
        record = [*record[:n_columns], *[""] * (n_columns - len(record))]
        cells.rows.append(record)
        cells.lines.append(line)
    too_many = len(records) > _FEW_ROWS and len(long) > _TOO_MANY * len(records)
    if too_many or not cells.rows:
        raise ValueError(
            f"{name}: {named('line', long)} {has(long)} more than {n_columns} cells. "
            "Put cells that hold the separator into quotes."
        )
    if long:
        cells.notes.append(
            f"{named('line', long)} {has(long)} more than {n_columns} cells: left out, "
            "also of what is written. Put cells that hold the separator into quotes"
        )
    if short:
        cells.notes.append(
            f"{named('line', short)} {has(short)} fewer than {n_columns} cells: the "
            "rest is taken as blank"
        )
    if cut:
        cells.notes.append(
            f"{named('line', cut)} {has(cut)} blank cells after the {n_columns} "
            "columns: left out"
        )


def named(word, places):
    """Say which: "lines 3, 7, 9 and 12 more".

    Parameters
    ----------
    word : str
        The singular of what is counted.
    places : list
        Which.

    Returns
    -------
    text : str
    """
    shown = ", ".join(map(str, places[:_NAMED]))
    more = f" and {len(places) - _NAMED:,} more" if len(places) > _NAMED else ""
    return f"{word}{'s' if len(places) > 1 else ''} {shown}{more}"


def named_places(places):
    """Say which places: "lines 3, 7 and 9".

    Parameters
    ----------
    places : list of str
        As "line 3", "file 'a note.txt'".

    Returns
    -------
    text : str
    """
    word = places[0].partition(" ")[0]
    return named(word, [place.partition(" ")[2] for place in places])


def has(places):
    """Return the verb that fits."""
    return "have" if len(places) > 1 else "has"


def _few(names):
    shown = ", ".join(repr(name[:40]) for name in names[:5])
    return shown + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def written_cells(names, rows, form):
    """Return the bytes of a file of cells.

    Parameters
    ----------
    names : list of str
        Of the columns.
    rows : iterable of list of str
        The cells.
    form : Form
        How to write them.

    Returns
    -------
    data : bytes
    encoded : Form
        As given; with another encoding where that one lacks a character.
    """
    file = StringIO(newline="")
    writer = csv.writer(file, lineterminator=form.line_end, **form.options)
    writer.writerow(names)
    writer.writerows(rows)
    text = form.first_line + file.getvalue()
    try:
        return form.mark + text.encode(form.encoding), form
    except UnicodeEncodeError:
        form = replace(form, encoding="utf-8", mark=codecs.BOM_UTF8)
        return form.mark + text.encode(form.encoding), form
