"""Names that would do harm where data is taken for markup, code, or a key of an object."""

from __future__ import annotations

PWN = "window.__pwned=1"
MARKUP = (
    f"<script>{PWN}</script>",
    f"</script><script>{PWN}</script>",
    f"<img src=x onerror={PWN}>",
    f'"><img src=x onerror="{PWN}">',
    f"'><svg onload={PWN}>",
    f"<svg><script>{PWN}</script></svg>",
    f"<svg><animate onbegin={PWN} attributeName=x dur=1s>",
    f"<iframe srcdoc='<script>parent.{PWN[7:]}</script>'></iframe>",
    f"<iframe src=javascript:{PWN}></iframe>",
    f"<a href=javascript:{PWN}>x</a>",
    f"<body onload={PWN}>",
    f"<details open ontoggle={PWN}>",
    f"<input autofocus onfocus={PWN}>",
    f"<video><source onerror={PWN}></video>",
    f"<math><mtext></form><form><mglyph><style></math><img src onerror={PWN}>",
    f"<noscript><p title='</noscript><img src=x onerror={PWN}>'>",
    "<style>*{display:none!important}</style>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href=https://evil.example/>",
    f"<template><script>{PWN}</script></template>",
    f"<!--><script>{PWN}</script>-->",
    f"]]><script>{PWN}</script>",
    f"&lt;script&gt;{PWN}&lt;/script&gt;",
    "<plaintext>",
    "<table><tr><td>",
    f'" onmouseover="{PWN}" x="',
    f"' onfocus='{PWN}' tabindex=0 x='",
)
ADDRESSES = (
    f"javascript:{PWN}",
    f"JaVaScRiPt:{PWN}//",
    f"data:text/html,<script>{PWN}</script>",
    "https://evil.example/x.png",
    "url(https://evil.example/x.png)",
)
STYLES = (
    "red;background:url(https://evil.example/x.png)",
    "}*{display:none}",
    "expression(window.__pwned=1)",
    "--x:1;position:fixed;inset:0",
)
TEMPLATES = (
    f"{{{{constructor.constructor('{PWN}')()}}}}",
    f"${{{PWN}}}",
    "<%= 7*7 %>",
    "{% raw %}{{7*7}}{% endraw %}",
    "#{7*7}",
    "[[7*7]]",
    "%s %d %(x)s {0} {x!r}",
)
CHARACTERS = (
    "\x1b[31mred\x1b[0m\x1b]0;title\x07",
    "\u202egnp.exe",
    "\u2066left\u2069right\u2067",
    "zero\u200bwidth",
    "\ufeffmark",
    "join\u200d\u200cer",
    "nul\x00in the middle",
    "bell\x07\x08\x7f",
    "two\r\nlines",
    "\u2028line\u2029paragraph",
    "tab\there",
    "e\u0301 is not \u00e9",
    "Z\u0351\u036b\u0343a\u0321\u034el\u0332g\u0336o",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467",
    "\U0010ffff",
    "long " * 400,
    "",
    " ",
)
FORMULAS = (
    '=HYPERLINK("https://evil.example","x")',
    "=cmd|' /C calc'!A0",
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
)
TEX_AND_MARKDOWN = (
    r"\input{/etc/passwd}",
    r"\write18{touch /tmp/pwned}",
    r"\end{tabular}\end{document}",
    r"$\href{javascript:window.__pwned=1}{x}$",
    r"\\[1cm] % & # _ ^ ~ { }",
    f"[x](javascript:{PWN})",
    "![x](https://evil.example/x.png)",
    f"`<img src=x onerror={PWN}>`",
    "| --- | a | b |",
    "</td></tr></table>",
)
KEYS = (
    "__proto__", "constructor", "prototype", "toString", "valueOf", "hasOwnProperty",
    "__defineGetter__", "length", "undefined", "null", "NaN", "None", "nan", "true", "0",
    "(missing)", "(other)", "y_true", "index",
)  # fmt: skip
QUERIES = (
    "@__import__('os').system('touch /tmp/errwidgets_pwned')",
    "' or True or '",
    '" or 1 == 1 or "',
    "` == 1 or `",
    "x' + @__import__('os').getcwd() + '",
    "\\' or \\\" or \\\\",
    "'; DROP TABLE students; --",
    "a` b",
    "lambda: 1",
    "{{'{'}}",
)
SURROGATE = "half \ud83d of a pair"
"""No text at all: it cannot be written as UTF-8."""

STRINGS = (
    *MARKUP, *ADDRESSES, *STYLES, *TEMPLATES, *CHARACTERS, *FORMULAS, *TEX_AND_MARKDOWN, *KEYS,
    *QUERIES,
)  # fmt: skip
"""More than a hundred, no two alike."""
