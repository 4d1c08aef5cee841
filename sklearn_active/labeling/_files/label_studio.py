"""What Label Studio calls things: its label configuration, and results."""

import re
from math import isfinite
from xml.sax.saxutils import quoteattr

from sklearn_active.labeling._number_range import NumberRange

# https://www.w3.org/TR/xml/#charsets; surrogates no file holds anyway.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def config_of(allowed, tag="Text", variable="text", several=False):
    """Return the label configuration of a project.

    Parameters
    ----------
    allowed : sequence of labels, or NumberRange
        What can be given.
    tag : str, default='Text'
        What shows a row.
    variable : str, default='text'
        What that is called in the data of a task.
    several : bool, default=False
        Whether several of the labels can be given, or none.

    Returns
    -------
    xml : str
    """
    shown = f'<View>\n  <{tag} name="item" value="${variable}"/>\n'
    if isinstance(allowed, NumberRange):
        limits = (("min", allowed.low), ("max", allowed.high))
        bounds = "".join(f' {name}="{x!r}"' for name, x in limits if isfinite(x))
        return f'{shown}  <Number name="label" toName="item"{bounds}/>\n</View>\n'
    choices = "".join(f"    {choice_of(label)}\n" for label in allowed)
    # A choice made already, a guess, is taken away by its own key: nothing chosen would
    # be an answer then.
    how = 'choice="multiple"' if several else 'choice="single" required="true"'
    return (
        f'{shown}  <Choices name="label" toName="item" {how}>\n'
        f"{choices}  </Choices>\n</View>\n"
    )


def choice_of(label):
    """Return the tag by which a label can be chosen, or raise where it has none.

    Parameters
    ----------
    label : label
        A class.

    Returns
    -------
    xml : str
    """
    if _NOT_IN_XML.search(str(label)):
        raise ValueError(
            f"The class {label!r} holds a character that Label Studio's configuration, "
            "which is XML, can't hold. Name it otherwise, or write .jsonl or .csv."
        )
    return f"<Choice value={quoteattr(str(label))}/>"


def result_of(label, allowed):
    """Return a label as the result of an annotation.

    Parameters
    ----------
    label : label
        A tuple where there may be several.
    allowed : sequence of labels, or NumberRange
        What can be given.

    Returns
    -------
    result : dict
    """
    common = {"from_name": "label", "to_name": "item"}
    if isinstance(allowed, NumberRange):
        return {**common, "type": "number", "value": {"number": label}}
    labels = label if isinstance(label, tuple) else [label]
    return {**common, "type": "choices", "value": {"choices": list(map(str, labels))}}


def values_in(results, kinds=("choices", "number")):
    """Return what was chosen, or the numbers, in the results of an annotation.

    Parameters
    ----------
    results : list of dict
        Others are left out.
    kinds : collection of str, default=("choices", "number")
        Of the controls whose results are wanted.

    Returns
    -------
    values : list of str or float
    """
    values = []
    for result in results:
        kind = result.get("type")
        if kind not in kinds:
            continue
        if kind == "choices":
            values += result["value"]["choices"]
        else:
            values.append(result["value"]["number"])
    return values
