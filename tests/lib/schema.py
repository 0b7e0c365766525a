#!/usr/bin/env python3
"""Validates JSON Lines against a JSON Schema (2020-12), strictly.

usage: schema.py SCHEMA FILE...        every line of every FILE; status 1 and the problems if one is invalid
       schema.py --mutate SCHEMA FILE [OPEN...]
                                       break the first record of FILE in every way below, one at a time: each must be noticed. In
                                       the members OPEN of the record anything may stand
       schema.py --refused             of schemas on standard input, one a line, say why each is refused
       schema.py --keywords SCHEMA...  the keywords that the schemas use
       schema.py --supported           the keywords that this program knows

It knows only the keywords that the schemas in docs/ use. Any other one, a schema that cannot mean what it says, and a FILE
without a record are errors (status 2): what is not understood must not pass. Beyond the standard, the members of an
object must stand in the order of the schema's properties: that is promised in the descriptions.
"""
import json
import re
import sys


class SchemaError(Exception):
    """The schema itself is wrong, or says something that is not known here."""


def no_duplicates(pairs):
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"the name {name!r} is given twice")
    return dict(pairs)


def no_constant(word):
    raise ValueError(f"{word} is no JSON")


def parse(text):
    return json.loads(text, object_pairs_hook=no_duplicates, parse_constant=no_constant)


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


TYPES = {
    "object": lambda v: isinstance(v, dict),
    "array": lambda v: isinstance(v, list),
    "string": lambda v: isinstance(v, str),
    "boolean": lambda v: isinstance(v, bool),
    "number": is_number,
    "integer": lambda v: is_number(v) and float(v).is_integer(),
    "null": lambda v: v is None,
}


def equal(a, b):
    """1 is not true, as it is in Python."""
    return isinstance(a, bool) == isinstance(b, bool) and a == b


# --- keywords: each yields (path, problem) pairs for a value ------------------------------------------------------------------


def ignore(_s, _schema, _arg, _value, _path):
    return ()


def check_type(_s, _schema, arg, value, path):
    types = arg if isinstance(arg, list) else [arg]
    if not any(TYPES[name](value) for name in types):
        yield path, f"is not of type {' or '.join(types)}: {json.dumps(value)[:80]}"


def check_enum(_s, _schema, arg, value, path):
    if not any(equal(value, one) for one in arg):
        yield path, f"{json.dumps(value)[:80]} is none of {json.dumps(arg)}"


def check_pattern(_s, _schema, arg, value, path):
    # Python's $ would also match before a newline at the end
    if isinstance(value, str) and not re.search(re.sub(r"\$$", r"\\Z", arg), value):
        yield path, f"{json.dumps(value)[:80]} does not match {arg}"


def limit(fits, measure, of, what):
    def check(_s, _schema, arg, value, path):
        if of(value) and not fits(measure(value), arg):
            yield path, f"{what} {arg}: {json.dumps(value)[:80]}"

    return check


def at_least(a, b):
    return a >= b


def at_most(a, b):
    return a <= b


def check_required(_s, _schema, arg, value, path):
    if isinstance(value, dict):
        for name in arg:
            if name not in value:
                yield path, f"lacks {name}"


def check_properties(s, _schema, arg, value, path):
    if not isinstance(value, dict):
        return
    for name in value:
        if name in arg:
            yield from s.check(arg[name], value[name], f"{path}.{name}")
    found = [name for name in value if name in arg]
    wanted = [name for name in arg if name in value]
    if found != wanted:
        yield path, f"has its members in the order {found}, not {wanted}"


def check_additional(_s, schema, _arg, value, path):  # always false, see KEYWORDS
    if isinstance(value, dict):
        for name in value:
            if name not in schema.get("properties", {}):
                yield path, f"has a member {name!r} that the schema does not have"


def check_items(s, _schema, arg, value, path):
    if isinstance(value, list):
        for i, item in enumerate(value):
            yield from s.check(arg, item, f"{path}[{i}]")


def check_ref(s, _schema, arg, value, path):
    yield from s.check(s.resolve(arg), value, path)


# --- what a keyword's argument may be -----------------------------------------------------------------------------------------


def is_text(arg):
    return isinstance(arg, str) and arg != ""


def is_types(arg):
    return arg in TYPES if isinstance(arg, str) else is_names(arg) and all(name in TYPES for name in arg)


def is_count(arg):
    return isinstance(arg, int) and not isinstance(arg, bool) and arg >= 0


def is_names(arg):
    return isinstance(arg, list) and arg != [] and all(map(is_text, arg)) and len(set(arg)) == len(arg)


def is_pattern(arg):
    re.compile(arg)
    return True


KEYWORDS = {
    "$schema": (lambda a: a == "https://json-schema.org/draft/2020-12/schema", ignore),
    "$id": (is_text, ignore),
    "$defs": (lambda a: isinstance(a, dict), ignore),
    "$ref": (lambda a: is_text(a) and a.startswith("#/$defs/"), check_ref),
    "title": (is_text, ignore),
    "description": (is_text, ignore),
    "type": (is_types, check_type),
    "enum": (lambda a: isinstance(a, list) and a != [], check_enum),
    "pattern": (is_pattern, check_pattern),
    "minLength": (is_count, limit(at_least, len, TYPES["string"], "is shorter than")),
    "maxLength": (is_count, limit(at_most, len, TYPES["string"], "is longer than")),
    "minimum": (is_number, limit(at_least, lambda v: v, is_number, "is less than")),
    "maximum": (is_number, limit(at_most, lambda v: v, is_number, "is more than")),
    "minItems": (is_count, limit(at_least, len, TYPES["array"], "has fewer items than")),
    "maxItems": (is_count, limit(at_most, len, TYPES["array"], "has more items than")),
    "required": (is_names, check_required),
    "properties": (lambda a: isinstance(a, dict), check_properties),
    "additionalProperties": (lambda a: a is False, check_additional),
    "items": (lambda a: isinstance(a, dict), check_items),
}


