"""``python -m artia_lab.cli`` is ``artia``."""

import sys

from artia_lab.cli import main

sys.exit(main())
