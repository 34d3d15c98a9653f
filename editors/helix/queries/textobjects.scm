(item) @class.around
(item block: (block (_) @class.inside))
(statement) @function.around
(statement block: (block (_) @function.inside))
(list (_) @parameter.inside)
[(comment) (doc_comment) (module_doc)] @comment.inside
(comment)+ @comment.around
