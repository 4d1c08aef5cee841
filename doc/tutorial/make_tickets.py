"""Make the file of the tutorial: letters to the help desk of a shop, all invented.

    python doc/tutorial/make_tickets.py [FOLDER]

writes tickets.csv, with semicolons as a spreadsheet of half of Europe writes it, and
new_tickets.csv, which came in later. What each letter is about is known here alone
(`tickets`, for doc/benchmarks/hundred_answers.py); the reader of the tutorial has to
read them.
"""

import csv
import sys
from pathlib import Path

import numpy as np

PRODUCTS = [
    "kettle",
    "lamp",
    "backpack",
    "headset",
    "toaster",
    "rucksack",
    "tent",
    "drill",
    "blender",
    "scale",
]
GREETINGS = [
    "Hello,",
    "Dear team,",
    "Hi there,",
    "Good morning,",
    "To whom it may concern:",
]
GREETINGS += ["", "", ""]
STORIES = [
    "I ordered the {p} {n} days ago.",
    "My {p} came in a box that had seen better days.",
    "The {p} was a present for my sister.",
    "We have been customers for {n} years.",
    "I bought the {p} in your shop in the old town.",
    "The {p} works, but not as I thought.",
    "After {n} days the {p} began to smell.",
    "The manual of the {p} is in a language I don't read.",
    "It is the second {p} that I have from you.",
    "The colour of the {p} is nothing like the picture.",
    "Your parcel service rang at the wrong door again.",
    "I have waited for {n} days now.",
]
WISHES = {
    "refund": [
        "Please send my money back.",
        "I would like to be paid back in full.",
        "Kindly return the {m} euros to my account.",
        "I am sending it back and want what I paid.",
        "When will I get the amount back?",
        "I don't want another one, I want the {m} euros.",
        "Cancel the order and reverse the charge.",
        "My card was charged twice; give back one of them.",
        "I revoke the contract within fourteen days.",
        "Take it back and credit the price.",
    ],
    "delivery": [
        "Where is my parcel?",
        "The tracking page has shown the same town for {n} days.",
        "Can it be left with the neighbours?",
        "Please change the address to the one below.",
        "It was never handed over, whatever the driver wrote.",
        "Could it arrive before Friday?",
        "The parcel shop says that it has nothing for me.",
        "One of two boxes has arrived, what about the other?",
    ],
    "question": [
        "Does it fit the older model as well?",
        "Is there a spare part for the lid?",
        "How do I clean the filter?",
        "What does the red light mean?",
        "Can I use it with 110 volts?",
        "Do you have it in green?",
        "Which battery does it take?",
        "Is the warranty two years or three?",
        "Please send me the manual in English.",
        "How loud is it?",
    ],
}
CLOSINGS = [
    "Thank you.",
    "Kind regards",
    "I am waiting for your answer.",
    "",
    "",
    "Thanks!",
]
SHARES = {"refund": 0.2, "delivery": 0.35, "question": 0.45}


def tickets(n_rows, seed=0, first=1):
    """Return letters, as rows of cells, and what each is about.

    Parameters
    ----------
    n_rows : int
        How many.
    seed : int, default=0
        Others for another.
    first : int, default=1
        Number of the first.

    Returns
    -------
    rows : list of list of str
        Number, day, channel, price and message.
    topics : list of str
        'refund', 'delivery' or 'question'.
    """
    rng = np.random.RandomState(seed)
    topics = rng.choice(list(SHARES), n_rows, p=list(SHARES.values()))
    rows = []
    for number, topic in enumerate(topics, start=first):
        price = round(float(rng.lognormal(3.2, 0.6)), 2)
        stories = rng.choice(STORIES, rng.randint(1, 4), replace=False)
        parts = [rng.choice(GREETINGS), *stories, rng.choice(WISHES[topic])]
        parts.append(rng.choice(CLOSINGS))
        text = " ".join(filter(None, parts)).format(
            p=rng.choice(PRODUCTS), n=rng.randint(2, 40), m=round(price)
        )
        day = f"2026-{rng.randint(1, 13):02d}-{rng.randint(1, 29):02d}"
        channel = rng.choice(["mail", "web", "phone"], p=[0.5, 0.4, 0.1])
        written = f"{price:.2f}".replace(".", ",")
        rows.append([f"T{number:05d}", day, str(channel), written, text])
    return rows, topics.tolist()


def main(folder):
    """Write both files.

    Parameters
    ----------
    folder : path
        Where to.
    """
    names = ["ticket", "day", "channel", "price", "message"]
    for name, n_rows, seed, first in [
        ("tickets.csv", 600, 0, 1),
        ("new_tickets.csv", 50, 1, 601),
    ]:
        with (folder / name).open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, delimiter=";", lineterminator="\n")
            writer.writerows([names, *tickets(n_rows, seed, first)[0]])


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path())
