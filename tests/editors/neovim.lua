-- Asks a Neovim without a screen what it made of our plugin: file type, colours, folds, indents, and the findings of the server.

local said, failed = {}, false

local function check(what, holds, found)
  said[#said + 1] = (holds and "ok " or "FAIL ") .. what .. (holds and "" or ": " .. vim.inspect(found))
  failed = failed or not holds
end

local function captures(line, column)
  return vim.tbl_map(function(capture)
    return capture.capture
  end, vim.treesitter.get_captures_at_pos(0, line - 1, column - 1))
end

local function run()
  check("the file type", vim.bo.filetype == "ops", vim.bo.filetype)
  check("how a comment is written", vim.bo.commentstring == "// %s", vim.bo.commentstring)
  check("colours by the tree", vim.treesitter.highlighter.active[0 + vim.api.nvim_get_current_buf()] ~= nil)
  check("the tree has no error", not vim.treesitter.get_parser():parse()[1]:root():has_error())
  local window = vim.fn.search("^window ", "cw")
  check("a keyword is one", vim.tbl_contains(captures(window, 1), "keyword"), captures(window, 1))
  check("a name is a type", vim.tbl_contains(captures(window, 8), "type"), captures(window, 8))
  check("a block folds", vim.treesitter.foldexpr(window) == ">1", vim.treesitter.foldexpr(window))
  for _, query in ipairs({ "highlights", "folds", "indents", "injections", "locals", "textobjects" }) do
    check("queries/" .. query, vim.treesitter.query.get("ops", query) ~= nil)
  end

  local attached = vim.wait(20000, function()
    return #vim.lsp.get_clients({ bufnr = 0, name = "opsc" }) == 1
  end)
  check("the server is attached", attached, vim.lsp.get_clients())
  check("its root", attached and vim.fn.fnamemodify(vim.lsp.get_clients()[1].root_dir, ":t") == "mistakes", vim.lsp.get_clients())
  vim.wait(20000, function()
    return #vim.diagnostic.get(0) > 0
  end)
  local codes = vim.tbl_map(function(found)
    return found.code
  end, vim.diagnostic.get(0))
  check("its findings", vim.tbl_contains(codes, "unknown-name") and vim.tbl_contains(codes, "unknown-unit"), codes)
end

local ran, error = pcall(run)
check("no error", ran, error)
io.stdout:write(table.concat(said, "\n") .. "\n")
vim.cmd(failed and "cquit 1" or "quitall!")
