-- `opsc lsp` for Neovim 0.11 and later. A policy is a folder with `main.ops`.
return {
  cmd = { "opsc", "lsp" },
  filetypes = { "ops" },
  root_markers = { "main.ops", ".git" },
}
