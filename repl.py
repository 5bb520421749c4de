"""`python repl.py`: the expansion REPL from a checkout, nothing installed."""

import sys

from exim_lang.cli.main import main

sys.exit(main(["repl", *sys.argv[1:]]))
