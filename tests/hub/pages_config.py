"""The configuration of a hub whose seats do as their owner's name says, so that every page can be come upon."""

import asyncio
import os
from pathlib import Path

from jupyterhub.handlers import BaseHandler
from jupyterhub.spawner import SimpleLocalProcessSpawner

from artia_lab.hub import apply, load

c = get_config()  # noqa: F821
apply(load(os.environ["ARTIA_HUB_CONFIG"]), c)
HERE = Path(os.environ["ARTIA_HUB_CONFIG"]).parent


class Staged(SimpleLocalProcessSpawner):
    """Starts as its person is called: wim waits in line, fay's fails, opal's opens."""

    async def start(self):
        """Start, fail, or wait until a file appears and fail then."""
        if self.user.name == "wim":
            while not (HERE / "go").exists():
                await asyncio.sleep(0.1)
        if self.user.name != "opal":
            raise RuntimeError("an inner secret")
        return await super().start()

    async def progress(self):
        """Tell of the line: first others are before, then nobody is."""
        yield {"progress": 10, "position": 4, "expected_s": 200}
        while not (HERE / "next").exists():
            await asyncio.sleep(0.1)
        yield {"progress": 20, "position": 1, "expected_s": 5}

    async def stop(self, now=False):
        """Take until a file appears, so that it can be seen."""
        while not (HERE / "closed").exists():
            await asyncio.sleep(0.1)
        await super().stop(now=now)


class Left(BaseHandler):
    """The page after leaving, which JupyterHub shows only where nobody needs to say who they are."""

    async def get(self):
        """Show it."""
        self.finish(await self.render_template("logout.html"))


c.JupyterHub.spawner_class = Staged
c.JupyterHub.extra_handlers = [("/left", Left)]
CHOICE = '<div class="field"><label for="x">x</label><input id="x" name="x"></div>'
c.Spawner.options_form = lambda spawner: CHOICE if spawner.user.name == "sam" else ""
c.JupyterHub.services = [
    *c.JupyterHub.get("services", []),
    {
        "name": "visitor",
        "url": "http://127.0.0.1:9",
        "api_token": "a-token-for-a-test-and-nothing-else",
        "oauth_redirect_uri": "/services/visitor/back",
    },
]
