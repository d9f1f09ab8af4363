"""Templates whose own scripts carry the page's nonce: what data brings into a page never does."""

import re
from collections.abc import Callable

from jinja2 import BaseLoader, Environment

_SCRIPT = re.compile(r"<script(?=[\s>])")
_WITH_NONCE = '<script nonce="{{ request.state.nonce }}"'


class NonceLoader(BaseLoader):
    """Loads templates from another loader, with a nonce at each script in their source."""

    def __init__(self, inner: BaseLoader) -> None:
        self._inner = inner

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        """Return the source with nonces."""
        source, name, fresh = self._inner.get_source(environment, template)
        return _SCRIPT.sub(_WITH_NONCE, source), name, fresh

    def list_templates(self) -> list[str]:
        """Return the names of all templates."""
        return self._inner.list_templates()
