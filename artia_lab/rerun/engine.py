"""Our engine for papermill: the same account of the execution, saved seldom and truthful about how it ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines

from artia_lab.i18n import _
from artia_lab.rerun.kernel import WITHOUT_HISTORY, Kernel
from artia_lab.rerun.saving import Saver

NAME = "artia"

# What the cells of one notebook may say: a larger notebook could not be read again (`prepare`). In bytes.
SAID_LIMIT_BYTES = 64 * 1024 * 1024

# A save holds the reading of outputs up; the end of a cell must not be taken for lost because of it. In s.
OUTPUTS_TIMEOUT_S = 60


class SaidTooMuch(Exception):
    """The cells said more than a notebook can hold."""


class Account(NotebookExecutionManager):
    """What papermill notes in a notebook about its execution.

    Parameters
    ----------
    nb : NotebookNode
        The notebook.
    saver : Saver
        What saves it.
    tell : callable
        Called before each cell, with its number from 1 and how many there are.
    """

    def __init__(self, nb: NotebookNode, saver: Saver, tell: Callable[[int, int], object]) -> None:
        super().__init__(nb, progress_bar=False)
        self._saver, self._tell = saver, tell

    def save(self) -> None:
        """Save when it is due."""
        self._saver.soon()

    def autosave_cell(self) -> None:
        """Save when it is due; called for each message of a cell."""
        self._saver.soon()

    def notebook_start(self) -> None:
        """Begin the account, and save at once: a disk that refuses shall be known before any work."""
        super().notebook_start()
        self._saver.document = self.nb
        self.nb.metadata.papermill["output_path"] = str(self._saver.place)
        self._saver.now()

    def cell_start(self, cell: NotebookNode, cell_index: int) -> None:
        """Note the beginning of a cell.

        Parameters
        ----------
        cell : NotebookNode
            The cell.
        cell_index : int
            Its number, from 0.
        """
        super().cell_start(cell, cell_index)
        self._tell(cell_index + 1, len(self.nb.cells))

    def notebook_complete(self) -> None:
        """Note the end, whatever it is; papermill would call every cell that was never reached completed."""
        if self.start_time is None:
            return
        self.end_time = self.now()
        self.nb.metadata.papermill["end_time"] = self.end_time.isoformat()
        self.nb.metadata.papermill["duration"] = (self.end_time - self.start_time).total_seconds()


class Client(PapermillNotebookClient):
    """Executes the cells; a cell that was cut off is not called completed.

    Parameters
    ----------
    account : Account
        What is noted about the execution.
    wait : callable
        Called when the kernel is ready; the execution begins when it returns.
    **options : Any
        As its base class.
    """

    def __init__(self, account: Account, wait: Callable[[], object], **options: Any) -> None:
        super().__init__(account, **options)
        self._wait = wait
        self._said: dict[int, int] = {}
        self._too_much = False

    def papermill_execute_cells(self) -> None:
        """Execute every cell, once it is time to begin."""
        self._wait()
        self.nb_man.notebook_start()
        super().papermill_execute_cells()

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """Take one message of the kernel in, unless the cells have said too much: then the kernel is ended.

        Parameters
        ----------
        msg : dict
            The message.
        cell : NotebookNode
            The cell that is executed.
        cell_index : int
            Its number, from 0.

        Returns
        -------
        NotebookNode or None
            The output that it became.
        """
        if msg["msg_type"] == "clear_output":
            self._said[cell_index] = 0
        self._said[cell_index] = self._said.get(cell_index, 0) + _length(msg)
        if sum(self._said.values()) <= SAID_LIMIT_BYTES:
            return super().process_message(msg, cell, cell_index)
        if not self._too_much:
            self._too_much = True
            # The cell itself is waited for elsewhere, until its kernel is gone.
            self._ending = asyncio.ensure_future(self.km.provisioner.kill())
        return None

    def execute_cell(self, cell: NotebookNode, cell_index: int) -> NotebookNode:
        """Execute one cell.

        Parameters
        ----------
        cell : NotebookNode
            The cell.
        cell_index : int
            Its number, from 0.

        Returns
        -------
        NotebookNode
            The cell, with its outputs.
        """
        try:
            return super().execute_cell(cell, cell_index)
        except (DeadKernelError, CellTimeoutError) as error:
            if self._too_much:
                self._cut_off(cell, cell_index, "SaidTooMuch", _("This cell said more than a notebook can hold."))
                raise SaidTooMuch from error
            self._cut_off(
                cell, cell_index, "DeadKernelError", _("The kernel was ended while it executed this cell.")
            )
            raise
        except KeyboardInterrupt:
            self.shutdown_kernel = "immediate"
            self._cut_off(cell, cell_index, "KeyboardInterrupt", _("The rerun was stopped during this cell."))
            raise

    def _cut_off(self, cell: NotebookNode, cell_index: int, name: str, sentence: str) -> None:
        self.nb_man.cell_exception(cell, cell_index)
        cell.outputs.append(new_output("error", ename=name, evalue=sentence, traceback=[sentence]))


def _length(msg: dict[str, Any]) -> int:
    """Count about how many bytes a message adds to the notebook."""
    content = msg["content"]
    if msg["msg_type"] == "stream":
        return len(content["text"])
    if msg["msg_type"] in ("display_data", "execute_result"):
        return sum(len(each) if isinstance(each, str) else len(str(each)) for each in content["data"].values())
    return 0


class ArtiaEngine(Engine):
    """Executes a notebook as papermill's own engine does, but for what this module is about."""

    @classmethod
    def execute_notebook(
        cls,
        nb: NotebookNode,
        kernel_name: str,
        *,
        saver: Saver,
        tell: Callable[[int, int], object],
        wait: Callable[[], object],
        start_timeout: int = 60,
        **_options: Any,
    ) -> NotebookNode:
        """Execute a notebook.

        Parameters
        ----------
        nb : NotebookNode
            The notebook, with its parameters.
        kernel_name : str
            Name of the kernelspec.
        saver : Saver
            What saves it, except for the last time.
        tell : callable
            Called before each cell, with its number from 1 and how many there are.
        wait : callable
            Called when the kernel is ready; the execution begins when it returns.
        start_timeout : int
            How long the kernel may take to start, in s.
        **_options : Any
            What papermill tells its own engine.

        Returns
        -------
        NotebookNode
            The notebook, executed up to its end or to the first cell that raised.
        """
        account = Account(nb, saver, tell)
        client = Client(
            account,
            wait,
            kernel_name=kernel_name,
            kernel_manager_class=Kernel,
            startup_timeout=start_timeout,
            iopub_timeout=OUTPUTS_TIMEOUT_S,
            extra_arguments=[WITHOUT_HISTORY],
        )
        saver.refresh = client.set_widgets_metadata
        try:
            client.execute()
        except Exception:
            if account.start_time is None:
                # There is no kernel. The disk may be why, which saving finds out.
                wait()
                account.notebook_start()
            raise
        finally:
            account.notebook_complete()
        return account.nb


papermill_engines.register(NAME, ArtiaEngine)
