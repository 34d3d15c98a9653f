; Made of editors/tree-sitter-ops/queries/injections.scm: BLESS=1 tests/editors/run makes it anew.

((statement
  keyword: (keyword) @_field
  head: (string [(string_content) (escape)] @injection.content))
  (#eq? @_field "prometheus")
  (#set! injection.language "promql"))

((statement
  keyword: (keyword) @_field
  head: (string [(string_content) (escape)] @injection.content))
  (#any-of? @_field "run" "undo" "inverse")
  (#set! injection.language "bash"))
