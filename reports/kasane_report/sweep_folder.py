"""Reads what a sweep left in its folder: points.sqlite."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from .run_folder import FolderError


@dataclass
class Sweep:
    name: str
    description: str
    axes: list  # names, in the sweep's order
    count_axis: str  # the axis that counts what is to be recommended; "" where there is none
    curve_axis: str  # the axis whose values become curves; "" where there is none
    accuracy_loss: float
    points: list  # rows of the view `results` as dictionaries; axes hold text, or None without effect
    blocks: dict  # point number -> {block: row of run_blocks}

    def scenarios(self):
        return list(dict.fromkeys(point["scenario"] for point in self.points))

    def done(self, scenario):
        return [p for p in self.points if p["scenario"] == scenario and p["status"] == "ok"]

    def failed(self):
        return [p for p in self.points if p["status"] == "failed"]


def is_sweep(folder):
    return (Path(folder) / "points.sqlite").exists()


def _read(database, file):
    database.row_factory = sqlite3.Row
    about = database.execute("SELECT * FROM sweep").fetchone()
    rows = [dict(row) for row in database.execute("SELECT * FROM results ORDER BY point")]
    columns = [column[1] for column in database.execute("PRAGMA table_info(points)")]
    blocks = {}
    for row in database.execute("SELECT point, run_blocks.* FROM points JOIN run_blocks USING (fingerprint)"):
        blocks.setdefault(row["point"], {})[row["block"]] = dict(row)
    if about is None:
        raise FolderError(f"{file}: expected a sweep's database, found one without a sweep")
    return Sweep(
        name=about["name"],
        description=about["description"],
        axes=[name for name in columns if name not in ("point", "scenario", "fingerprint")],
        count_axis=about["count_axis"],
        curve_axis=about["curve_axis"],
        accuracy_loss=about["accuracy_loss"],
        points=rows,
        blocks=blocks,
    )


def read(folder):
    file = Path(folder) / "points.sqlite"
    try:
        database = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)
        try:
            return _read(database, file)
        finally:
            database.close()
    except sqlite3.Error as error:
        raise FolderError(f"{file}: expected a sweep's database: {error}") from error
