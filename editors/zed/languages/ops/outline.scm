(item
  keyword: (keyword) @context
  head: [(name) (string)] @name) @item

(item
  keyword: (keyword) @context
  head: (phrase . (name) @name)) @item

(statement
  keyword: (keyword) @context
  head: (name) @name
  (#eq? @context "stage")) @item
