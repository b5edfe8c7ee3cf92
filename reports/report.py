#!/usr/bin/env python3
"""report.py FOLDER: writes FOLDER/report.html from the files a run or a sweep left there."""

import sys
from pathlib import Path

try:
    from kasane_report import page, run_folder, sweep_folder, sweep_page
    from kasane_report.html_parts import write_page
except ModuleNotFoundError as error:
    sys.exit(f"report: Python module '{error.name}' is missing: install Debian's python3-numpy and python3-matplotlib")


def main(arguments):
    if len(arguments) != 1:
        print("usage: report.py FOLDER", file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    try:
        if sweep_folder.is_sweep(folder):
            text = sweep_page.page(sweep_folder.read(folder))
        else:
            text = page.page(run_folder.read(folder))
        write_page(folder / "report.html", text)
    except (run_folder.FolderError, OSError) as error:
        print(f"report: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
