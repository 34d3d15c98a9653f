(item) @class.outer
(item block: (block (statement)+ @class.inner))
(statement) @function.outer
(statement block: (block (statement)+ @function.inner))
(list (_) @parameter.inner)
[(comment) (doc_comment) (module_doc)] @comment.outer
