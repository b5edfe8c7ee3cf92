#!/usr/bin/env python3
"""diff.py RUN_A RUN_B [--out FILE.html] [--quiet]: prints what changed from one run to another and draws it, to RUN_B/diff.html."""

import argparse
import signal
import sys
from pathlib import Path

try:
    from kasane_report import diff_analysis, diff_page, diff_text, run_folder
    from kasane_report.html_parts import write_page
except ModuleNotFoundError as error:
    sys.exit(f"diff: Python module '{error.name}' is missing: install Debian's python3-numpy and python3-matplotlib")


class Parser(argparse.ArgumentParser):
    def error(self, message):
        print(f"diff: {message}", file=sys.stderr)
        sys.exit(2)


def _arguments(words):
    parser = Parser(prog="diff.py", description="What changed from one run to another.")
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--quiet", action="store_true")
    return parser.parse_args(words)


def main(words):
    given = _arguments(words)
    try:
        before, after = run_folder.read(given.before), run_folder.read(given.after)
        found = diff_analysis.compare(before, after)
        page = given.out or given.after / "diff.html"
        write_page(page, diff_page.page(found, before, after))
        if not given.quiet:
            print("\n".join(diff_text.for_terminal(found, given.before, given.after) + ["", f"  drawn: {page}"]))
    except (run_folder.FolderError, OSError) as error:
        print(f"diff: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # whoever reads the table may have seen enough
    sys.exit(main(sys.argv[1:]))
