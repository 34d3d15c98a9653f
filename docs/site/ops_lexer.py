"""Colours `.ops` in the pages of the site: the first word of a statement, names of kinds, text, times and numbers, comments."""
from pygments.lexer import RegexLexer, bygroups
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, Text


__all__ = ["OpsLexer"]


class OpsLexer(RegexLexer):
    name = "ops"
    aliases = ["ops"]
    filenames = ["*.ops"]
    tokens = {
        "root": [
            (r"///.*$", String.Doc),
            (r"//.*$", Comment.Single),
            (r'"', String, "text"),
            (r"@[\w-]+", Name.Decorator),
            (r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?Z?)?", Number),
            (r"\d{1,2}:\d{2}\b", Number),
            (r"\$?\d[\d_.]*(?:%|[a-z]+\b)?(?:/[a-z]+\b)?", Number),
            (r"(^|[{;])([^\S\n]*)([a-zA-Z][\w-]*)", bygroups(Punctuation, Text, Keyword)),
            (r"[a-zA-Z][\w.-]*\w|[a-zA-Z]", Name),
            (r"\.\.|<=|>=|[<>=+*/-]", Operator),
            (r"[{}();:,|\[\]]", Punctuation),
            (r"\n|[^\S\n]+", Text),
            (r".", Text),
        ],
        "text": [(r"\\.", String.Escape), (r'[^"\\\n]+', String), (r'"|\n', String, "#pop")],
    }
