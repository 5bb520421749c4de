"""`python -m exim_lang`."""

import sys

from exim_lang.cli.main import program

sys.exit(program())
