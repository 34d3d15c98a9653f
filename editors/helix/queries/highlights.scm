; Made of editors/tree-sitter-ops/queries/highlights.scm: BLESS=1 tests/editors/run makes it anew.

; What a word means the schema says, not the syntax: names are left plain here, and `opsc lsp` colours them by what they are.

(comment) @comment.line
[(doc_comment) (module_doc)] @comment.line.documentation

(item keyword: (keyword) @keyword)
(statement keyword: (keyword) @variable.other.member)
(clause keyword: _ @keyword)

; What an item declares, and of which kind it is.
(item head: (name) @type)
(item head: (phrase . (name) @type))
(annotation (name) @type)
(statement
  keyword: (keyword) @_stage
  head: (name) @type
  (#eq? @_stage "stage"))

"use" @keyword
(path segment: (name) @namespace)
(path only: (names (name) @type))

(attribute "@" @attribute name: (name) @attribute)
(call function: (name) @function)

; Words that only bind others together. A name may be spelled alike, so they count in a phrase alone.
(phrase (name) @keyword.operator
  (#any-of? @keyword.operator "at" "by" "each" "else" "every" "for" "in" "of" "then" "through" "until" "within"))

((name) @constant.builtin
  (#any-of? @constant.builtin
    "Mon" "Tue" "Wed" "Thu" "Fri" "Sat" "Sun"
    "Jan" "Feb" "Mar" "Apr" "May" "Jun" "Jul" "Aug" "Sep" "Oct" "Nov" "Dec"))

(string) @string
(escape) @constant.character.escape
(boolean) @constant.builtin.boolean
[(number) (ratio) (points) (duration) (ordinal) (rate) (money)] @constant.numeric
[(date) (time) (local) (instant) (zoned)] @string.special
(malformed) @error

["and" "or" "not" "in"] @keyword.operator
["=" "==" "!=" "<" "<=" ">" ">=" "+" "-" "*" "/"] @operator
(range) @operator

["{" "}" "[" "]" "(" ")"] @punctuation.bracket
["," ";" "." ":"] @punctuation.delimiter
