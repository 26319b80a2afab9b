"""What the commands ask of the hub: to stop seats and to forget participants, whether it runs or not."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from artia_lab.errors import Failure
from artia_lab.hub.settings import Settings
from artia_lab.hub.state import secret
from artia_lab.i18n import _

SECONDS = 60.0
SECONDS_TO_STOP = 120.0


class Hub:
    """The hub of this machine, as its commands reach it.

    Parameters
    ----------
    settings : Settings
        How it is set up.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def running(self) -> bool:
        """Tell whether it runs.

        Returns
        -------
        bool
            Whether it does.
        """
        import requests

        try:
            return bool(requests.get(self._url(""), timeout=SECONDS).ok)
        except requests.ConnectionError:
            return False
        except requests.RequestException as error:
            raise self._silent(error) from error

    def stop_seat(self, user: str) -> None:
        """Stop a participant's seat, in the hub's own way when it runs.

        Parameters
        ----------
        user : str
            Their name for the system.

        Raises
        ------
        Failure
            If it does not stop.
        """
        if self.running():
            # 204: stopped, or none; 202: it is stopping; 400: it is starting or stopping.
            self._until(lambda: self._delete(f"users/{user}/server"), (204, 404))

    def forget(self, user: str) -> None:
        """Forget a participant: their sessions, their tokens, their seat.

        Parameters
        ----------
        user : str
            Their name for the system.

        Raises
        ------
        Failure
            If the hub refuses.
        """
        if self.running():
            self._until(lambda: self._delete(f"users/{user}"), (204, 404))
        else:
            self._forget_in_database(user)

    def _delete(self, path: str) -> int:
        import requests

        try:
            answer = requests.delete(self._url(path), headers=self._headers(), timeout=SECONDS)
        except requests.RequestException as error:
            raise self._silent(error) from error
        return answer.status_code

    def _until(self, ask: Callable[[], int], wanted: tuple[int, ...]) -> None:
        deadline = time.monotonic() + SECONDS_TO_STOP
        while (answer := ask()) not in wanted:
            if answer not in (202, 400) or time.monotonic() > deadline:
                raise self._silent(answer)
            time.sleep(0.3)

    def _forget_in_database(self, user: str) -> None:
        """Nobody else writes there while the hub does not run."""
        from jupyterhub import orm
        from sqlalchemy.exc import SQLAlchemyError
        from traitlets.config import Config

        from artia_lab.hub import configure

        c = Config()
        configure.update_state(self._settings, c)
        if not (self._settings.state / "hub.sqlite").exists() and c.JupyterHub.db_url.startswith("sqlite"):
            return
        try:
            with orm.new_session_factory(c.JupyterHub.db_url)() as session:
                found = orm.User.find(session, user)
                if found is not None:
                    session.delete(found)
                    session.commit()
        except (SQLAlchemyError, orm.DatabaseSchemaMismatch) as error:
            raise self._silent(error) from error

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"token {secret(self._settings.state / 'workshops-token', groups=8)}"}

    def _url(self, path: str) -> str:
        return f"http://127.0.0.1:{self._settings.hub_port}/hub/api/{path}"

    def _silent(self, reason: Any) -> Failure:
        sentence = _("The hub did not do what was asked ({reason}). Try again once it runs, or once it is closed.")
        return Failure(sentence.format(reason=reason))
