-- Starts the server for every policy. Before Neovim 0.11 there is no `vim.lsp.enable`, and the same is done by hand.
if vim.g.loaded_opsc then
  return
end
vim.g.loaded_opsc = true

if vim.lsp.enable then
  vim.lsp.enable("opsc")
  return
end

vim.api.nvim_create_autocmd("FileType", {
  pattern = "ops",
  group = vim.api.nvim_create_augroup("opsc", {}),
  callback = function(event)
    local found = vim.fs.find({ "main.ops", ".git" }, { upward = true, path = vim.fs.dirname(event.file) })
    vim.lsp.start({ name = "opsc", cmd = { "opsc", "lsp" }, root_dir = found[1] and vim.fs.dirname(found[1]) })
  end,
})
