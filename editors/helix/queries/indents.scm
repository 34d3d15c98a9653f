[(block) (names) (bracket) (arguments) (parenthesis)] @indent
["}" "]" ")"] @outdent
