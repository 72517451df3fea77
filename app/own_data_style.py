"""How the copy of a customer's data looks: on a phone, on a wide screen, in the dark, on paper."""

from __future__ import annotations

#: Four sizes of type; spaces in steps of 4 px; one accent a brand (style/screens.md).
STYLE = """
:root{color-scheme:light dark;--ground:#fff;--ink:#1b1e20;--quiet:#565c60;--line:#d8dad9;
--accent:#0e5a72;--on:#fff}
.amigo{--accent:#85315f}
@media (prefers-color-scheme:dark){
:root{--ground:#131517;--ink:#e8eaeb;--quiet:#a6adb2;--line:#343a3f;--accent:#74c6dc;--on:#08222b}
.amigo{--accent:#eba6cb;--on:#33091f}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);
font:1rem/1.5 -apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;
overflow-wrap:anywhere;-webkit-text-size-adjust:100%}
main{max-width:42rem;margin:0 auto;padding:32px 16px 48px}
h1{font-size:1.5rem;line-height:1.3;margin:0 0 8px;padding-bottom:8px;
border-bottom:3px solid var(--accent)}
h2{font-size:1.125rem;line-height:1.4;margin:40px 0 8px}
h3{font-size:1rem;line-height:1.5;margin:0}
p{margin:0 0 8px}
.quiet,th,footer{font-size:.875rem;color:var(--quiet)}
table{width:100%;border-collapse:collapse;overflow-wrap:break-word}
th,td{text-align:start;vertical-align:top;padding:8px 12px 8px 0;
border-bottom:1px solid var(--line)}
th{font-weight:400}
th:last-child,td:last-child{padding-inline-end:0}
td:last-child{font-variant-numeric:tabular-nums}
ol,ul{list-style:none;margin:0;padding:0}
li{padding:12px 0;border-bottom:1px solid var(--line)}
li p{margin:0}
q,blockquote{quotes:none;white-space:pre-wrap}
blockquote{margin:8px 0 0;padding-inline-start:16px;border-inline-start:2px solid var(--line)}
a{color:var(--accent);text-underline-offset:2px}
footer{margin-top:48px;padding-top:16px;border-top:1px solid var(--line)}
form{margin:12px 0}
button{font:inherit;width:100%;min-height:48px;padding:8px 16px;border-radius:8px;
border:1px solid var(--accent);background:none;color:var(--accent);cursor:pointer}
button.first{background:var(--accent);color:var(--on);font-weight:650}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
@media (max-width:36rem){thead{position:absolute;clip-path:inset(50%)}
table,tbody,tr,td{display:block}tr{padding:12px 0;border-bottom:1px solid var(--line)}
td{padding:0;border:0}td+td{font-size:.875rem;color:var(--quiet)}}
@media print{main{max-width:none;padding:0}h2,h3{break-after:avoid}li,tr{break-inside:avoid}
:root{--ground:#fff;--ink:#000;--quiet:#333;--line:#999;--accent:#000}a{text-decoration:none}}
"""
