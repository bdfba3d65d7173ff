"""The programs that only read, with the options of each that are known to be harmless."""

from collections.abc import Mapping
from typing import Literal

from localgpt_tui.safety.shell.options import Kind, Options

_Longs = Mapping[str, Kind | Literal[""]]


def _flags(names: str) -> dict[str, Kind | Literal[""]]:
    return dict.fromkeys(names.split(), "")


def _with(kind: Kind, names: str) -> dict[str, Kind | Literal[""]]:
    return dict.fromkeys(names.split(), kind)


_TEXTS = Options(words=("text",))
_GREP = Options(
    flags="EFGPivwxyclLoqsbHhnTZzarIU",
    values={"e": "text", "m": "number", "A": "number", "B": "number", "C": "number"},
    longs={
        **_flags(
            "extended-regexp fixed-strings basic-regexp perl-regexp ignore-case no-ignore-case invert-match word-regexp"
            " line-regexp count files-without-match files-with-matches only-matching quiet silent no-messages"
            " byte-offset with-filename no-filename line-number initial-tab null text recursive null-data help version"
        ),
        **_with("text", "regexp include exclude exclude-dir label"),
        **_with("number", "max-count after-context before-context context"),
        **_with("word", "binary-files directories"),
        **_with("word?", "color colour"),
    },
    words=("text", "file"),
    digits=True,
    instead=frozenset({"e", "regexp"}),
)
_RG = Options(
    flags="ceFHiIlnNopPqsSuUvwx0.",
    values={**dict.fromkeys("ABCmdM", "number"), **dict.fromkeys("egtTr", "text"), "E": "word"},
    longs={
        **_flags(
            "files hidden no-ignore no-heading heading line-number no-line-number ignore-case smart-case case-sensitive"
            " count count-matches files-with-matches files-without-match fixed-strings word-regexp line-regexp"
            " invert-match only-matching quiet multiline pcre2 vimgrep json stats trim no-filename with-filename column"
            " null no-messages pretty type-list passthru text no-config no-ignore-vcs no-follow crlf help version"
        ),
        **_with("number", "after-context before-context context max-count max-depth max-columns"),
        **_with("text", "regexp glob iglob type type-not replace sort sortr"),
        **_with("word", "color colors encoding"),
    },
    words=("text", "file"),
    instead=frozenset({"e", "regexp", "files", "type-list"}),
)
_COUNTED = Options(
    flags="qvz", values={"n": "number", "c": "number"}, digits=True,
    longs={**_flags("quiet silent verbose zero-terminated"), **_with("number", "lines bytes")},
)  # fmt: skip
_SUMS = Options(flags="bt", longs=_flags("binary text tag zero"))
_NOTHING = Options(most=0)
_SED_LONGS: _Longs = {
    **_flags("quiet silent regexp-extended null-data separate unbuffered"),
    **_with("sed", "expression"),
}

