"""The little languages inside words, `find`, `sed`, `awk`, `jq` and `test`: which sentences of them only read."""

import re


class UnknownError(ValueError):
    """An option or word whose effect is not known to be harmless; the message names it."""


_FIND_ALONE = frozenset(
    {
        "-print",
        "-print0",
        "-ls",
        "-not",
        "!",
        "-a",
        "-and",
        "-o",
        "-or",
        "(",
        ")",
        ",",
        "-prune",
        "-readable",
        "-writable",
    }
    | {
        "-executable",
        "-xdev",
        "-mount",
        "-depth",
        "-true",
        "-false",
        "-quit",
        "-empty",
        "-nouser",
        "-nogroup",
        "-P",
        "-d",
    }
)
_FIND_WITH_WORD = frozenset(
    {
        "-name",
        "-iname",
        "-path",
        "-ipath",
        "-wholename",
        "-regex",
        "-iregex",
        "-type",
        "-xtype",
        "-maxdepth",
        "-mindepth",
    }
    | {"-mtime", "-mmin", "-atime", "-amin", "-ctime", "-cmin", "-size", "-perm", "-user", "-group", "-links", "-inum"}
    | {"-printf", "-regextype", "-fstype", "-uid", "-gid", "-lname", "-ilname", "-newermt"}
)
_TEST_ONE = re.compile(r"-[bcdefghknprsuwxzLSOGN]")
_TEST_TWO = frozenset({"=", "==", "!=", "-nt", "-ot", "-ef", "-eq", "-ne", "-lt", "-le", "-gt", "-ge"})

# Where a bracket opens, some programs take what ends the pattern for one of its characters, so it may not stand there.
_SED_SET = r"\[(?:\^?\]|\^(?!\])|(?![\]^]))(?:\[:\w+:\]|\\[tnrfv.*+?$]|(?!{mark})[^\]\[\\\n])*\]"
_SED_PATTERN = rf"(?:\\.|{_SED_SET}|(?!{{mark}})[^\\\n\[])"
_SED_ADDRESS = rf"(?:\d+(?:~\d+)?|\$|/{_SED_PATTERN.format(mark='/')}+/I?)"
_SED_COMMAND = re.compile(
    rf"\s*(?:{_SED_ADDRESS}(?:,(?:{_SED_ADDRESS}|[+~]\d+))?)?\s*!?\s*"
    rf"(?:[pdqlnNDPhHgGx=]|[qQ]\s*\d*|s(?P<mark>[/|,#:@_!%]){_SED_PATTERN.format(mark='(?P=mark)')}*(?P=mark)"
    r"(?:\\.|(?!(?P=mark))[^\\\n])*(?P=mark)[gpiI0-9]*|y/(?:\\.|[^/\\\n])*/(?:\\.|[^/\\\n])*/)\s*(?:;|\n|$)"
)
_AWK_TOKEN = re.compile(
    r"""[ \t\n]+ | ; | , | \d+(?:\.\d+)? | "(?:\\.|[^"\\\n])*" | (?P<regex>/(?:\\.|[^/\\\n])+/)
      | (?P<name>[A-Za-z_]\w*) | [{}()\[\]$] | [-+*%^!=<~?:]=? | && | \|\| | \+\+ | -- | == | / | >=?""",
    re.VERBOSE,
)
_AWK_NAMES = frozenset(
    {
        "BEGIN",
        "END",
        "print",
        "printf",
        "NR",
        "NF",
        "FNR",
        "FS",
        "OFS",
        "RS",
        "ORS",
        "FILENAME",
        "length",
        "substr",
        "index",
    }
    | {
        "split",
        "sub",
        "gsub",
        "match",
        "toupper",
        "tolower",
        "sprintf",
        "int",
        "if",
        "else",
        "for",
        "in",
        "next",
    }
    | {"exit", "delete", "RSTART", "RLENGTH", "SUBSEP", "sqrt", "log", "exp", "NULL"}
)
_AWK_NEVER = re.compile(
    r"@|getline|system|close|fflush|ENVIRON|ARGV|ARGC|PROCINFO|SYMTAB|FUNCTAB|include|load|namespace|function|func|extension"
)
_AWK_LOOP = re.compile(r"\bfor\b(?P<head>\s*\([^()]*(?:\([^()]*\)[^()]*)*\))?")
_AWK_COUNTED = re.compile(
    r"\s*\(\s*(?:[a-z]\w*\s+in\s+\w+|(?P<name>[a-z]\w*)\s*=\s*\w+\s*;\s*(?P=name)\s*(?:<=?|>=?)\s*[\w()]+\s*;"
    r"\s*(?P=name)\s*(?:\+\+|--|[+-]=\s*\d+))\s*\)"
)
_VAST = re.compile(r"%[^%a-zA-Z]*(?:\d{6}|\*)|\d{8}|\d[eE]\+?\d")
_JQ_ENDLESS = re.compile(r"\b(?:def|repeat|until|while|combinations)\b")
_JQ_NEVER = re.compile(
    r"\benv\b|\$ENV|\binput_line_number\b|\bimport\b|\binclude\b|\binput_filename\b|\$__prog|\bhalt|\bmodulemeta\b|\bgetpath_file\b"
)


