"""Where one arrives."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette_admin import CustomView
from starlette_admin.routing import route


class Home(CustomView):
    """Leads to Find Orders."""

    path = "/"
    route_name = "index"
    add_to_menu = False

    @route("", methods=["GET"], name="index")
    async def index(self, request: Request) -> Response:
        """Go to the orders."""
        return RedirectResponse(request.url_for(request.app.state.ROUTE_NAME + ":list", key="orders"), 303)
