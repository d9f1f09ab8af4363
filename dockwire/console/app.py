"""The console's application: all views, behind the sign-in."""

import logging
from pathlib import Path
from typing import Any

from sqlalchemy.exc import DBAPIError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.contrib.sqla import Admin
from starlette_admin.export import ExportConfig
from starlette_admin.i18n import TimezoneConfig
from starlette_admin.views import BaseView, DropDown

from dockwire.clock import Clock
from dockwire.console.audit_view import AuditView
from dockwire.console.auth import ConsoleAuth
from dockwire.console.board import BoardView
from dockwire.console.connections_view import ConnectionsView
from dockwire.console.desk import Desk
from dockwire.console.exporting import MOST_EXPORTED
from dockwire.console.guarding import Guard, broken
from dockwire.console.hold_desk import HoldDesk
from dockwire.console.holds_view import HoldsView
from dockwire.console.home import Home
from dockwire.console.link_settings import NO_LINKS, LinkSettings
from dockwire.console.listing import AWAY, ReadOnlyList, ways_to
from dockwire.console.order_desk import OrderDesk
from dockwire.console.orders_view import OrdersView
from dockwire.console.parts import Parts
from dockwire.console.saved_views import SavedViews
from dockwire.console.ship_desk import ShipDesk
from dockwire.console.signing_in import Gate
from dockwire.console.stock_view import StockView
from dockwire.console.templating import NonceLoader
from dockwire.console.warehouse_records import bound_to
from dockwire.console.warehouse_views import warehouse_views
from dockwire.errors import LedgerUnavailable, Unexpected
from dockwire.ledger import SqlLedger
from dockwire.ledger.engine import took_too_long
from dockwire.warehouse import WarehouseTables

log = logging.getLogger("dockwire.console")

_HERE = Path(__file__).parent
_TOO_LONG = (
    "The database took longer than 30 seconds. Ask for less, such as one connection or a shorter span of time; "
    "where that takes too long, too, an engineer looks at the database."
)


def views(parts: Parts) -> list[BaseView]:
    """Return every page of the console, in the order of the menu: add yours here."""
    return [
        OrdersView(parts),
        OrderDesk(parts),
        BoardView(parts),
        HoldsView(parts),
        HoldDesk(parts),
        ShipDesk(parts),
        StockView(parts),
        ConnectionsView(parts),
        AuditView(parts),
    ]


async def build_console(
    ledger: SqlLedger,
    *,
    desk: Desk,
    clock: Clock,
    warehouse: WarehouseTables | None = None,
    links: LinkSettings = NO_LINKS,
) -> Starlette:
    """Return the console on an open ledger, and on the embedded warehouse where there is one; both stay the caller's to close.

    Raises:
        LedgerUnavailable: the database does not answer.
    """
    # Its lines quote what people type, which may be a password in the wrong field.
    logging.getLogger("starlette_admin").setLevel(logging.CRITICAL)
    key = await ledger.console_key()
    parts = Parts(ledger, clock, desk, links)
    pages = views(parts)
    sessions, stored = ledger.reading_sessions(), []
    if warehouse is not None:
        sessions.configure(binds=bound_to(warehouse.engine))
        stored = warehouse_views(parts)
    admin = _Console(
        sessions,
        title="dockwire",
        base_url="/",
        route_name="console",
        templates_dir=str(_HERE / "templates"),
        static_dir=str(_HERE / "static"),
        index_view=Home(parts),
        auth_provider=ConsoleAuth(Gate(ledger, clock, key=key), ledger, clock),
        secret_key=key,
        export_config=ExportConfig(max_rows=MOST_EXPORTED),
        # A cookie that names no zone, but a path, would break every page.
        timezone_config=TimezoneConfig(timezone_cookie_name=None),
    )
    for page in pages:
        admin.add_view(page)
    if stored:
        admin.add_view(DropDown("Warehouse", [*stored], icon="fa fa-warehouse"))
    lists = frozenset(str(page.key) for page in [*pages, *stored] if isinstance(page, ReadOnlyList))
    admin.add_view(SavedViews(parts, lists))
    admin.routes.extend(ways_to(lists))
    app = Starlette(middleware=[Middleware(Guard)])
    admin.mount_to(app)
    return app


class _Console(Admin):
    """starlette-admin, with a nonce at every script of a template, and a sentence where a database does not answer."""

    def mount_to(self, app: Starlette) -> None:
        """Become part of an application."""
        super().mount_to(app)
        for kind in (DBAPIError, LedgerUnavailable):
            self.app.add_exception_handler(kind, self._given_up)
        # Whoever asks is not known yet where that fails.
        self.app.add_exception_handler(Exception, broken)

    async def _given_up(self, request: Request, error: Exception) -> Response:
        if took_too_long(error):
            told = _TOO_LONG
        else:
            # The database's own words may quote an order.
            log.error("%s", error if isinstance(error, LedgerUnavailable) else Unexpected.from_error(error))
            told = self._away(request)
        return await self._render_error(request, HTTPException(503, told))

    def _away(self, request: Request) -> str:
        if "key" not in request.path_params:
            return AWAY
        view = self._find_view_by_key(request.path_params["key"])
        return view.away if isinstance(view, ReadOnlyList) else AWAY

    def _setup_templates(self) -> None:
        super()._setup_templates()
        env: Any = self.templates.env
        env.loader = NonceLoader(env.loader)
