// Words in; models, columns, sources, exposures and macros that are called so, the best first, out.

import uFuzzy from "@leeoniya/ufuzzy";
import type { Repo } from "./repo";

export type Hit =
  | { kind: "relation"; relation: number; name: string; marks: number[] }
  | { kind: "column"; column: number; name: string; marks: number[] }
  | { kind: "macro"; macro: number; name: string; marks: number[] };

/** What is looked through. */
export type Scope = "all" | "models" | "columns" | "sources" | "exposures" | "macros";

/** Letters may be left out or swapped where strict reading finds little. */
const STRICT = new uFuzzy({ intraMode: 1, intraIns: 0 });
const LOOSE = new uFuzzy({ intraMode: 0, intraIns: Infinity, intraChars: "." });
const UNICODE = new uFuzzy({ unicode: true, interSplit: "[^\\p{L}\\d']+", intraSplit: "\\p{Ll}\\p{Lu}", intraBound: "\\p{L}\\d|\\d\\p{L}|\\p{Ll}\\p{Lu}", intraChars: "[\\p{L}\\d']", intraContr: "'\\p{L}{1,2}\\b" });

export class Search {
  private readonly relations: string[];
  private columns?: string[];
  private readonly macros: string[];

  constructor(private readonly repo: Repo) {
    this.relations = Array.from({ length: repo.size }, (_, at) => repo.name(at));
    this.macros = repo.wire.macros.map((one) => repo.text(one.name));
  }

  /** What one may want before a word is typed: what most others read. */
  first(limit: number): Hit[] {
    const { repo } = this;
    const all = Array.from({ length: repo.size }, (_, at) => at).filter((at) => !repo.isConsumer(at));
    return least(all, limit, (at) => -repo.readers.count(at)).map((relation): Hit => ({ kind: "relation", relation, name: this.relations[relation]!, marks: [] }));
  }

  find(words: string, scope: Scope, limit: number): Hit[] {
    const { repo } = this;
    const hits: Hit[] = [];
    const asked = (...scopes: Scope[]) => scope === "all" || scopes.includes(scope);
    if (asked("models", "sources", "exposures")) {
      const inScope = (at: number) => scope === "all" || scopeOf(repo, at) === scope;
      const found = ranked(this.relations, words, limit * 4, (at) => repo.readers.count(at));
      hits.push(...found.filter(({ at }) => inScope(at)).slice(0, limit).map(({ at, marks }): Hit => ({ kind: "relation", relation: at, name: this.relations[at]!, marks })));
    }
    if (asked("macros")) hits.push(...ranked(this.macros, words, limit, (at) => repo.wire.macros[at]!.used.length).map(({ at, marks }): Hit => ({ kind: "macro", macro: at, name: this.macros[at]!, marks })));
    if (asked("columns")) {
      this.columns ??= Array.from({ length: repo.columnCount }, (_, at) => repo.fullName(at));
      const found = ranked(this.columns, words, limit, (at) => repo.outputs.count(at));
      hits.push(...found.map(({ at, marks }): Hit => ({ kind: "column", column: at, name: this.columns![at]!, marks })));
    }
    return hits;
  }
}

function scopeOf(repo: Repo, relation: number): Scope {
  const kind = repo.kind(relation);
  if (kind === "source" || kind === "seed") return "sources";
  return repo.isConsumer(relation) ? "exposures" : "models";
}

interface Found {
  at: number;
  marks: number[];
}

function ranked(names: string[], words: string, limit: number, weight: (at: number) => number): Found[] {
  const plain = /^[\x00-\x7f]*$/.test(words);
  let found = once(plain ? STRICT : UNICODE, names, words, limit, weight);
  if (found.length < 3 && plain && words.length > 2) {
    const known = new Set(found.map(({ at }) => at));
    found = [...found, ...once(LOOSE, names, words, limit, weight).filter(({ at }) => !known.has(at))].slice(0, limit);
  }
  return found;
}

function once(fuzzy: uFuzzy, names: string[], words: string, limit: number, weight: (at: number) => number): Found[] {
  const matching = fuzzy.filter(names, words) ?? [];
  if (!matching.length) return [];
  const wanted = words.toLowerCase();
  // Who is called exactly so comes first, then who starts so; among equals the one that many read.
  const class_ = (at: number) => {
    const name = names[at]!.toLowerCase();
    const last = name.slice(name.lastIndexOf(".") + 1);
    if (name === wanted) return 0;
    if (last === wanted) return 1;
    return name.startsWith(wanted) ? 2 : last.startsWith(wanted) ? 3 : name.includes(wanted) ? 4 : 5;
  };
  const worth = (at: number) => class_(at) * 1e6 + names[at]!.length * 20 - Math.min(400, weight(at));
  const best = least(matching, limit, worth);
  const info = fuzzy.info([...best].sort((a, b) => a - b), names, words);
  const marks = new Map(info.idx.map((at, number) => [at, info.ranges[number]!]));
  return best.map((at) => ({ at, marks: marks.get(at) ?? [] }));
}

/** The few items of least value, in order: sorting all of a large repo for each letter that is typed would take too long. */
function least(items: number[], count: number, value: (item: number) => number): number[] {
  const kept: { item: number; by: number }[] = [];
  for (const item of items) {
    const by = value(item);
    if (kept.length === count && by >= kept[count - 1]!.by) continue;
    let at = kept.length;
    while (at > 0 && kept[at - 1]!.by > by) at--;
    kept.splice(at, 0, { item, by });
    if (kept.length > count) kept.pop();
  }
  return kept.map(({ item }) => item);
}
