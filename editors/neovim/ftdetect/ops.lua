vim.filetype.add({ extension = { ops = "ops" } })
