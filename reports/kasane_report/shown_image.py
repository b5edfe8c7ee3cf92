"""Which image the pages show in detail, and from when to when."""

from dataclasses import dataclass

REST = 0.25  # of an image's time: what follows it is shown as well where it is longer, such as a rest up to a deadline


@dataclass(frozen=True)
class Shown:
    number: str | None  # the image's; None where the whole run is shown
    begin: float  # seconds
    end: float
    rests: bool  # the time after the result, up to the next image, is within

    def words(self):
        if self.number is None:
            return "The whole run."
        return f"One image (number {self.number}), from the moment firmware takes it up to its result{' and on to the next image' if self.rests else ''}."


def choose(images, end, number=None):
    """The image with this number, or one in the middle: not the first one, whose neighbours look different. Rows are those of results.csv;
    None where no image ends before `end`."""
    spans = [(row["image"], float(row["begin_seconds"]), float(row["begin_seconds"]) + float(row["seconds"])) for row in images]
    spans = [span for span in spans if span[2] <= end]
    if not spans:
        return None
    index = next((at for at, span in enumerate(spans) if span[0] == number), len(spans) // 2)
    name, begin, stop = spans[index]
    following = spans[index + 1][1] if index + 1 < len(spans) else stop
    rests = following - stop > REST * (stop - begin)
    return Shown(name, begin, following if rests else stop, rests)
