// Starts `sluice lsp` and hands it the documents of the workspace; all that is shown comes from there.

import { ExtensionContext, commands, window, workspace } from "vscode";
import { LanguageClient, LanguageClientOptions, ServerOptions } from "vscode-languageclient/node";

let client: LanguageClient | undefined;

const settings = () => workspace.getConfiguration("sluice");

function create(): LanguageClient {
  const server: ServerOptions = { command: settings().get("path", "sluice"), args: ["lsp"] };
  const options: LanguageClientOptions = {
    documentSelector: ["sql", "jinja-sql", "snowflake-sql", "yaml", "jinja-yaml"].map((language) => ({
      scheme: "file",
      language,
    })),
    initializationOptions: settings(),
    synchronize: { configurationSection: "sluice" },
  };
  return new LanguageClient("sluice", "Sluice", server, options);
}

/** What the change so far means: the answer of `sluice impact --format json`, in a document of its own. */
async function impact(): Promise<void> {
  const uri = window.activeTextEditor?.document.uri.toString();
  const answer = await client?.sendRequest("sluice/impact", { uri });
  const content = JSON.stringify(answer, undefined, 2);
  await window.showTextDocument(await workspace.openTextDocument({ language: "json", content }), { preview: true });
}

export async function activate(context: ExtensionContext): Promise<void> {
  context.subscriptions.push(
    commands.registerCommand("sluice.impact", impact),
    commands.registerCommand("sluice.restart", () => client?.restart()),
  );
  client = create();
  try {
    await client.start();
  } catch {
    const path = settings().get("path", "sluice");
    void window.showErrorMessage(`Sluice could not be started as \`${path}\`. Install it, or set \`sluice.path\`.`);
  }
}

export const deactivate = (): Promise<void> | undefined => client?.stop();
