#!/usr/bin/env python3
"""Runs the examples of man pages and Markdown files, as they stand.

usage: examples.py [--list] FILE...     FILE: *.md, or a man page in mdoc(7)

A block is run by bash with -e and pipefail, without input, in a scratch folder that the blocks of one FILE share, in their order.
It must end with status 0, or with N where a line of it ends in "# status N". What is run:

  Markdown    ```sh blocks. ```sh no-run blocks are not run. An ```output block holds what the block before it prints on
              standard output. Blocks of other languages are passed over; a block must name its language.
  man page    .Bd -literal and .Dl in the section EXAMPLES. A comment line .\\" no-run, or .\\" output, in front of one says what
              it is.

A block whose first line begins with "$ " is a session: such lines are commands, the others are what the command before them
prints on standard output. In output, "..." stands for any text within a line, and on a line of its own for any lines, also none.

Each block gives a line "ok FILE:LINE" or "not ok FILE:LINE" with what went wrong; --list only names them. Status 1 if a block
failed, 2 if a FILE is not understood or has no block that is run: an example that nobody runs is not tested.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

TIMEOUT_S = 300


class BadFile(Exception):
    """Says where and why."""


class Block:
    def __init__(self, kind, line, text):
        self.kind = kind  # "run", "no-run" or "output"
        self.line = line
        self.text = text


# --- Markdown -----------------------------------------------------------------------------------------------------------------

KINDS = {"sh": "run", "sh no-run": "no-run", "output": "output"}


def markdown_blocks(name, lines):
    fence, info, start, text = None, "", 0, []
    for number, line in enumerate(lines, 1):
        mark = re.match(r" {0,3}(`{3,}|~{3,})\s*(.*?)\s*$", line)
        if fence is None and mark:
            fence, info, start, text = mark[1], mark[2], number, []
            if info == "":
                raise BadFile(f"{name}:{number}: the block names no language (text, if it is none)")
            if info.split()[0] in ("sh", "output", "bash", "shell", "console") and info not in KINDS:
                raise BadFile(f"{name}:{number}: {info!r}: expected one of {', '.join(KINDS)}")
        elif fence is not None and mark and mark[2] == "" and mark[1].startswith(fence):
            if info in KINDS:
                yield Block(KINDS[info], start, "".join(text))
            fence = None
        elif fence is not None:
            text.append(line)
    if fence is not None:
        raise BadFile(f"{name}:{start}: the block does not end")


# --- mdoc ---------------------------------------------------------------------------------------------------------------------

ESCAPES = {
    r"\e": "\\", r"\(rs": "\\", r"\-": "-", r"\&": "", r"\(dq": '"', r"\(aq": "'", r"\(ga": "`", r"\(ti": "~", r"\(ha": "^",
}


def unescape(name, number, text):
    def one(match):
        if match[0] not in ESCAPES:
            raise BadFile(f"{name}:{number}: {match[0]} is not known to examples.py")
        return ESCAPES[match[0]]

    return re.sub(r"\\(\(..|.)", one, text)


def mdoc_blocks(name, lines):
    inside, kind, start, text = False, "run", None, []
    for number, line in enumerate(lines, 1):
        bare = line.rstrip("\n")
        words = bare.split()
        if start is not None:  # within a display
            if bare == ".Ed":
                yield Block(kind, start, "".join(text))
                kind, start = "run", None
            elif bare.startswith((".", "'")):
                raise BadFile(f"{name}:{number}: a macro within an example: {bare}")
            else:
                text.append(unescape(name, number, line))
        elif words[:1] == [".Sh"]:
            inside = words[1:] == ["EXAMPLES"]
        elif not inside:
            continue
        elif re.match(r"\.\\\" (no-run|output)$", bare):
            kind = words[1]
        elif words[:1] == [".Bd"]:
            start, text = number, []
        elif words[:1] == [".Dl"]:
            if '"' in bare:
                raise BadFile(f"{name}:{number}: quotes mean something to .Dl: use .Bd -literal, or \\(dq")
            yield Block(kind, number, unescape(name, number, bare[len(".Dl"):].strip()) + "\n")
            kind = "run"
        elif kind != "run":
            raise BadFile(f"{name}:{number}: {kind} stands in front of no example")
    if start is not None:
        raise BadFile(f"{name}:{start}: the example does not end")


# --- running ------------------------------------------------------------------------------------------------------------------


def read_blocks(name):
    with open(name, encoding="utf-8") as file:
        lines = file.readlines()
    blocks = list((markdown_blocks if name.endswith(".md") else mdoc_blocks)(name, lines))
    for i, block in enumerate(blocks):
        if block.kind == "output" and (i == 0 or blocks[i - 1].kind != "run"):
            raise BadFile(f"{name}:{block.line}: the output of nothing that is run")
        if block.kind == "run" and not any(re.match(r"(\$ )?\s*[^\s#$]", line) for line in block.text.splitlines()):
            raise BadFile(f"{name}:{block.line}: an example without a command")
    if not any(block.kind == "run" for block in blocks):
        raise BadFile(f"{name}: has no example that is run")
    return blocks


def wanted_status(block):
    found = re.findall(r"#\s*status (\d+)\s*$", block.text, re.MULTILINE)
    if len(found) > 1:
        raise BadFile(f"a block can end with one status only, line {block.line}")
    return int(found[0]) if found else 0


def session(text):
    """The commands as one script that prints a NUL behind each command's output, and the outputs that are expected."""
    commands, outputs = [], []
    for line in text.splitlines(keepends=True):
        if line.startswith("$ "):
            commands.append(line[2:])
            outputs.append("")
        else:
            outputs[-1] += line
    return "printf '\\0'\n".join(commands), outputs


