"""Charts as SVG in the page: drawn by Pygal on the server, styled by the page's own sheet alone.

What Pygal would bring along - a style, a script, tooltips - is taken out, so that nothing inline
is left for the policy to refuse, and colours follow the scheme and the printer. Each chart comes
in two widths, of which the sheet shows one; what it shows stands in a table beside it too.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, Protocol
from xml.etree import ElementTree as ET

from markupsafe import Markup

#: Of a wide screen and of a phone: width, and how many labels fit below.
_WIDTHS = (("wide", 720, 10), ("narrow", 340, 4))
_LINE_HEIGHT, _BAR_HEIGHT, _HEAD = 240, 28, 24
#: Room on the right for the name of a line, and for the number of a bar.
_NAME, _VALUE = 90, 60
#: What share of the height two names need.
_APART = 0.12
_STYLE = {
    "font_family": "sans-serif",
    "label_font_size": 13,
    "major_label_font_size": 13,
    "value_font_size": 13,
    "value_label_font_size": 13,
}
#: What a page that shows no tooltips has no use for.
_UNWANTED = frozenset({"defs", "desc", "title"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What is drawn; none in place of a value: it is not told."""

    #: What a screen reader calls it; the numbers are in the table.
    name: str
    labels: Sequence[str]
    #: By what each is called.
    series: Mapping[str, Sequence[int | None]]


class _Drawing(Protocol):
    """What is used of a chart of Pygal."""

    def add_xml_filter(self, callback: Callable[[ET.Element], ET.Element]) -> None: ...

    def render(self, *, is_unicode: bool) -> str: ...


def lines(chart: Chart) -> Markup:
    """Return how something went over time; each line is named at its end."""
    return Markup("").join(_line(chart, *width) for width in _WIDTHS)


def bars(chart: Chart) -> Markup:
    """Return how much there is of each, longest names on the left, the number in the bar's place.

    Only the first of the series is drawn.
    """
    return Markup("").join(_bar(chart, name, width) for name, width, _ in _WIDTHS)


@cache
def _pygal() -> Any:  # noqa: ANN401 - it has no types
    # Imported here: most servers draw nothing for hours (20 ms, 2 MB of every start).
    import pygal  # type: ignore[import-untyped] # noqa: PLC0415

    # It hooks into every later import for the sake of its maps; Python 3.11 warns of how.
    sys.meta_path[:] = [x for x in sys.meta_path if type(x).__name__ != "PluginImportFixer"]
    return pygal


def _line(chart: Chart, kind: str, width: int, room: int) -> Markup:
    common = _common(width, _LINE_HEIGHT)
    # Names that would lie on each other stand below instead.
    is_crowded = _is_crowded(chart.series)
    if is_crowded:
        common |= {"show_legend": True, "legend_at_bottom": True, "legend_at_bottom_columns": 3}
        common |= {"truncate_legend": -1}
    drawn = _pygal().Line(
        **common,
        show_minor_x_labels=False,
        truncate_label=-1,
        dots_size=2,
        print_labels=True,
        min_scale=3,
        max_scale=5,
        include_x_axis=True,
        # What is not told is a gap, not a line from one to the next.
        allow_interruptions=True,
        margin_right=_VALUE if is_crowded else _NAME,
    )
    drawn.x_labels = list(chart.labels)
    every = max(1, -(-len(chart.labels) // room))
    drawn.x_labels_major = [*chart.labels][::-every][::-1]
    for name, values in chart.series.items():
        drawn.add(name, [*values] if is_crowded else _named(name, values))
    return _markup(drawn, chart, kind)


def _is_crowded(series: Mapping[str, Sequence[int | None]]) -> bool:
    """Say whether lines end too near to each other to be named there."""
    told = [[value for value in values if value is not None] for values in series.values()]
    ends = sorted(values[-1] for values in told if values)
    room = max((value for values in told for value in values), default=0) * _APART
    return any(high - low < room for low, high in pairwise(ends))


def _named(name: str, values: Sequence[int | None]) -> list[dict[str, Any] | int | None]:
    """Return values, the last of them that is told with the name of its line."""
    told = [index for index, value in enumerate(values) if value is not None]
    last = told[-1] if told else None
    return [
        {"value": value, "label": name} if index == last else value
        for index, value in enumerate(values)
    ]


def _bar(chart: Chart, kind: str, width: int) -> Markup:
    drawn = _pygal().HorizontalBar(
        **_common(width, _HEAD + _BAR_HEIGHT * len(chart.labels)),
        print_values=True,
        print_values_position="top",
        truncate_label=-1,
        # Of a chart that lies on its side, this axis has the numbers.
        show_x_labels=False,
        show_x_guides=False,
        margin_right=_VALUE,
        spacing=4,
    )
    # Pygal draws the first at the bottom.
    drawn.x_labels = [*chart.labels][::-1]
    for name, values in list(chart.series.items())[:1]:
        drawn.add(name, [*values][::-1])
    return _markup(drawn, chart, kind)


def _common(width: int, height: int) -> dict[str, Any]:
    return {
        "width": width,
        "height": height,
        "style": _pygal().style.Style(**_STYLE),
        "css": [],
        "js": [],
        "show_legend": False,
        "disable_xml_declaration": True,
        "no_prefix": True,
        "margin": 8,
        "value_formatter": thousands,
        "no_data_text": "–",
    }


def thousands(value: float) -> str:
    """Return a number as it is read: thin spaces between thousands."""
    return f"{value:,.0f}".replace(",", "\u202f")


def _markup(drawn: _Drawing, chart: Chart, kind: str) -> Markup:
    def cleaned(root: ET.Element) -> ET.Element:
        _clean(root)
        root.set("class", f"chart {kind}")
        root.set("role", "img")
        root.set("aria-label", chart.name)
        return root

    drawn.add_xml_filter(cleaned)
    # Pygal escapes all it is given: names and numbers, nothing that a stranger wrote.
    return Markup(drawn.render(is_unicode=True))  # noqa: S704


def _clean(element: ET.Element) -> None:
    # Two charts of one page would have the same names.
    element.attrib.pop("id", None)
    for child in list(element):
        if not isinstance(child.tag, str) or child.tag in _UNWANTED or _is_tooltip(child):
            element.remove(child)
        else:
            _clean(child)


def _is_tooltip(element: ET.Element) -> bool:
    return "tooltip" in element.get("class", "").split() or "style" in element.attrib
