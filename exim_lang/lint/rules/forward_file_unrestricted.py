"""Users' filters may do more than filter.

Where `allow_filter` is set for files that users write, `${run`, `${readfile`, `${perl`, `${lookup` and the like in a filter
run with the rights of the user, on the mail server, unless they are forbidden.

Bad (router):

    uf:
      driver = redirect
      check_local_user
      file = $home/.forward
      allow_filter
      pipe_transport = t_null
      file_transport = t_null
      reply_transport = t_null

Good (router):

    uf:
      driver = redirect
      check_local_user
      file = $home/.forward
      allow_filter
      forbid_filter_run
      forbid_filter_readfile
      forbid_filter_readsocket
      forbid_filter_lookup
      forbid_filter_existstest
      forbid_filter_perl
      forbid_filter_dlfunc
      pipe_transport = address_pipe
      file_transport = address_file
      reply_transport = address_reply
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.fixes import edit_of
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span

_FORBIDDEN: Final = ("run", "readfile", "readsocket", "lookup", "existstest", "perl", "dlfunc")
_WORST: Final = frozenset(("run", "readfile"))


@rule("forward-file-unrestricted", group="taint", severity="warning", fix="partial")
def check(survey: Survey) -> Iterator[Finding]:
    """Redirect routers with filters in files where `${run` or `${readfile` is not forbidden."""
    for router in survey.config.routers:
        settings = router.settings
        allow = settings.get("allow_filter")
        if router.driver != "redirect" or "file" not in settings or allow is None or allow.value is not True:
            continue
        missing = [name for name in _FORBIDDEN if not _is_set(router.settings.get(f"forbid_filter_{name}"))]
        if not _WORST & set(missing):
            continue
        text = allow.line.text
        indent = text.string[: len(text.string) - len(text.string.lstrip())] or "  "
        lines = "".join(f"\n{indent}forbid_filter_{name}" for name in missing)
        edit = edit_of(text, Span(len(text), len(text)), lines)
        fix = Fix("forbid what filters need not do", (edit,), safe=False) if edit is not None else None
        names = ", ".join(missing)
        message = f"filters that users write may use {names}"
        yield Finding(message, text, allow.span, "set " + ", ".join(f"forbid_filter_{name}" for name in missing), fix)


def _is_set(setting: object) -> bool:
    return getattr(setting, "value", False) is True
