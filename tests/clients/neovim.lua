-- A session in a real Neovim, by its own client and nothing else: a policy is opened, broken, mended, asked about, renamed in and
-- formatted. The working directory is a copy of an example.
-- Usage: nvim --clean --headless -S tests/clients/neovim.lua, with `opsc` on the PATH.

local failed = false

local function check(what, holds, found)
  io.stdout:write((holds and "ok " or "FAIL ") .. what .. (holds and "" or ": " .. vim.inspect(found)) .. "\n")
  failed = failed or not holds
end

local function wait(condition)
  return vim.wait(20000, condition, 20)
end

local function lines()
  return vim.api.nvim_buf_get_lines(0, 0, -1, false)
end

local function codes()
  return vim.tbl_map(function(found)
    return found.code
  end, vim.diagnostic.get(0))
end

-- Puts the cursor on a piece of the text.
local function go(pattern)
  vim.fn.cursor(1, 1)
  assert(vim.fn.search(pattern, "cW") > 0, pattern)
end

local function substitute(from, to)
  vim.cmd(("silent %%s/%s/%s/"):format(from, to))
end

local function ask(method, extra)
  local client = vim.lsp.get_clients({ bufnr = 0 })[1]
  local parameters = vim.lsp.util.make_position_params(0, client.offset_encoding)
  local answers = vim.lsp.buf_request_sync(0, method, vim.tbl_extend("force", parameters, extra or {}), 20000)
  return answers and answers[client.id] and answers[client.id].result
end

local function run()
  vim.cmd.edit("main.ops")
  vim.lsp.start({ name = "opsc", cmd = { "opsc", "lsp" }, root_dir = vim.fn.getcwd() })
  check("the server is attached", wait(function()
    local client = vim.lsp.get_clients({ bufnr = 0 })[1]
    return client and client.initialized
  end))
  local before = lines()

  substitute("  except 2025-06-20", "  excpt 2025-06-20")
  check("a mistake is found", wait(function()
    return vim.tbl_contains(codes(), "unknown-field")
  end), codes())
  go("excpt")
  vim.lsp.buf.code_action({
    apply = true,
    filter = function(action)
      return action.title:find("`except`") ~= nil
    end,
  })
  check("its fix is applied", wait(function()
    return vim.deep_equal(lines(), before)
  end), vim.diagnostic.get(0))
  check("the mistake is gone", wait(function()
    return not vim.tbl_contains(codes(), "unknown-field")
  end), codes())

  go("T2 {")
  local hover = ask("textDocument/hover")
  check("hover speaks of the tier", hover and vim.inspect(hover.contents):find("T2") ~= nil, hover)

  go("month-end : hard")
  vim.lsp.buf.rename("closing")
  check("a window is renamed", wait(function()
    return vim.fn.search("^window closing : hard", "nw") > 0
  end))
  vim.cmd("silent undo")
  check("and undone in one step", wait(function()
    return vim.deep_equal(lines(), before)
  end))

  substitute("  scope billing", "      scope     billing")
  vim.lsp.buf.format({ timeout_ms = 20000 })
  check("formatting brings the style back", vim.deep_equal(lines(), before), vim.fn.search("      scope", "nw"))

  vim.lsp.stop_client(vim.lsp.get_clients())
  check("the server ends", wait(function()
    return #vim.lsp.get_clients() == 0
  end))
end

local ran, error = pcall(run)
check("no error", ran, error)
vim.cmd(failed and "cquit 1" or "quitall!")
