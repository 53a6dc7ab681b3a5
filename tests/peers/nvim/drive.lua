-- Types into a file as a person does, and writes what the editor then knows to the file that $ANSWER names.
local function wait_for(what, holds)
  assert(vim.wait(60000, holds, 50), "waited in vain for " .. what)
end

local function request(method, params)
  local answers = vim.lsp.buf_request_sync(0, method, params, 60000) or {}
  for _, answer in pairs(answers) do
    assert(not answer.error, vim.inspect(answer.error))
    return answer.result
  end
end

local function here(line, column)
  vim.api.nvim_win_set_cursor(0, { line, column })
  local params = vim.lsp.util.make_position_params(0, "utf-16")
  params.context = { includeDeclaration = true }
  return params
end

local function codes()
  local found = {}
  for _, one in ipairs(vim.diagnostic.get(0)) do
    found[#found + 1] = one.code or (one.user_data and one.user_data.lsp and one.user_data.lsp.code) or "?"
  end
  table.sort(found)
  return found
end

local ok, why = pcall(function()
  vim.cmd("edit models/orders.sql")
  vim.bo.filetype = "sql"
  wait_for("the server", function()
    local clients = vim.lsp.get_clients and vim.lsp.get_clients() or vim.lsp.get_active_clients()
    return #clients > 0 and clients[1].server_capabilities ~= nil and clients[1].server_capabilities.hoverProvider
  end)
  local answer = {}
  local hover = request("textDocument/hover", here(2, 8))
  answer.hover = hover.contents.value
  local found = request("textDocument/definition", here(2, 8))
  answer.definition = found[1].uri:match("[^/]+$")
  answer.references = #request("textDocument/references", here(2, 8))
  vim.api.nvim_buf_set_lines(0, 0, -1, false, { "select nope", "from {{ ref('stg_orders') }}" })
  wait_for("what is wrong with the line", function()
    return vim.tbl_contains(codes(), "unknown-column")
  end)
  answer.codes = codes()
  local file = assert(io.open(vim.env.ANSWER, "w"))
  file:write(vim.json and vim.json.encode(answer) or vim.fn.json_encode(answer))
  file:close()
end)
if not ok then
  io.stderr:write(tostring(why) .. "\n")
  vim.cmd("cquit")
end
vim.cmd("qall!")
