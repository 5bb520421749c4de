"""The prompt on a terminal: reads, evaluates, shows, until the user leaves."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app, run_in_terminal
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import has_focus
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.formatted_text.utils import split_lines
from prompt_toolkit.history import History
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout.processors import HighlightMatchingBracketProcessor
from prompt_toolkit.lexers import Lexer
from prompt_toolkit.output import ColorDepth, Output
from prompt_toolkit.styles import Style
from prompt_toolkit.styles.pygments import pygments_token_to_classname

from exim_lang.errors import EximLangError
from exim_lang.repl.commands import Quit, is_command, run_command
from exim_lang.repl.completion import suggestions
from exim_lang.repl.context import entries_at, latin
from exim_lang.repl.documentation import Kind
from exim_lang.repl.lexer import ExpansionLexer, known_to_some_exim
from exim_lang.repl.show import Painter
from exim_lang.repl.workbench import Workbench, unfinished

if TYPE_CHECKING:
    from exim_lang.repl.workbench import Answer

STYLE = Style.from_dict(
    {
        "pygments.keyword": "ansimagenta bold",
        "pygments.name.function": "ansicyan",
        "pygments.name.variable": "ansigreen",
        "pygments.name.class": "ansiyellow",
        "pygments.name.attribute": "ansiblue",
        "pygments.operator": "ansimagenta",
        "pygments.literal.string": "ansiyellow",
        "pygments.punctuation": "ansibrightblack",
        "pygments.error": "ansired underline",
        "command": "ansiblue bold",
        "bottom-toolbar": "noreverse ansibrightblack",
    }
)
PRIMARY, CONTINUED = "> ", "  "


class EximCompleter(Completer):
    """What `exim_lang.repl.completion` suggests."""

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        for found in suggestions(document.text_before_cursor, self.bench):
            yield Completion(found.text, -found.replaced, display=found.name, display_meta=found.meta)


class InputLexer(Lexer):
    """Colours for expansion strings, by the names that the dialect knows, and for commands."""

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench
        self.lexer = ExpansionLexer(known=self.known)

    def known(self, kind: Kind, name: str) -> bool:
        return known_to_some_exim(kind, name) and not self.bench.config.dialect.lacks(kind, name)

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        text = document.text
        fragments: StyleAndTextTuples
        if is_command(text):
            fragments = [("class:command", text)]
        else:
            tokens = self.lexer.get_tokens_unprocessed(text)
            fragments = [(f"class:{pygments_token_to_classname(token)}", part) for _, token, part in tokens]
        lines = list(split_lines(fragments))
        return lambda number: lines[number] if number < len(lines) else []


def key_bindings(bench: Workbench, say: Callable[[str], None]) -> KeyBindings:
    """Enter ends what is complete, Alt-Enter starts a new line, F1 explains."""
    bindings = KeyBindings()

    @bindings.add("enter", filter=has_focus(DEFAULT_BUFFER))
    def enter(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.complete_state is not None and buffer.complete_state.current_completion is not None:
            buffer.complete_state = None
        elif goes_on(buffer.text, buffer.document.current_line):
            buffer.insert_text("\n")
        else:
            buffer.validate_and_handle()

    @bindings.add("escape", "enter", filter=has_focus(DEFAULT_BUFFER))
    def new_line(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    @bindings.add("f1", filter=has_focus(DEFAULT_BUFFER))
    def explain(event: KeyPressEvent) -> None:
        document = event.current_buffer.document
        entries = entries_at(document.text, document.cursor_position, bench.config.dialect)
        pages = [entry.page() for entry in entries] or ["There is no name at the cursor that Exim knows."]
        run_in_terminal(lambda: say("\n".join(pages)))

    return bindings


def goes_on(text: str, current_line: str) -> bool:
    """Whether Enter starts another line: the text is not finished, and the line is not the empty one that ends it anyway."""
    if not text.strip() or not current_line.strip() or is_command(text):
        return False
    return unfinished(latin(text))


def toolbar(bench: Workbench) -> str:
    """The name at the cursor, or how things stand."""
    document = get_app().current_buffer.document
    entries = [] if is_command(document.text) and not document.text.startswith(":explain") else entries_at(
        document.text, document.cursor_position, bench.config.dialect
    )  # fmt: skip
    if entries:
        return " " + entries[0].line()
    parts = [f"Exim {bench.config.dialect}", bench.config.path if bench.config.path != "none" else "no configuration"]
    parts += [f"message {bench.message_path}"] if bench.message_path else []
    parts += [f"trace {bench.tracing}"] if bench.tracing != "off" else []
    parts += [f"allowed: {', '.join(sorted(bench.scope.world.allowed))}"] if bench.scope.world.allowed else []
    parts += [f"oracle {bench.oracle.path}"] if bench.oracle else []
    return " " + "  ".join([*parts, ":help"])


def interact(
    bench: Workbench,
    history: History | None = None,
    *,
    input: Input | None = None,
    output: Output | None = None,
    say: Callable[[str], None] = print,
) -> int:
    """Reads and answers until the end of the input or `:quit`; returns the exit status. `input` and `output` are for tests."""
    session: PromptSession[str] = PromptSession(
        PRIMARY,
        multiline=True,
        prompt_continuation=CONTINUED,
        lexer=InputLexer(bench),
        completer=EximCompleter(bench),
        complete_while_typing=False,
        history=history,
        key_bindings=key_bindings(bench, say),
        bottom_toolbar=lambda: toolbar(bench),
        input_processors=[HighlightMatchingBracketProcessor(chars="{}")],
        style=STYLE,
        include_default_pygments_style=False,
        color_depth=ColorDepth.DEPTH_1_BIT if os.environ.get("NO_COLOR") else None,
        input=input,
        output=output,
    )
    while True:
        try:
            line = session.prompt()
            if line.strip():
                for shown in respond(bench, line):
                    say(shown)
        except KeyboardInterrupt:
            continue
        except (EOFError, Quit):
            return 0


def respond(bench: Workbench, line: str, painter: Painter | None = None) -> list[str]:
    """What is shown for one input (several lines, perhaps); raises Quit."""
    painter = painter or Painter()
    try:
        if is_command(line):
            said = run_command(bench, line)
            return [said] if said else []
    except EximLangError as error:
        return [*painter.complaint(error)]
    answer = bench.answer(latin(line.rstrip("\n")))
    shown = [*painter.answer(bench, answer)]
    try:
        return shown + oracle_says(bench, answer, painter)
    except EximLangError as error:
        return [*shown, *painter.complaint(error)]


def oracle_says(bench: Workbench, answer: Answer, painter: Painter) -> list[str]:
    """Where the real Exim says something else, if one is to be asked."""
    if bench.oracle is None or answer.note or answer.asked is None:
        return []
    path = "" if bench.config.path == "none" else bench.config.path
    theirs = bench.oracle.ask(answer.asked, bench.scope, path, bench.message_path)
    if answer.value is not None:
        ours = bytes(answer.value)
    else:
        ours = b"Failed: " + (answer.error.message.encode("latin-1", "replace") if answer.error else b"")
    return [*painter.difference(bench.oracle.path, ours, theirs)]