class Schema:
    def __init__(self, text):
        self.root = parse(text)
        self.used = set()
        self.examine(self.root, "#")

    def resolve(self, ref):
        try:
            return self.root["$defs"][ref[len("#/$defs/"):]]
        except KeyError:
            raise SchemaError(f"{ref} leads nowhere") from None

    def examine(self, schema, where):
        """The whole schema before any record, so that no part of it is looked at only when a record happens to have it."""
        if not isinstance(schema, dict):
            raise SchemaError(f"{where}: a schema is an object here")
        for word, arg in schema.items():
            if word not in KEYWORDS:
                raise SchemaError(f"{where}: the keyword {word!r} is not known to schema.py")
            try:
                fits = KEYWORDS[word][0](arg)
            except (TypeError, re.error) as why:
                raise SchemaError(f"{where}: {word}: {why}") from None
            if not fits:
                raise SchemaError(f"{where}: {word} cannot be {json.dumps(arg)[:80]}")
            self.used.add(word)
        for name in schema.get("required", []):
            if name not in schema.get("properties", {}):
                raise SchemaError(f"{where}: requires {name}, which is none of the properties")
        if "$ref" in schema:
            self.resolve(schema["$ref"])
        for name, part in [*schema.get("properties", {}).items(), *schema.get("$defs", {}).items()]:
            self.examine(part, f"{where}/{name}")
        if "items" in schema:
            self.examine(schema["items"], f"{where}/items")

    def check(self, schema, value, path="record"):
        for word, arg in schema.items():
            yield from KEYWORDS[word][1](self, schema, arg, value, path)


def check_file(schema, name):
    """How many records there are, and the problems."""
    count, problems = 0, []
    with open(name, encoding="utf-8", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            count += 1
            try:
                found = schema.check(schema.root, parse(line))
                problems += [f"{name}:{number}: {path} {what}" for path, what in found]
            except ValueError as why:
                problems.append(f"{name}:{number}: {why}")
    return count, problems


# --- could it fail? -----------------------------------------------------------------------------------------------------------


def places(value, path=()):
    """Every place in a value; of an array the first item only."""
    yield path, value
    items = value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    for name, item in items:
        yield from places(item, (*path, name))


def put(value, path, new):
    """The value with something else at a place."""
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = put(value[path[0]], path[1:], new)
    return copy


def mutations(record, is_open):
    """(what was done, the broken record) for all that must be noticed whatever the schema says in detail."""
    for path, value in places(record):
        where = ".".join(map(str, ("record", *path)))
        if path and is_open(path[0]):
            continue
        if path:
            yield f"{where} of another type", put(record, path, {"odd": [True]} if not isinstance(value, dict) else ["odd"])
        if isinstance(value, dict):
            yield f"{where} with a member more", put(record, path, {**value, "surplus": 1})
        if isinstance(value, dict) and len(value) > 1:
            yield f"{where} in another order", put(record, path, dict(reversed(value.items())))


def omissions(schema, record):
    for name in schema.root["required"]:
        yield f"record without {name}", {key: value for key, value in record.items() if key != name}


def mutate(schema, name, is_open):
    """How many mutations there were, and those that nobody noticed."""
    with open(name, encoding="utf-8") as lines:
        record = parse(next(lines))
    if list(schema.check(schema.root, record)):
        raise SchemaError(f"{name}: the record is not valid to begin with")
    made = [*mutations(record, is_open), *omissions(schema, record)]
    return len(made), [what for what, broken in made if not list(schema.check(schema.root, broken))]


def load(name):
    try:
        with open(name, encoding="utf-8") as file:
            return Schema(file.read())
    except (SchemaError, ValueError) as why:
        raise SchemaError(f"{name}: {why}") from None


def why_refused(text):
    try:
        Schema(text)
    except (SchemaError, ValueError) as why:
        return why
    return "accepted"


def main(args):
    if args == ["--refused"]:
        for line in sys.stdin:
            print(why_refused(line))
        return 0
    if args == ["--supported"]:
        print("\n".join(sorted(KEYWORDS)))
        return 0
    if len(args) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    if args[0] == "--keywords":
        print("\n".join(sorted(set().union(*(load(name).used for name in args[1:])))))
        return 0
    if args[0] == "--mutate":
        count, unnoticed = mutate(load(args[1]), args[2], lambda member: member in args[3:])
        print("\n".join(f"unnoticed: {what}" for what in unnoticed) or f"{count} mutations, all noticed")
        return 1 if unnoticed else 0
    schema = load(args[0])
    status = 0
    for name in args[1:]:
        count, problems = check_file(schema, name)
        if count == 0:
            raise SchemaError(f"{name}: holds no record: nothing was validated")
        print("\n".join(problems[:20]) if problems else f"{name}: {count} valid")
        status = 1 if problems else status
    return status


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (SchemaError, OSError, UnicodeDecodeError) as why:
        print(f"schema.py: {why}", file=sys.stderr)
        sys.exit(2)
