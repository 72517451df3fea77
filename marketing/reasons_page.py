"""`/marketing/reasons`: why a verdict says no, in the order in which reasons win.

Made from the order in the code itself (`consent.verdicts.Reason`), so it cannot say anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape

from consent.verdicts import Reason
from marketing.reasons import camara_of

_STYLE = """
:root{color-scheme:light dark}
body{font:1.0625rem/1.6 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.375rem;line-height:1.3;margin:1rem 0}
p{margin:0 0 .75rem}
nav a{margin-right:1rem}
a{color:inherit}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.5rem .75rem .5rem 0;border-top:1px solid}
td:first-child{text-align:right}
code{font-size:.875rem}
"""
HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "vary": "accept-language",
}


def reasons_page(language: str, say: Callable[[str], str], languages: Mapping[str, str]) -> str:
    """Return the page in one language.

    :param say: returns a text by its id.
    :param languages: the others, with what each calls itself.
    """
    title = escape(say("reasons.title"))
    heads = "".join(
        f'<th scope="col">{escape(say(f"reasons.head.{name}"))}</th>'
        for name in ("rank", "reason", "meaning", "camara")
    )
    rows = "".join(_row(rank, reason, say) for rank, reason in enumerate(Reason, 1))
    links = "".join(
        f'<a lang="{other}" hreflang="{other}" href="?lang={other}">{escape(name)}</a>'
        for other, name in languages.items()
        if other != language
    )
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><nav>{links}</nav><main>"
        f"<h1>{title}</h1><p>{escape(say('reasons.rule'))}</p><p>{escape(say('reasons.unit'))}</p>"
        f'<div class="wide"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
        "</div></main></body></html>"
    )


def _row(rank: int, reason: Reason, say: Callable[[str], str]) -> str:
    camara = camara_of(reason)
    return (
        f"<tr><td>{rank}</td><td>{escape(say(f'reason.{reason.value}'))}<br>"
        f"<code>{reason.value}</code></td>"
        f"<td>{escape(say(f'reason.{reason.value}.meaning'))}</td>"
        f"<td>{f'<code>{camara.value}</code>' if camara else '–'}</td></tr>"
    )
