-- Starts `sluice lsp` for SQL and YAML in the repo around a file. Works from Neovim 0.7 on; from 0.11 on
-- `vim.lsp.config` and `vim.lsp.enable` say the same in fewer words, see docs/editors.md.
vim.api.nvim_create_autocmd("FileType", {
  pattern = { "sql", "yaml", "jinja" },
  callback = function(args)
    local name = vim.api.nvim_buf_get_name(args.buf)
    local folder = vim.fn.finddir(".git", vim.fn.fnamemodify(name, ":p:h") .. ";")
    local root = folder ~= "" and vim.fn.fnamemodify(folder, ":p:h:h") or vim.fn.getcwd()
    local config = { name = "sluice", cmd = { vim.env.SLUICE or "sluice", "lsp" }, root_dir = root }
    if vim.lsp.start then
      vim.lsp.start(config)
    else
      _G.sluice_clients = _G.sluice_clients or {}
      _G.sluice_clients[root] = _G.sluice_clients[root] or vim.lsp.start_client(config)
      vim.lsp.buf_attach_client(args.buf, _G.sluice_clients[root])
    end
  end,
})
