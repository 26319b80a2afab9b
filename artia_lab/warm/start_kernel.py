"""``artia_lab.warm.start_kernel -f CONNECTION_FILE``: what a forked process runs to become a kernel.

A module of its own: what runs as ``__main__`` is executed anew, and `artia_lab.warm.kernel` must not be.
"""

from artia_lab.warm.kernel import WarmKernelApp

if __name__ == "__main__":
    WarmKernelApp.launch_instance()
