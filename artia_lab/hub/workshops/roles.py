"""What participants, facilitators and the commands may do: roles of the hub, none of them an administrator's."""

from __future__ import annotations

from typing import Any

from artia_lab.hub.board import address as board
from artia_lab.hub.settings import Settings

FACILITATORS, PARTICIPANTS = "facilitators", "participants"
FACILITATOR_ROLE = "facilitator"
COMMANDS = "workshops"


def groups(settings: Settings) -> dict[str, dict[str, list[str]]]:
    """Say which groups there are.

    Parameters
    ----------
    settings : Settings
        How the hub is set up.

    Returns
    -------
    dict
        As ``JupyterHub.load_groups`` has them; participants are added as they join.
    """
    return {FACILITATORS: {"users": list(settings.facilitators)}, PARTICIPANTS: {"users": []}}


def roles(settings: Settings) -> list[dict[str, Any]]:
    """Say which roles there are.

    Parameters
    ----------
    settings : Settings
        How the hub is set up.

    Returns
    -------
    list of dict
        As ``JupyterHub.load_roles`` has them. Those who facilitate see participants, start and stop their seats,
        and open the board; they cannot enter a seat, nor change who anybody is. The commands remove participants.
    """
    of_participants = f"!group={PARTICIPANTS}"
    return [
        {
            "name": FACILITATOR_ROLE,
            "description": "Help the participants of workshops",
            "scopes": [
                *(f"{each}{of_participants}" for each in ("list:users", "read:users", "servers")),
                board.ACCESS,
            ],
            # Named one by one: what a role names is exactly who has it, also when somebody is taken off the list.
            "users": list(settings.facilitators),
        },
        {
            "name": COMMANDS,
            "description": "Close workshops from the command line",
            "scopes": [f"{each}{of_participants}" for each in ("read:users", "delete:users", "delete:servers")],
            "services": [COMMANDS],
        },
    ]
