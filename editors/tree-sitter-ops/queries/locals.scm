; Names are unique per kind across a policy: one scope, no shadowing.
(source_file) @local.scope

(item head: (name) @local.definition)
(item head: (phrase . (name) @local.definition))
(name) @local.reference
