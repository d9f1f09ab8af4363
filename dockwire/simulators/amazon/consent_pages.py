"""Seller Central's pages on the way to consent, in plain HTML that works without scripts."""

from collections.abc import Iterable, Mapping
from html import escape

from starlette.responses import HTMLResponse

from dockwire.simulators.amazon.accounts import Application, Seller

CONSENT_PATH = "/apps/authorize/consent"

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} - simulated Seller Central</title>
<meta name="color-scheme" content="light dark">
<style>
:root {{ color-scheme: light dark; --page: #f3f3f3; --card: #fff; --line: #ccc; --text: #111; --press: #0b5cad; }}
@media (prefers-color-scheme: dark) {{
:root {{ --page: #16191d; --card: #20252b; --line: #4a525c; --text: #eee; --press: #6cb2ff; }}
}}
* {{ box-sizing: border-box; }}
body {{ font: 1rem/1.5 system-ui, sans-serif; margin: 0; background: var(--page); color: var(--text); }}
header {{ background: #232f3e; color: #fff; padding: .75rem 1.25rem; }}
main {{ max-width: 38rem; margin: 5vh auto; padding: 1.25rem 1.5rem; background: var(--card);
border: 1px solid var(--line); border-radius: .4rem; overflow-wrap: anywhere; }}
h1 {{ font-size: 1.5rem; line-height: 1.25; margin: 0 0 .75rem; }}
label {{ display: block; margin: 1rem 0; }}
select {{ font: inherit; display: block; width: 100%; padding: .5rem; margin-top: .25rem; }}
button {{ font: inherit; padding: .5rem 1.5rem; margin: .5rem .5rem 0 0; border-radius: .3rem; cursor: pointer;
border: 1px solid var(--press); background: var(--card); color: var(--press); }}
button:first-of-type {{ background: var(--press); color: var(--card); }}
:focus-visible {{ outline: .2rem solid var(--press); outline-offset: .15rem; }}
@media (max-width: 40rem) {{ main {{ margin: 0; border-width: 0 0 1px; border-radius: 0; }} }}
</style>
</head>
<body>
<header>Simulated Seller Central: nobody is asked for a real password here</header>
<main>
<h1>{title}</h1>
{body}
</main>
</body>
</html>
"""


def sign_in_page(sellers: Iterable[Seller], wish: Mapping[str, str]) -> HTMLResponse:
    """Ask as which seller to sign in; ``wish`` are the parameters of the consent link."""
    options = "\n".join(
        f'<option value="{escape(seller.id)}">{escape(seller.store)}, {escape(seller.id)} '
        f"({seller.region}: {escape(', '.join(seller.participations))})</option>"
        for seller in sellers
    )
    body = f"""{_form(wish)}
<label>Seller account
<select name="seller">
{options}
</select></label>
<label><input type="checkbox" name="primary" value="yes" checked> as the account's primary user</label>
<button type="submit" name="step" value="sign-in">Sign in</button>
</form>"""
    return _page("Sign in", body)


def consent_page(application: Application, seller: Seller, wish: Mapping[str, str]) -> HTMLResponse:
    """Ask a seller to allow the application what its roles say."""
    roles = "\n".join(f"<li>{escape(role)}</li>" for role in sorted(application.roles))
    body = f"""<p>You are signed in as <strong>{escape(seller.store)}</strong> ({escape(seller.id)}).</p>
<p><strong>{escape(application.name)}</strong> ({escape(application.application_id)}) asks for access to your account
in region {seller.region}, with these roles:</p>
<ul>
{roles}
</ul>
{_form({**wish, "seller": seller.id})}
<button type="submit" name="step" value="allow">Allow</button>
<button type="submit" name="step" value="cancel">Cancel</button>
</form>"""
    return _page(f"Authorize {application.name}", body)


def error_page(code: str, sentence: str) -> HTMLResponse:
    """Say why there will be no consent, with the code that Amazon shows for it."""
    body = f'<p role="alert">{escape(sentence)}</p>' + (
        f"<p>Error code: <code>{escape(code)}</code></p>" if code else ""
    )
    return _page("We cannot authorize this application", body, status=400)


def cancelled_page() -> HTMLResponse:
    """Say that the seller said no, where that is not told to the application."""
    return _page("Not authorized", "<p>You did not authorize the application.</p>")


def _form(fields: Mapping[str, str]) -> str:
    hidden = "\n".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in fields.items()
    )
    return f'<form method="post" action="{CONSENT_PATH}">\n{hidden}'


def _page(title: str, body: str, *, status: int = 200) -> HTMLResponse:
    headers = {"cache-control": "no-store"}
    return HTMLResponse(_PAGE.format(title=escape(title), body=body), status, headers)
