(block "}" @end) @indent
(names "}" @end) @indent
(bracket "]" @end) @indent
(arguments ")" @end) @indent
(parenthesis ")" @end) @indent
