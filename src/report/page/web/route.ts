// Addresses of views: `#/lineage/model.shop.orders/amount?rows=1`. Every state worth sending to a colleague has one.

export interface Route {
  view: string;
  parts: string[];
  query: Record<string, string>;
}

export function parse(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#?\/?/, "").split("?", 2);
  const [view = "", ...parts] = path.split("/").map(decoded);
  return { view, parts: parts.filter((part) => part !== ""), query: Object.fromEntries(new URLSearchParams(query)) };
}

export function link(view: string, parts: string[] = [], query: Record<string, string | number | undefined> = {}): string {
  const path = [view, ...parts].map(encodeURIComponent).join("/");
  const asked = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  const search = new URLSearchParams(asked.map(([key, value]) => [key, String(value)])).toString();
  return `#/${path}${search ? `?${search}` : ""}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
