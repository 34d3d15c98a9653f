[
  (block)
  (names)
  (bracket)
  (arguments)
  (string)
] @fold