def run(block, folder):
    """The standard output, and what is wrong, if anything."""
    script, outputs = session(block.text) if block.text.startswith("$ ") else (block.text, None)
    command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script]
    environment = dict(os.environ, MAKI_OFFLINE="1")
    try:
        done = subprocess.run(command, cwd=folder, timeout=TIMEOUT_S, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                              check=False)
    except subprocess.TimeoutExpired:
        return "", f"did not end within {TIMEOUT_S} s"
    out, err = done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
    if done.returncode != wanted_status(block):
        problem = f"ended with status {done.returncode}, not {wanted_status(block)}"
        return out, f"{problem}\n{block.text}stdout: {out[-800:]}\nstderr: {err[-800:]}"
    for expected, actual in zip(outputs or [], out.split("\0")):
        problem = compare(expected, actual)
        if problem:
            return out, problem
    return out, None


def output_pattern(text):
    lines = [r"(?:.*\n)*" if line.strip() == "..." else
             ".*".join(re.escape(part) for part in line.rstrip().split("...")) + r"[ \t]*\n" for line in text.splitlines()]
    return "".join(lines)


def compare(expected, out):
    if out and not out.endswith("\n"):
        out += "\n"
    if re.fullmatch(output_pattern(expected), out):
        return None
    return f"printed something else\nexpected:\n{expected}actual:\n{out[:4000]}"


def run_blocks(name, blocks):
    """How many failed."""
    folder = tempfile.mkdtemp(prefix="examples.")
    failed, out = 0, ""
    for block in blocks:
        if block.kind == "no-run":
            continue
        if block.kind == "run":
            out, problem = run(block, folder)
        else:
            problem = compare(block.text, out)
        failed += problem is not None
        print(f"ok {name}:{block.line}" if problem is None else f"not ok {name}:{block.line}: {problem}", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    return failed


def main(args):
    only_list = args[:1] == ["--list"]
    names = args[1:] if only_list else args
    if not names:
        print(__doc__, file=sys.stderr)
        return 2
    files = [(name, read_blocks(name)) for name in names]
    if only_list:
        for name, blocks in files:
            for block in blocks:
                print(f"{block.kind} {name}:{block.line}")
        return 0
    return 1 if sum(run_blocks(name, blocks) for name, blocks in files) else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (BadFile, OSError, UnicodeDecodeError) as why:
        print(f"examples.py: {why}", file=sys.stderr)
        sys.exit(2)
