[
  (block)
  (names)
  (bracket)
  (arguments)
  (parenthesis)
] @indent.begin

["}" "]" ")"] @indent.branch @indent.end

; A block string's lines stand as they are.
(string) @indent.auto
[(comment) (doc_comment) (module_doc)] @indent.ignore
