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
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; margin: 0; background: #f3f3f3; color: #111; }}
header {{ background: #232f3e; color: #fff; padding: .75rem 1.5rem; }}
main {{ max-width: 36rem; margin: 2rem auto; padding: 1.5rem 2rem; background: #fff; border: 1px solid #ccc; }}
label {{ display: block; margin: 1rem 0; }}
select {{ font: inherit; display: block; width: 100%; padding: .4rem; }}
button {{ font: inherit; padding: .5rem 1.5rem; margin-right: .5rem; }}
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
