"""Opens a page in Chromium without a screen, in a frame of a given size: what it logs, and whether it is wider than the frame."""

import html
import re
import shutil
import subprocess

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

# The page stands in a frame: a browser's window cannot be as narrow as a telephone.
_FRAME = """<!doctype html><title>frame</title><body style="margin:0">
<iframe style="border:0;width:{width}px;height:{height}px" srcdoc="{page}" onload="
  const root = this.contentDocument.documentElement;
  document.title = 'loaded ' + root.clientWidth + ' ' + root.scrollWidth + ' ' + root.scrollHeight;"></iframe>"""


class Opened:
    """`messages`: lines of the console; `width`, `content_width`, `content_height` in CSS pixels."""

    def __init__(self, page, folder, width, height):
        framed = folder / f"frame_{width}.html"
        framed.write_text(_FRAME.format(width=width, height=height, page=html.escape(page)), encoding="utf-8")
        done = subprocess.run(
            [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", f"--user-data-dir={folder / 'profile'}",
             f"--window-size={max(width, 600)},{height}", "--dump-dom", framed.as_uri()],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        self.messages = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
        loaded = re.search(r"<title>loaded (\d+) (\d+) (\d+)</title>", done.stdout)
        if not loaded:
            raise AssertionError(f"Chromium did not load the page: {done.stderr[-500:]}")
        self.width, self.content_width, self.content_height = map(int, loaded.groups())
