"""The language of the Exim mail server: read, check and run real configurations offline."""

import os

__version__ = "0.1.0"

_here = os.path.dirname(__file__)
# A wheel holds three folders inside this package; a checkout, beside it.
if not os.path.isdir(os.path.join(_here, "lookups")):
    __path__.append(os.path.dirname(_here))
