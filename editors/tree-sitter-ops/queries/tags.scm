; What an item declares: `window weekend : soft`, `pipeline release for shop`, `test "Black Friday"`.
(item
  (doc_comment)* @doc
  head: [(name) (string)] @name) @definition.module

(item
  (doc_comment)* @doc
  head: (phrase . (name) @name)) @definition.module

(statement
  (doc_comment)* @doc
  keyword: (keyword) @_stage
  head: (name) @name
  (#eq? @_stage "stage")) @definition.function

(path segment: (name) @name) @reference.module
