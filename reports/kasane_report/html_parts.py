"""What the pages are made of: style, numbers with units, tiles, figures, tables."""

import os
from html import escape

_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; color: #1d2730; background: #f4f5f2; margin: 0; }
main { max-width: 1060px; margin: 0 auto; padding: 28px 24px 60px; }
h1, p { overflow-wrap: anywhere; }
h1 { font-size: 26px; margin: 0; } h2 { font-size: 18px; margin: 34px 0 8px; }
h3 { font-size: 15px; margin: 24px 0 0; }
.lead { color: #55616b; margin: 2px 0 18px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; }
.tile { background: #fff; border-radius: 8px; padding: 12px 14px; }
.tile b { display: block; font-size: 21px; } .tile span { color: #55616b; font-size: 13px; }
figure { background: #fff; border-radius: 8px; margin: 0; padding: 12px; overflow-x: auto; }
figure + figure { margin-top: 12px; } .scroll { margin-top: 12px; }
figure svg { max-width: 100%; height: auto; min-width: 620px; } figcaption { color: #55616b; font-size: 13px; }
table { border-collapse: collapse; width: 100%; background: #fff; border-radius: 8px; }
th, td { text-align: right; padding: 5px 9px; border-bottom: 1px solid #e8eae6; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; } th { color: #55616b; font-weight: 600; font-size: 13px; }
.scroll { overflow-x: auto; } .warning { background: #fff3d6; padding: 8px 12px; border-radius: 8px; }
"""


def quantity(value, unit, digits=3):
    """A number with an SI prefix and so many significant digits."""
    if value == 0:
        return f"0 {unit}"
    for factor, prefix in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"), (1e-12, "p")):
        if abs(value) >= factor:
            return f"{value / factor:.{digits}g} {prefix}{unit}"
    return f"{value / 1e-15:.{digits}g} f{unit}"


def tile(value, text):
    return f'<div class="tile"><b>{escape(value)}</b><span>{escape(text)}</span></div>'


def tiles(parts):
    return '<div class="tiles">' + "".join(parts) + "</div>"


def figure_part(svg, caption):
    return f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>"


def table(header, rows):
    head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def document(title, heading, lead, body):
    """A whole page; `body` is HTML, the rest text."""
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title><link rel="icon" href="data:,"><style>{_STYLE}</style></head><body><main>
<h1>{escape(heading)}</h1>
<p class="lead">{escape(lead)}</p>
{body}
</main></body></html>
"""


def write_page(path, text):
    """Whoever opens the page sees the old one or the new one, never half of it."""
    partial = path.with_name(path.name + ".partial")
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, path)
