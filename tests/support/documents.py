"""Runs the examples of the documentation.

A block marked `console` is a dialogue: `$ ` begins a command, lines after it are what it prints, `…` stands for any text of a line and a line that is
only `…` for any lines. A block marked `sh` is a script. All have to succeed. Names of the reader's world are replaced by those of the test.
"""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from support import places

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ANY = "…"
LONGEST_SECONDS = 180  # of a whole page, on a busy machine


@dataclass
class Block:
    language: str
    text: str
    line: int  # of the file, where the block begins


@dataclass
class Command:
    text: str
    expected: list[str] | None  # None: whatever it prints
    line: int


def text_of(document: str) -> str:
    return (places.ROOT / document).read_text()


def blocks_of(document: str, *languages: str) -> list[Block]:
    text = text_of(document)
    found = [Block(match[1], match[2], text.count("\n", 0, match.start()) + 1) for match in BLOCK.finditer(text)]
    assert text.count("\n```") % 2 == 0, f"{document}: a block has no end"
    return [block for block in found if not languages or block.language in languages]


def replaced(text: str, replacements: dict[str, str]) -> str:
    """All of them at once, so that what one brings in is not replaced by another."""
    pattern = "|".join(re.escape(word) for word in sorted(replacements, key=len, reverse=True))
    return re.sub(pattern, lambda found: replacements[found[0]], text) if replacements else text


def commands_of(block: Block) -> list[Command]:
    """Of a dialogue. A command goes on while its line ends with a backslash, and to the end of the text that it is given with <<'WORD'."""
    commands: list[Command] = []
    goes_on = False
    word = None  # ends the text that the command is given
    for number, line in enumerate(block.text.splitlines(), block.line + 1):
        if word:
            commands[-1].text += "\n" + line
            word = None if line == word else word
            continue
        if goes_on:
            commands[-1].text += "\n" + line
        elif line.startswith("$ "):
            commands.append(Command(line[2:], [], number))
        else:
            assert commands, f"line {number} comes before any command"
            commands[-1].expected.append(line)
            continue
        goes_on = line.endswith("\\")
        if given := re.search(r"<<'(\w+)'", line):
            word = given[1]
    return commands


def _matches(pattern: str, line: str) -> bool:
    return re.fullmatch(".*".join(re.escape(part) for part in pattern.split(ANY)), line) is not None


def difference(expected: list[str], printed: list[str]) -> str | None:
    """What is not as the document says, or None."""
    place = 0
    skips = False
    for pattern in expected:
        if pattern.strip() == ANY:
            skips = True
            continue
        candidates = range(place, len(printed)) if skips else range(place, min(place + 1, len(printed)))
        found = next((number for number in candidates if _matches(pattern, printed[number])), None)
        if found is None:
            return f"expected {pattern!r}, printed " + "\n    ".join(["", *printed[place:place + 20]])
        place, skips = found + 1, False
    if place < len(printed) and not skips and expected:
        return "printed besides " + "\n    ".join(["", *printed[place:place + 20]])
    return None


def run_document(document: str, folder: Path, environment: dict[str, str], replacements: dict[str, str]) -> list[str]:
    """All its scripts and dialogues in one shell, in their order; returns what each command printed. A script that fails and an answer that is not
    the document's are errors."""
    commands = [command for block in blocks_of(document, "console", "sh") for command in _commands(block)]
    mark = "--- next command ---"
    script = "\n".join(f"printf '\\n%s\\n' '{mark}'\n{replaced(command.text, replacements)}\nprintf '\\n%s\\n' \"$?\"" for command in commands)
    finished = subprocess.run(["bash", "-c", script], cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=LONGEST_SECONDS)
    answers = [part.strip("\n").replace("\r", "").splitlines() for part in finished.stdout.split(f"\n{mark}\n")[1:]]
    assert len(answers) == len(commands), f"{document}: {len(answers)} of {len(commands)} commands ran:\n{finished.stdout[-2000:]}"
    wrong = [f"{document}, line {command.line}: {command.text}\n  {what}" for command, answer in zip(commands, answers)
             if (what := _wrong_with(command, answer, replacements))]
    assert not wrong, "\n".join(wrong)
    return ["\n".join(answer[:-1]) for answer in answers]


def _commands(block: Block) -> list[Command]:
    if block.language == "console":
        return commands_of(block)
    # In a shell of its own, so that the first failure ends it.
    return [Command(f"(set -e\n{block.text})", None, block.line)]


def _wrong_with(command: Command, answer: list[str], replacements: dict[str, str]) -> str | None:
    *printed, status = answer
    printed = "\n".join(printed).rstrip("\n").splitlines()
    if status != "0":
        return f"ended with {status}:\n    " + "\n    ".join(printed[-20:])
    return None if command.expected is None else difference([replaced(line, replacements) for line in command.expected], printed)