def find_starts(words: list[str]) -> list[str]:
    """The files and folders that `find` with these words looks into or at.

    Raises:
        UnknownError: one of them does more than look.
    """
    starts: list[str] = []
    waiting = list(words)
    while waiting and waiting[0] == "-P":
        waiting.pop(0)
    while waiting and not waiting[0].startswith("-") and waiting[0] not in {"(", "!", ")"}:
        starts.append(waiting.pop(0))
    while waiting:
        word = waiting.pop(0)
        if word in _FIND_ALONE:
            continue
        if word in {"-newer", "-anewer", "-cnewer", "-samefile"} and waiting:
            starts.append(waiting.pop(0))
        elif word in _FIND_WITH_WORD and waiting:
            waiting.pop(0)
        else:
            raise UnknownError(f"“{word}” of find")
    return starts or ["."]


def test_files(words: list[str]) -> list[str]:
    """The files that `test` or `[` with these words looks at.

    Raises:
        UnknownError: it is not one simple question, possibly turned round.
    """
    asked = [word for place, word in enumerate(words) if not (place == 0 and word == "!")]
    if asked and asked[-1] == "]":
        asked.pop()
    if len(asked) == 2 and _TEST_ONE.fullmatch(asked[0]):
        return [] if asked[0] in {"-n", "-z"} else asked[1:]
    if len(asked) == 3 and asked[1] in _TEST_TWO:
        if asked[1] in {"-nt", "-ot", "-ef"}:
            return [asked[0], asked[2]]
        if asked[1].startswith("-") and not all(re.fullmatch(r"-?\d+", word) for word in (asked[0], asked[2])):
            raise UnknownError("a sum that is worked out")
        return []
    raise UnknownError("a test that is not simple")


def check_sed(script: str) -> None:
    """See that `script` only prints, deletes lines of its output, and substitutes.

    Raises:
        UnknownError: it does more, or cannot be read.
    """
    place = 0
    while place < len(script):
        found = _SED_COMMAND.match(script, place)
        if not found or found.end() == place:
            raise UnknownError(f"the sed script “{script[place:][:40]}”")
        place = found.end()


def check_awk(program: str) -> None:
    """See that `program` only looks at its input and prints.

    A slash may begin a pattern or divide, so nothing that could write is accepted even inside of what looks like one.

    Raises:
        UnknownError: it can do more, or cannot be read.
    """
    if _AWK_NEVER.search(program) or re.search(r"(?<!\|)\|(?!\|)|\|\|\|", program) or ">" in program.partition("{")[2]:
        raise UnknownError("an awk program that can do more than print")
    if any(not _AWK_COUNTED.fullmatch(loop["head"] or "") for loop in _AWK_LOOP.finditer(program)):
        raise UnknownError("an awk loop that may not end")
    check_size(program)
    place = 0
    while place < len(program):
        found = _AWK_TOKEN.match(program, place)
        if not found:
            raise UnknownError(f"the awk program at “{program[place:][:20]}”")
        name = found["name"]
        if name and name not in _AWK_NAMES and program[found.end() :].lstrip().startswith("("):
            raise UnknownError(f"the awk function {name}")
        place = found.end()


def check_jq(program: str) -> None:
    """See that the filter `program` reads nothing but its input.

    Raises:
        UnknownError: it may.
    """
    if _JQ_NEVER.search(program):
        raise UnknownError("a jq filter that reads more than its input")
    if _JQ_ENDLESS.search(program):
        raise UnknownError("a jq filter that may not end")
    check_size(program)


def check_size(text: str) -> None:
    """See that no width, count or other number in the program or format `text` is so large that it fills the memory.

    Raises:
        UnknownError: one is, or may be.
    """
    if found := _VAST.search(text):
        raise UnknownError(f"“{found[0]}”, which may fill the memory")
