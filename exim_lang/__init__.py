"""The language of the Exim mail server: read, check and run real configurations offline."""

from pathlib import Path

__version__ = "0.1.0"

_here = Path(__file__).parent
if not (_here / "lookups").is_dir():  # a wheel holds the three folders inside this package; a checkout, beside it
    __path__.append(str(_here.parent))
