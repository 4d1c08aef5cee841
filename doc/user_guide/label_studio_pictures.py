"""Make the pictures of the page on Label Studio, at one that runs, in a Chromium.

pip install sklearn-active[label,label-studio,site-test]
python doc/user_guide/label_studio_pictures.py http://localhost:8080 EMAIL PASSWORD

Best on fresh data: whoever isn't known yet is signed up. Goes the way of the page, from
a token to twenty labels of the tutorial's letters, and prints what the command printed.
"""

import argparse
import csv
import io
import os
import runpy
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
FOLDER = HERE / "label_studio"
LETTERS = HERE.parent / "tutorial" / "make_tickets.py"
CLASSES = ["refund", "delivery", "question"]
N_LABELS = 20
N_COLORS = 128
TICKED = ".ant-checkbox-wrapper-checked"


def main():
    """Make all of them."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("url")
    parser.add_argument("user")
    parser.add_argument("password")
    args = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright, TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page()
        enter(page, args.url, args.user, args.password)
        token = make_token(page, args.url)
        truth = write_letters(Path(folder))
        with label_command(folder, args.url, token) as address:
            walk(page, address, truth)
        browser.close()
        print((Path(folder) / "labeled.csv").read_text(encoding="utf-8"))


def take(page, name, height=560):
    """Save what is seen."""
    page.set_viewport_size({"width": 1280, "height": height})
    page.wait_for_timeout(1000)  # what fades in or is drawn anew
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(N_COLORS, dither=Image.Dither.NONE).save(
        FOLDER / f"{name}.png", optimize=True
    )


def enter(page, url, user, password):
    """Log in, or sign up."""
    for where, button in (("login", "Log in"), ("signup", "Create Account")):
        page.goto(f"{url}/user/{where}/")
        page.locator("#email").fill(user)
        page.locator("#password").fill(password)
        if where == "signup":
            page.get_by_text("Get the latest news").click()
        page.get_by_role("button", name=button).click()
        page.wait_for_load_state("networkidle")
        if "/user/" not in page.url:
            return
    raise SystemExit(f"{user} can neither log in nor sign up.")


def make_token(page, url):
    """Make a personal access token where people do."""
    page.goto(f"{url}/user/account")
    page.get_by_text("Personal Access Token").click()
    page.get_by_role("button", name="Create New Token").click()
    shown = page.locator("input[readonly][value^=eyJ]")
    shown.wait_for()
    token = shown.input_value()
    take(page, "token")
    return token


def write_letters(folder):
    """Write the letters of the tutorial, and return the class of each message."""
    make = runpy.run_path(str(LETTERS))
    make["main"](folder)
    with open(folder / "tickets.csv", encoding="utf-8", newline="") as file:
        messages = [row["message"] for row in csv.DictReader(file, delimiter=";")]
    return dict(zip(messages, make["tickets"](len(messages))[1], strict=True))


@contextmanager
def label_command(folder, url, token):
    """Run the command, yield the address that it prints, and end it with Ctrl-C."""
    command = [sys.executable, "-um", "sklearn_active", "label", "tickets.csv"]
    command += ["--classes", ",".join(CLASSES), "--out", "labeled.csv"]
    command += ["--label-studio", url, "--project", "Tickets", "--guesses"]
    environment = os.environ | {"LABEL_STUDIO_API_KEY": token}
    options = {"cwd": folder, "env": environment, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **options) as running:
        for line in running.stdout:
            print(line, end="")
            if line.startswith("Label at "):
                break
        else:
            raise SystemExit("The command ended.")
        yield line.removeprefix("Label at ").strip()
        running.send_signal(signal.SIGINT)
        print(running.stdout.read())


def walk(page, address, truth):
    """Label as a person would, with keys, and take pictures on the way."""
    page.goto(address)
    page.get_by_text("Tasks: 3 / 3").wait_for(timeout=60_000)
    take(page, "project")
    page.get_by_role("button", name="Label All Tasks").click()
    message, is_guess_taken = "", False
    for n in range(N_LABELS):
        message = next_message(page, message)
        if n > N_LABELS // 2 and not is_guess_taken and ticked(page):
            take(page, "guess")
            is_guess_taken = True
        label = truth[message]
        if ticked(page) != [label]:  # its key would untick it
            page.keyboard.press(str(CLASSES.index(label) + 1))
        page.locator(TICKED, has_text=label).wait_for()
        if n == 0:
            take(page, "choice")
        page.keyboard.press("Control+Enter")
    page.get_by_text("Annotation saved").last.wait_for()
    page.wait_for_timeout(3000)  # the next rows come
    page.goto(address)
    page.get_by_text(f"Submitted annotations: {N_LABELS}").wait_for()


def ticked(page):
    """Return the classes that are ticked, without their keys."""
    shown = page.locator(TICKED).all_inner_texts()
    return [text.partition("[")[0] for text in shown]


def next_message(page, last):
    """Return the message that is shown, once it is another one."""
    while True:
        page.wait_for_timeout(300)
        if page.get_by_text("No More Tasks").is_visible():  # faster than the model
            page.reload(wait_until="networkidle")
        for frame in page.frames[1:]:
            cells = frame.locator("td")
            if cells.count() and (found := cells.first.inner_text()) != last:
                page.wait_for_timeout(2500)  # somebody reads, and a model learns
                return found


if __name__ == "__main__":
    main()
