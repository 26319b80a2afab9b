"""The kernel that runs in a forked process: ipykernel's, without what makes it copy memory that it could share.

To look at a Python object is to write into it, since that counts its references; the page it lies in is then the
kernel's own. So nothing here walks through all modules, or all options that a kernel could be given.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from typing import Any

import IPython.core.shellapp
from ipykernel import ipkernel, kernelapp
from traitlets import Type
from traitlets.config import Config
from traitlets.config.loader import DeferredConfigString

# Listed once, in the process that kernels are forked from: 30 MB and 9 MB that a kernel would hold for itself.
FILES = [file for each in list(sys.modules.values()) if (file := getattr(each, "__file__", None))]
MODULES = set(sys.modules)

# How long the answer to a request to end may take, in s.
ANSWER_S = 10.0

# What jupyter_client, and `artia_lab.rerun`, say to a kernel.
OPTION = re.compile(r"--([A-Z]\w*)\.([a-z]\w*)=(.*)", re.DOTALL)

# ipywidgets, imported before there was a kernel, is told of it.
EXTENSIONS = ["ipywidgets"]
# Where a hub has a board, the kernel tells it in which cell the person is.
WHERE = "artia_lab.web.where"


class _SysWithoutModules:
    def __init__(self) -> None:
        self.modules: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(sys, name)


class WarmKernel(ipkernel.IPythonKernel):
    """Runs cells as `ipykernel.ipkernel.IPythonKernel` does.

    Parameters
    ----------
    **kwargs : Any
        As its base class.
    """

    def __init__(self, **kwargs: Any) -> None:
        ipkernel.sys = _SysWithoutModules()  # type: ignore[assignment]
        try:
            super().__init__(**kwargs)
        finally:
            ipkernel.sys = sys
        # What the debugger is not to step into.
        self._kernel_modules = FILES
        if getattr(self, "debugger", None) is not None:
            self.debugger.kernel_modules = FILES


class WarmKernelApp(kernelapp.IPKernelApp):
    """Starts a kernel as `ipykernel.kernelapp.IPKernelApp` does."""

    # As its base class declares it; configuration that names another goes on to do so.
    name = "ipython-kernel"
    kernel_class = Type(WarmKernel, klass="ipykernel.kernelbase.Kernel").tag(config=True)  # type: ignore[assignment]

    def parse_command_line(self, argv: list[str] | None = None) -> None:
        """Read the command line, without an argument parser for what a kernelspec commonly says.

        Parameters
        ----------
        argv : list of str, optional
            Arguments; by default those of this process.
        """
        argv = sys.argv[1:] if argv is None else argv
        options = _options(argv[2:])
        if len(argv) >= 2 and argv[0] == "-f" and options is not None:
            self.argv, self.extra_args = argv, []
            self.update_config(Config({type(self).__name__: {"connection_file": argv[1]}}))
            self.update_config(options)
        else:
            super().parse_command_line(argv)
        told = [WHERE] if os.environ.get("ARTIA_BOARD") else []
        self.extra_extensions = [*EXTENSIONS, *told, *self.extra_extensions]

    def start(self) -> None:
        """Answer until asked to end, and end once that is answered.

        The answer comes from a thread that then waits for the outputs to go. Ended too soon, the thread that sends
        them never says so: one kernel of some thirty took 10 s to end.
        """
        super().start()
        if self.control_thread is not None and self.control_thread.is_alive():
            self.control_thread.stop()
            self.control_thread.join(ANSWER_S)

    def init_code(self) -> None:
        """Run what the person's profile says."""
        IPython.core.shellapp.sys = _SysWithoutModules()  # type: ignore[assignment]
        try:
            super().init_code()
        finally:
            IPython.core.shellapp.sys = sys
        if self.shell is not None:
            self.shell._sys_modules_keys = MODULES


def _options(argv: Sequence[str]) -> Config | None:
    """Read options that name a class and a trait; None where there is anything else, or one is said twice."""
    found = [OPTION.fullmatch(each) for each in argv]
    config = Config()
    for each in found:
        if each is None or each[2] in config[each[1]]:
            return None
        config[each[1]][each[2]] = DeferredConfigString(os.path.expanduser(each[3]))
    return config
