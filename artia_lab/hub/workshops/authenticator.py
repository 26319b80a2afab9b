"""Who is who: the usual ways in, and participants of workshops, who have ways of their own."""

from __future__ import annotations

import asyncio
import hmac
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyterhub.auth import Authenticator, PAMAuthenticator
from jupyterhub.authenticators.shared import SharedPasswordAuthenticator
from jupyterhub.utils import maybe_future
from traitlets import Bool, Set, Unicode

from artia_lab.hub.workshops import accounts, store
from artia_lab.hub.workshops.limits import Limits
from artia_lab.hub.workshops.names import PARTICIPANT, PREFIX
from artia_lab.hub.workshops.records import Participant
from artia_lab.hub.workshops.roles import FACILITATORS, PARTICIPANTS

if TYPE_CHECKING:
    from jupyterhub.orm import User
    from tornado.web import RequestHandler


class Workshops(Authenticator):
    """What both ways of knowing people have in common, before what JupyterHub's own authenticators do.

    Parameters
    ----------
    **given
        As JupyterHub's own authenticators have it.
    """

    state_folder = Unicode(help="The hub's state folder, where the workshops are.").tag(config=True)
    facilitators = Set(help="Names of those who facilitate.").tag(config=True)
    makes_accounts = Bool(False, help="Whether each participant has a Unix account.").tag(config=True)

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.codes, self.secrets = Limits(), Limits()
        # The list of accounts has one writer at a time.
        self._accounts = asyncio.Lock()

    @property
    def state(self) -> Path:
        """The hub's state folder.

        Returns
        -------
        Path
            Absolute.
        """
        return Path(self.state_folder)

    def get_handlers(self, app: Any) -> list[tuple[str, type[RequestHandler]]]:
        """Add the pages of workshops.

        Parameters
        ----------
        app : jupyterhub.app.JupyterHub
            The hub.

        Returns
        -------
        list of tuple
            Paths under that of the hub, and what answers there.
        """
        from artia_lab.hub.workshops.handlers import ROUTES

        return [*super().get_handlers(app), *ROUTES]

    async def authenticate(self, handler: RequestHandler, data: dict[str, str]) -> Any:
        """Check a name and a password.

        Parameters
        ----------
        handler : tornado.web.RequestHandler
            What answers.
        data : dict of str to str
            What was typed.

        Returns
        -------
        object
            As JupyterHub's own `authenticate` gives it; None for a participant, whom no password brings in.
        """
        if self.normalize_username(data["username"]).startswith(PREFIX):
            return None
        return await maybe_future(super().authenticate(handler, data))

    def add_user(self, user: User) -> Any:
        """Take note of a user, new or of an earlier time.

        Parameters
        ----------
        user : jupyterhub.orm.User
            The user.

        Returns
        -------
        object
            None, or something to await.

        Raises
        ------
        ValueError
            For a participant whose workshop is closed.
        """
        if PARTICIPANT.fullmatch(user.name) and store.of(self.state, user.name) is None:
            raise ValueError(user.name)
        if user.name not in self.facilitators:
            # The hub only ever adds people to a group.
            for group in [each for each in user.groups if each.name == FACILITATORS]:
                user.groups.remove(group)
        return super().add_user(user)

    async def refresh_user(self, user: Any, handler: RequestHandler | None = None) -> bool:
        """Tell whether somebody who came in earlier is still who they were.

        Parameters
        ----------
        user : jupyterhub.user.User
            The user.
        handler : tornado.web.RequestHandler, optional
            What answers.

        Returns
        -------
        bool
            False for a participant whose workshop is closing.
        """
        if not user.name.startswith(PREFIX):
            return bool(await super().refresh_user(user, handler))
        there = store.of(self.state, user.name)
        return there is not None and not store.find(self.state, there.workshop).closing

    async def admit(self, handler: Any, participant: Participant) -> Any:
        """Let a participant in, whose code or secret was right.

        Parameters
        ----------
        handler : jupyterhub.handlers.BaseHandler
            What answers; it gets the cookie.
        participant : Participant
            Who they are.

        Returns
        -------
        jupyterhub.user.User
            The user.

        Raises
        ------
        Failure
            If their account cannot be made.
        """
        if self.makes_accounts and not accounts.exists(participant.user):
            async with self._accounts:
                await asyncio.to_thread(accounts.make_account, participant.user)
        user = await handler.auth_to_user({"name": participant.user, "admin": False, "groups": None})
        join_group(handler.db, user.orm_user, PARTICIPANTS)
        handler.set_login_cookie(user)
        return user


class SharedWorkshops(Workshops, SharedPasswordAuthenticator):
    """One password for everybody, another for those who facilitate, codes for workshops."""

    facilitator_password = Unicode(help="What facilitators enter with.").tag(config=True)

    async def authenticate(self, handler: RequestHandler, data: dict[str, str]) -> Any:
        """Check a name and a password; those who facilitate have one of their own.

        Parameters
        ----------
        handler : tornado.web.RequestHandler
            What answers.
        data : dict of str to str
            What was typed.

        Returns
        -------
        object
            As JupyterHub's own `authenticate` gives it.
        """
        username = self.normalize_username(data["username"])
        if username in self.facilitators and username not in self.admin_users:
            right = hmac.compare_digest(data["password"].encode(), self.facilitator_password.encode())
            return {"name": username, "admin": False} if right and self.facilitator_password else None
        if not data["password"].isascii():
            # The comparison of JupyterHub's own takes no other letters, and ours are none.
            return None
        return await super().authenticate(handler, data)


class UnixWorkshops(Workshops, PAMAuthenticator):
    """The passwords of the machine's accounts, and codes for workshops."""


def join_group(database: Any, user: User, name: str) -> None:
    """Put somebody in a group of the hub.

    Parameters
    ----------
    database : sqlalchemy.orm.Session
        The hub's.
    user : jupyterhub.orm.User
        Who.
    name : str
        The group.
    """
    from jupyterhub import orm

    group = orm.Group.find(database, name)
    if group is not None and group not in user.groups:
        user.groups.append(group)
        database.commit()
