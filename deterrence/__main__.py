"""`python -m deterrence`."""

import sys

from deterrence.cli import main

if __name__ == "__main__":
    sys.exit(main())