PROGRAMS: Mapping[str, Options] = {
    "ls": Options(
        flags="aAbBcCdfFghiklmnNopqQrRsStuvwxXZ1G",
        values={"I": "text", "w": "number", "T": "number"},
        longs={
            **_flags(
                "all almost-all author directory classify human-readable inode kibibytes numeric-uid-gid literal"
                " reverse recursive size full-time group-directories-first no-group si zero"
            ),
            **_with("word", "sort time time-style format indicator-style quoting-style block-size"),
            **_with("word?", "color"),
            **_with("text", "hide ignore"),
        },
    ),
    "cat": Options(
        flags="AbeEnstTuv", longs=_flags("number number-nonblank show-all show-ends show-tabs squeeze-blank")
    ),
    "head": _COUNTED,
    "tail": _COUNTED,
    "wc": Options(flags="clmwL", longs={**_flags("bytes chars lines words max-line-length"), **_with("word", "total")}),
    "stat": Options(flags="t", values={"c": "text"}, longs={**_flags("terse"), **_with("text", "format printf")}),
    "file": Options(flags="bikNnrs0h", longs=_flags("brief mime mime-type mime-encoding no-pad")),
    "grep": _GREP,
    "egrep": _GREP,
    "fgrep": _GREP,
    "rg": _RG,
    "find": _TEXTS,
    "sort": Options(
        flags="bdfghiMnRrVzcCmsu",
        values={"k": "word", "t": "text"},
        longs={
            **_flags(
                "ignore-leading-blanks dictionary-order ignore-case general-numeric-sort ignore-nonprinting month-sort"
                " human-numeric-sort numeric-sort reverse version-sort zero-terminated check merge stable unique"
            ),
            **_with("word", "key"),
            **_with("text", "field-separator"),
        },
    ),
    "uniq": Options(
        flags="cdDiuz",
        values=dict.fromkeys("fsw", "number"),
        longs={
            **_flags("count repeated ignore-case unique zero-terminated"),
            **_with("number", "skip-fields skip-chars check-chars"),
        },
        most=1,
    ),
    "cut": Options(
        flags="nsz",
        values={"b": "number", "c": "number", "f": "number", "d": "text"},
        longs={
            **_flags("complement only-delimited zero-terminated"),
            **_with("number", "bytes characters fields"),
            **_with("text", "delimiter output-delimiter"),
        },
    ),
    "tr": Options(
        flags="cCdst", longs=_flags("complement delete squeeze-repeats truncate-set1"), words=("text",), most=2
    ),
    "sed": Options(
        flags="nErsuz", values={"e": "sed"}, longs=_SED_LONGS, words=("sed", "file"),
        instead=frozenset({"e", "expression"})
    ),
    "awk": Options(values={"F": "text"}, words=("awk", "input")),
    "jq": Options(
        flags="cnrRsSjaCMe", words=("jq", "file"),
        longs=_flags("compact-output null-input raw-output raw-input slurp sort-keys join-output ascii-output"
                     " color-output monochrome-output exit-status tab"),
    ),
    "diff": Options(
        flags="abBcdeEinNqstTuwyZ",
        values={"U": "number", "C": "number", "W": "number"},
        longs={
            **_flags(
                "brief report-identical-files side-by-side ignore-case ignore-all-space ignore-blank-lines"
                " ignore-space-change minimal suppress-common-lines text new-file"
            ),
            **_with("number?", "unified context"),
            **_with("number", "width"),
            **_with("word?", "color"),
        },
        most=2,
    ),
    "cmp": Options(
        flags="bls", longs=_flags("print-bytes verbose quiet silent"), words=("file", "file", "number"), most=4
    ),
    "comm": Options(flags="123z", most=2),
    "paste": Options(flags="sz", values={"d": "text"}, longs=_flags("serial")),
    "column": Options(flags="txe", values={"s": "text", "c": "number"}, longs=_flags("table")),
    "nl": Options(values={"b": "word", "w": "number", "s": "text", "n": "word", "v": "number"}),
    "tac": Options(flags="b"),
    "rev": Options(),
    "fold": Options(flags="bs", values={"w": "number"}, longs={**_flags("bytes spaces"), **_with("number", "width")}),
    "fmt": Options(flags="cstu", values={"w": "number"}, digits=True),
    "expand": Options(flags="i", values={"t": "number"}),
    "unexpand": Options(flags="a", values={"t": "number"}),
    "od": Options(flags="abcdfhilosxv", values={"A": "word", "t": "word", "N": "number", "j": "number"}),
    "hexdump": Options(flags="bcCdovx", values={"n": "number", "s": "number"}),
    "xxd": Options(flags="abeiu", values={"l": "number", "c": "number", "s": "number", "g": "number"}, most=1),
    "strings": Options(flags="af", values={"n": "number", "t": "word"}, longs=_flags("all")),
    "base64": Options(values={"w": "number"}, longs=_with("number", "wrap")),
    **dict.fromkeys(("md5sum", "sha1sum", "sha224sum", "sha256sum", "sha384sum", "sha512sum", "b2sum"), _SUMS),
    "cksum": Options(values={"a": "word"}),
    "du": Options(
        flags="abchkmsSx0", values={"d": "number", "t": "number"},
        longs={**_flags("all apparent-size bytes total human-readable summarize one-file-system si"),
               **_with("number", "max-depth threshold"), **_with("text", "exclude")},
    ),
    "tree": Options(
        flags="adfhinpstugDFCQqNSJX", values={"L": "number", "P": "text", "I": "text"},
        longs={**_flags("dirsfirst noreport prune du si gitignore"), **_with("word", "sort charset")},
    ),
    "pwd": Options(flags="LP", most=0),
    "basename": Options(
        flags="az", values={"s": "text"}, longs={**_flags("multiple zero"), **_with("text", "suffix")}, words=("text",)
    ),
    "dirname": Options(flags="z", longs=_flags("zero"), words=("text",)),
    "realpath": Options(flags="emsqzLP", longs=_flags("canonicalize-existing canonicalize-missing quiet strip zero")),
    "readlink": Options(flags="femnsqz", longs=_flags("canonicalize no-newline quiet")),
    "echo": _TEXTS,
    "printf": Options(words=("text",)),
    "seq": Options(flags="w", values={"s": "text", "f": "text"}, words=("number",), most=3, digits=True),
    "true": _TEXTS,
    "false": _TEXTS,
    "test": _TEXTS,
    "[": _TEXTS,
    "which": Options(flags="as", words=("word",)),
    "type": Options(flags="aptPf", words=("word",)),
    "whoami": _NOTHING,
    "id": Options(flags="gGnru", longs=_flags("group groups name real user"), words=("word",), most=1),
    "groups": Options(words=("word",), most=1),
    "uname": Options(
        flags="asnrvmpio", longs=_flags("all kernel-name nodename kernel-release machine operating-system"), most=0
    ),
    "arch": _NOTHING,
    "nproc": Options(longs=_flags("all"), most=0),
    "hostname": Options(flags="fsdiI", most=0),
    "uptime": Options(flags="ps", longs=_flags("pretty since"), most=0),
    "free": Options(flags="bkmghtwl", longs=_flags("human mega giga kilo total wide"), most=0),
    "df": Options(flags="ahHiklTP", longs=_flags("all human-readable inodes local print-type portability si total")),
    "cal": Options(flags="13jmwy", words=("word",), most=3),
    "tty": Options(flags="s", most=0),
    "date": Options(
        flags="uRI", values={"d": "text"}, words=("format",), most=1,
        longs={**_flags("utc universal rfc-email"), **_with("text", "date"),
               **_with("word?", "iso-8601"), **_with("word", "rfc-3339")},
    ),
    "numfmt": Options(
        longs={**_with("word", "to from padding field suffix round"), **_flags("grouping")}, words=("number",)
    ),
    "fd": Options(
        flags="HIsigal01puF", values={**dict.fromkeys("teE", "word"), "d": "number"},
        longs={**_flags("hidden no-ignore case-sensitive ignore-case glob absolute-path fixed-strings"),
               **_with("word", "type extension"), **_with("number", "max-depth"), **_with("text", "exclude")},
        words=("text", "file"),
    ),
}  # fmt: skip
