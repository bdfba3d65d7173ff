"""Where the looks are, and what they mean once they were read: nothing is parsed twice."""

import asyncio
from pathlib import Path, PurePath
from typing import Any

from textual.app import App
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.css.types import CSSLocation

_PACKAGE = Path(__file__).parents[1]
_LATER = {"heartbeat", "memory"}
"""Sheets of screens that are opened later; each names its own."""

_parsed: dict[tuple[object, ...], list[RuleSet]] = {}


def stylesheets() -> list[str | PurePath]:
    """The sheets that the first frame needs, `app.tcss` first, since the others refine it."""
    sheets = [sheet for sheet in _folder().glob("*.tcss") if sheet.stem not in _LATER]
    return [*sorted(sheets, key=lambda sheet: (sheet.stem != "app", sheet.stem))]


def stylesheet(name: str) -> list[str | PurePath]:
    """The sheet called `name`, for a screen's `CSS_PATH`."""
    return [_folder() / f"{name}.tcss"]


class ParsedOnce(App[Any]):
    """Mix into an app, before `App`: what a sheet means in one theme's colours is found out once in a program."""

    def __init__(self, **rest: Any) -> None:  # noqa: ANN401 - whatever the app takes
        super().__init__(**rest)
        self.stylesheet = _Sheets(variables=self.get_css_variables())

    async def read_ahead(self, *names: str) -> None:
        """Know the sheets of these names before a screen asks for them: what is in sight is not drawn again for it."""
        paths = [_folder() / f"{name}.tcss" for name in names]
        ahead = _Sheets(variables=self.get_css_variables())
        ahead.read_all(paths)
        await asyncio.to_thread(ahead.parse)
        self.stylesheet.read_all(paths)
        self.stylesheet.reparse()

    def refresh_css(self, animate: bool = True) -> None:  # noqa: FBT001, FBT002 - Textual's signature
        """Take over other colours; while the app starts there is nothing yet that would have to change."""
        if self._is_mounted:
            super().refresh_css(animate)
        else:
            self.stylesheet.set_variables(self.get_css_variables())


class _Sheets(Stylesheet):
    """Style sheets whose rules are kept from one parsing to the next."""

    def reparse(self) -> None:
        """Parse with the variables as they are now; on an error the rules stay as they were."""
        self.parse()

    def _parse_rules(
        self,
        css: str,
        read_from: CSSLocation,
        is_default_rules: bool = False,  # noqa: FBT001, FBT002 - Textual's signature
        tie_breaker: int = 0,
        scope: str = "",
    ) -> list[RuleSet]:
        key = (css, read_from, is_default_rules, tie_breaker, scope, *self._variables.items())
        if key not in _parsed:
            _parsed[key] = super()._parse_rules(css, read_from, is_default_rules, tie_breaker, scope)
        return _parsed[key]


def _folder() -> Path:
    """Beside the package in a checkout, inside it in a wheel."""
    inside, beside = _PACKAGE / "styles", _PACKAGE.parent / "styles"
    return inside if inside.is_dir() else beside
