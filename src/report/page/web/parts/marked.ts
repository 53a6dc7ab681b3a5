// Markdown of a rule's page in, elements out. Markup in the text stays text: a page may come from a stranger's branch.

import { lexer, type Token, type Tokens } from "marked";
import { h } from "../dom";

export function markdown(text: string): Node[] {
  return lexer(text).flatMap(block);
}

function block(token: Token): Node[] {
  switch (token.type) {
    case "heading": {
      const { depth, tokens } = token as Tokens.Heading;
      return [h(depth <= 2 ? "h3" : "h4", null, ...inline(tokens))];
    }
    case "paragraph":
      return [h("p", null, ...inline((token as Tokens.Paragraph).tokens))];
    case "code": {
      const { lang, text } = token as Tokens.Code;
      return [h("figure", { class: "code" }, lang?.includes("=") && h("figcaption", null, lang.split("=").slice(1).join("=")), h("pre", null, h("code", null, text)))];
    }
    case "list": {
      const { ordered, items } = token as Tokens.List;
      return [h(ordered ? "ol" : "ul", null, ...items.map((item) => h("li", null, ...item.tokens.flatMap((one) => (one.type === "text" ? inline([one]) : block(one))))))];
    }
    case "table": {
      const { header, rows } = token as Tokens.Table;
      const row = (cells: Tokens.TableCell[], name: "th" | "td") => h("tr", null, ...cells.map((cell) => h(name, null, ...inline(cell.tokens))));
      return [h("table", null, row(header, "th"), ...rows.map((cells) => row(cells, "td")))];
    }
    case "blockquote":
      return [h("blockquote", null, ...(token as Tokens.Blockquote).tokens.flatMap(block))];
    case "space":
    case "def":
      return [];
    default:
      return [h("p", null, "raw" in token ? token.raw : "")];
  }
}

function inline(tokens: Token[] | undefined): Node[] {
  return (tokens ?? []).flatMap((token): Node[] => {
    switch (token.type) {
      case "codespan":
        return [h("code", null, token.text)];
      case "strong":
        return [h("strong", null, ...inline(token.tokens))];
      case "em":
        return [h("em", null, ...inline(token.tokens))];
      case "link": {
        const safe = /^https?:/.test(token.href);
        return [h(safe ? "a" : "span", safe ? { href: token.href, rel: "noreferrer", target: "_blank" } : null, ...inline(token.tokens))];
      }
      case "br":
        return [h("br")];
      case "text":
        return token.tokens ? inline(token.tokens) : [document.createTextNode(unescaped(token.text))];
      case "escape":
        return [document.createTextNode(token.text)];
      default:
        return [document.createTextNode("raw" in token ? token.raw : "")];
    }
  });
}

function unescaped(text: string): string {
  const letters: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'" };
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (one) => letters[one]!);
}
