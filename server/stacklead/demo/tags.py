"""What tools ask site owners to paste into their pages, as text: only the text is served, nothing of it is loaded."""

from collections.abc import Iterable

# Name of the tool -> what its vendor tells people to put into the page (made-up account numbers).
TAGS: dict[str, str] = {
    "Google Analytics": """<script>(function(i,s,o,g,r,a,m){i['GoogleAnalyticsObject']=r;i[r]=i[r]||function(){
(i[r].q=i[r].q||[]).push(arguments)},i[r].l=1*new Date();a=s.createElement(o),m=s.getElementsByTagName(o)[0];a.async=1;
a.src=g;m.parentNode.insertBefore(a,m)})(window,document,'script','https://www.google-analytics.com/analytics.js','ga');
ga('create','UA-20140421-1','auto');ga('send','pageview');</script>""",
    "Google Tag Manager": """<script async src="https://www.googletagmanager.com/gtm.js?id=GTM-PB42K7"></script>""",
    "Quantcast": """<script src="https://secure.quantserve.com/quant.js" async></script>
<noscript><img src="//pixel.quantserve.com/pixel/p-8a0RnX3.gif" alt=""></noscript>""",
    "Crazy Egg": """<script async src="//script.crazyegg.com/pages/scripts/0013/7421.js"></script>""",
    "DoubleClick": """<iframe src="https://4212398.fls.doubleclick.net/activityi;src=4212398;type=visit;cat=home;ord=1"
 width="1" height="1" hidden></iframe>
<script src="https://securepubads.g.doubleclick.net/tag/js/gpt.js" async></script>""",
    "Right Media": """<img src="https://ad.yieldmanager.com/pixel?id=2054326&t=2" width="1" height="1" alt="">""",
    "Marketo": """<script async src="//munchkin.marketo.net/munchkin.js"></script>
<script>window.Munchkin&&Munchkin.init('405-BOT-771');</script>""",
    "AppNexus": """<script src="https://acdn.adnxs.com/ast/ast.js" async></script>
<img src="https://secure.adnxs.com/seg?add=1081473&t=2" width="1" height="1" alt="">""",
    "Google AdWords Conversion": """<script>var google_conversion_id=981234567;
var google_conversion_label="r2x4CJ";</script>
<script src="//www.googleadservices.com/pagead/conversion.js"></script>""",
    "AdRoll": """<script>adroll_adv_id="Q7YB2LTX4NGT5C";adroll_pix_id="K4HZ3ZKWXVAEZJ";</script>
<script async src="https://s.adroll.com/j/roundtrip.js"></script>""",
    "Optimizely": """<script src="https://cdn.optimizely.com/js/275532918.js"></script>""",
    "Perfect Audience": """<script async src="//tag.perfectaudience.com/serve/53a0f21e4a4dc2b1b7000031.js"></script>""",
    "HubSpot": """<script async defer id="hs-script-loader" src="//js.hs-scripts.com/5312299.js"></script>""",
    "Intercom": """<script>window.intercomSettings={app_id:"h7kq20xw"};</script>
<script async src="https://widget.intercom.io/widget/h7kq20xw"></script>""",
    "Segment": """<script src="https://cdn.segment.com/analytics.js/v1/9Yt2ZkQ/analytics.min.js" async></script>""",
    "Facebook Pixel": """<script>fbq=window.fbq||function(){};fbq('init','271828182845904');</script>
<script async src="https://connect.facebook.net/en_US/fbevents.js"></script>""",
    "LinkedIn Insight Tag": """<script>_linkedin_partner_id="314159";</script>
<script async src="https://snap.licdn.com/li.lms-analytics/insight.min.js"></script>""",
    "Hotjar": """<script async src="https://static.hotjar.com/c/hotjar-161803.js?sv=6"></script>""",
    "Matomo": """<script>var _paq=window._paq=window._paq||[];_paq.push(['trackPageView']);</script>
<script async src="https://matomo.werkhof.example/matomo.js"></script>""",
    "Plausible": """<script defer data-domain="openrivers.example" src="https://plausible.io/js/script.js"></script>""",
    "Stripe": """<script src="https://js.stripe.com/v3/"></script>""",
    "Zendesk": """<script id="ze-snippet" src="https://static.zdassets.com/ekr/snippet.js?key=4a1b"></script>""",
    "Mailchimp": """<form method="post"
 action="https://tidewaterparts.us7.list-manage.com/subscribe/post?u=5a&id=c2"></form>""",
    "WordPress": """<meta name="generator" content="WordPress 6.8.2">
<link rel="stylesheet" href="/wp-content/themes/harbour/style.css"><script src="/wp-includes/js/jquery.js"></script>""",
    "Shopify": """<link rel="preconnect" href="https://cdn.shopify.com">
<script src="https://cdn.shopify.com/s/files/1/0271/8281/t/4/assets/theme.js" defer></script>""",
    "Next.js": """<meta name="next-head-count" content="4">
<script id="__NEXT_DATA__" type="application/json">{"page":"/"}</script>
<script src="/_next/static/chunks/main-3f1a.js" defer></script>""",
    "Typekit": """<link rel="stylesheet" href="https://use.typekit.net/qzr7xkn.css">""",
}


def tags_html(tools: Iterable[str]) -> str:
    """Return the HTML of the named tools.

    Raises:
        KeyError: a tool is not in TAGS.
    """
    return "\n".join(TAGS[tool] for tool in tools)
