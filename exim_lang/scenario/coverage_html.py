"""Coverage as one HTML page that needs nothing else: the configuration with what was seen of it."""

from __future__ import annotations

from html import escape

from exim_lang.scenario.coverage import KINDS, NAMES, Coverage, Point
from exim_lang.scenario.coverage_reports import files_of, shown

_STYLE = """
:root { color-scheme: light dark; --ok: #1a7f37; --part: #9a6700; --bad: #cf222e; --line: #8884; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 80em; padding: 0 1em; }
h1 { font-size: 1.4em; } h2 { font-size: 1.1em; margin-top: 2em; word-break: break-all; }
table.sum { border-collapse: collapse; } .sum td, .sum th { padding: .2em 1em .2em 0; text-align: left; }
.sum td.n { text-align: right; font-variant-numeric: tabular-nums; }
.src { border: 1px solid var(--line); border-radius: 6px; overflow-x: auto; padding: .5em 0; }
.src div { white-space: pre; font: 13px/1.45 ui-monospace, monospace; padding-right: 1em; border-left: 4px solid transparent; }
.src .no { display: inline-block; width: 4em; text-align: right; padding-right: 1em; opacity: .55; user-select: none; }
.src .ok { border-left-color: var(--ok); }
.src .part { border-left-color: var(--part); background: color-mix(in srgb, var(--part) 10%, transparent); }
.src .bad { border-left-color: var(--bad); background: color-mix(in srgb, var(--bad) 10%, transparent); }
.src em { font-style: normal; opacity: .85; padding-left: 2em; } .ok em { color: var(--ok); }
.part em { color: var(--part); } .bad em { color: var(--bad); }
.key span { border-left: 4px solid; padding: 0 1.2em 0 .5em; }
"""

_KEY = """
<p class="key"><span style="border-color:var(--ok)">seen</span><span style="border-color:var(--part)">one side only</span>
<span style="border-color:var(--bad)">not seen</span></p>
"""


def html_report(coverage: Coverage, title: str = "Coverage of the configuration") -> str:
    """The page."""
    parts = [
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n<h1>{escape(title)}</h1>",
        summary(coverage),
        _KEY,
    ]
    for file in files_of(coverage):
        parts += [f"<h2>{escape(shown(file))}</h2>", source(coverage, file)]
    return "\n".join(parts) + "\n</html>\n"


def summary(coverage: Coverage) -> str:
    """The table of the figures."""
    rows = []
    for file in files_of(coverage):
        for kind in KINDS:
            covered, total = coverage.total(kind, file)
            if total:
                figures = f'<td class="n">{covered} of {total}<td class="n">{coverage.percent(kind, file):.1f}%'
                rows.append(f"<tr><td>{escape(shown(file))}<td>{escape(NAMES[kind])}{figures}")
    return '<table class="sum">' + "\n".join(rows) + "</table>"


def source(coverage: Coverage, file: str) -> str:
    """The lines of a file, from the first to the last one that has anything to cover, with what was seen."""
    by_line: dict[int, list[Point]] = {}
    for point in coverage.of():
        if point.file == file:
            by_line.setdefault(point.line, []).append(point)
    lines = coverage.sources.get(file, "").splitlines()
    rows = []
    for number, line in enumerate(lines, 1):
        points = by_line.get(number, [])
        style, remark = state(points)
        note = f"<em>{escape(remark)}</em>" if remark else ""
        rows.append(f'<div class="{style}"><span class="no">{number}</span>{escape(shown(line))}{note}</div>')
    return f'<div class="src">{"".join(rows)}</div>'


def state(points: list[Point]) -> tuple[str, str]:
    """The class of a line, and the remark behind it."""
    if not points:
        return "", ""
    remarks = []
    for point in points:
        if point.kind == "statement":
            remarks.append(f"{point.counts[0]}x" if point.counts[0] else "never reached")
        elif point.kind == "effect" and (point.counts[0] or remarks == ["never reached"]):
            continue
        elif point.missing():
            name = "${if}: " if point.kind == "branch" else ""
            remarks.append(name + point.missing())
        else:
            yes, no = {"branch": ("${if} yes", "no"), "router": ("takes", "passes on")}.get(point.kind, ("true", "false"))
            remarks.append(f"{yes} {point.counts[0]}x, {no} {point.counts[1]}x")
    if all(not point.missing() for point in points):
        return "ok", "; ".join(remarks)
    return ("bad" if not any(any(point.counts) for point in points) else "part"), "; ".join(dict.fromkeys(remarks))
