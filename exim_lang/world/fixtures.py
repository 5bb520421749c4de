"""Answers given beforehand, and answers written down: what stands in for the outside.

A fixture file is JSON: an object with one member for each kind of access, which maps the text of calls to answers.

    {
      "dns":        {"example.com MX": ["10 mail.example.com."], "gone.example A": "nomatch"},
      "redis":      {"get greylist:10.0.0.1": "1", "get nobody": null},
      "mysql":      {"select 1": {"defer": "MYSQL connection failed: Connection refused"}},
      "run":        {"/usr/bin/id -u": {"output": "0\\n", "status": 0}},
      "readsocket": {"/run/policy.sock request": "action=DUNNO\\n"},
      "file":       {"/etc/domains": "a.example\\nb.example\\n", "/etc/missing": null},
      "passwd":     {"kr": "kr:x:42:42:King Rat:/home/kr:/bin/bash"}
    }

For every kind a string is what was found, `null` means that there is nothing, and an object with a member `defer` a
temporary error with Exim's message. An object with the one member `in turn`, a list, has the answers to the same call one
after the other, and then the last one for ever. What more a kind knows (records, a status) is said where that kind is answered.
Text is UTF-8; a byte that is not is written as the surrogate U+DC80 ... U+DCFF, as Python's `surrogateescape` does.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from exim_lang.errors import UsageError

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


IN_TURN: Final = "in turn"


def to_text(value: bytes) -> str:
    """Bytes as the text that stands for them in a fixture file."""
    return value.decode("utf-8", "surrogateescape")


def to_bytes(text: str) -> bytes:
    """The bytes that the text of a fixture file stands for."""
    return text.encode("utf-8", "surrogateescape")


class Fixtures:
    """Answers by kind and call. `get` tells a recorded `null` (KeyError is not raised) from no answer at all."""

    def __init__(self, answers: dict[str, dict[str, Json]] | None = None) -> None:
        self._answers: dict[str, dict[str, Json]] = answers if answers is not None else {}
        self._turns: dict[tuple[str, str], int] = {}

    @classmethod
    def load(cls, path: str) -> Fixtures:
        """Reads a fixture file; raises UsageError when it cannot be read or is not of the form above."""
        import json  # here and below: most runs have no fixtures

        try:
            with open(path, encoding="utf-8") as file:
                content: Any = json.load(file)
        except OSError as error:
            raise UsageError(f"cannot read fixtures {path}: {error.strerror}") from error
        except ValueError as error:
            raise UsageError(f"{path} is not a fixture file: {error}") from error
        if not isinstance(content, dict) or not all(isinstance(calls, dict) for calls in content.values()):
            raise UsageError(f"{path} is not a fixture file: an object of objects, kind -> call -> answer, is wanted")
        return cls(content)

    def save(self, path: str) -> None:
        """Writes all answers as a fixture file, in a stable order; raises UsageError."""
        import json

        try:
            with open(path, "w", encoding="utf-8") as file:
                file.write(json.dumps(self._answers, indent=2, sort_keys=True) + "\n")
        except OSError as error:
            raise UsageError(f"cannot write fixtures {path}: {error.strerror}") from error

    def knows(self, kind: str, call: bytes) -> bool:
        """Whether there is an answer."""
        answers = self._answers.get(kind)
        return answers is not None and to_text(call) in answers

    def get(self, kind: str, call: bytes) -> Json:
        """The answer to `call`; raises KeyError when there is none."""
        text = to_text(call)
        answer = self._answers[kind][text]
        if not isinstance(answer, dict) or answer.keys() != {IN_TURN}:
            return answer
        turns = answer[IN_TURN]
        if not isinstance(turns, list) or not turns:
            raise UsageError(f'fixture "{kind}" "{text}": "{IN_TURN}" wants a list that is not empty')
        turn = self._turns.get((kind, text), 0)
        self._turns[kind, text] = turn + 1
        return turns[min(turn, len(turns) - 1)]

    def restart(self) -> None:
        """Begins all answers in turn anew."""
        self._turns.clear()

    def raw(self, kind: str, call: bytes) -> Json:
        """What stands in the file for `call`, all its turns; raises KeyError."""
        return self._answers[kind][to_text(call)]

    def put(self, kind: str, call: bytes, answer: Json) -> None:
        """Sets the answer to `call`."""
        self._answers.setdefault(kind, {})[to_text(call)] = answer

    def calls(self, kind: str) -> list[bytes]:
        """All calls of a kind that have an answer."""
        return [to_bytes(call) for call in self._answers.get(kind, ())]


class Recorder(Fixtures):
    """Fixtures made of what live backends answered: a call whose answers differ keeps them all, in their order."""

    def __init__(self) -> None:
        super().__init__()
        self._counts: dict[tuple[str, str], int] = {}

    def put(self, kind: str, call: bytes, answer: Json) -> None:
        """Adds an answer to `call`."""
        text = to_text(call)
        calls = self._answers.setdefault(kind, {})
        count = self._counts[kind, text] = self._counts.get((kind, text), 0) + 1
        known = calls.get(text)
        if count == 1:
            calls[text] = answer
        elif isinstance(known, dict) and isinstance(turns := known.get(IN_TURN), list):
            turns.append(answer)
        elif known != answer:
            calls[text] = {IN_TURN: [*([known] * (count - 1)), answer]}


def stub(kind: str, call: bytes, answer: Json) -> str:
    """What to paste into a fixture file to answer `call`."""
    import json

    return f'"{kind}": {{{json.dumps(to_text(call))}: {json.dumps(answer)}}}'
