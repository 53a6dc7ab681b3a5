// The repo as the page asks about it: relations and columns are numbers, their facts are looked up here.

import { Links } from "./links";
import type { Verdict, Wire, WireConsumer, WireEdges, WireFinding, WireImpact } from "./wire";

export type Direction = "up" | "down";

/** One read of a column. */
export interface Read {
  column: number;
  via: string;
  path: string;
  line: number;
}

const CONSUMERS = new Set(["exposure", "metric", "semantic_model", "saved_query", "unit_test"]);

export class Repo {
  /** Relations: what each reads, and who reads it. */
  readonly reads: Links;
  readonly readers: Links;
  /** Columns: what the value of each is made of, and what is made of it. */
  readonly inputs: Links;
  readonly outputs: Links;
  /** Relations to the columns that decide their rows, and back. */
  readonly deciders: Links;
  readonly decided: Links;
  /** Number of the first column of each relation. */
  readonly firstColumn: Uint32Array;
  readonly impacts = new Map<number, WireImpact>();
  readonly consumerImpacts = new Map<number, WireConsumer>();
  readonly findings: WireFinding[];
  private readonly owners: Uint32Array;
  private readonly byId = new Map<string, number>();
  private readonly namedBy = new Map<number, Set<number>>();
  private readonly found = new Map<number, WireFinding[]>();

  constructor(readonly wire: Wire) {
    const { relations, columns } = wire;
    const count = relations.id.length;
    this.reads = Links.ofLists(relations.reads);
    this.readers = this.reads.reversed(count);
    this.inputs = Links.ofCounts(wire.edges.count, wire.edges.to);
    this.outputs = this.inputs.reversed(columns.name.length);
    this.deciders = Links.ofCounts(wire.rows.count, wire.rows.to);
    this.decided = this.deciders.reversed(columns.name.length);
    this.firstColumn = new Uint32Array(count + 1);
    this.owners = new Uint32Array(columns.name.length);
    for (let at = 0; at < count; at++) {
      this.firstColumn[at + 1] = this.firstColumn[at]! + columns.count[at]!;
      this.owners.fill(at, this.firstColumn[at], this.firstColumn[at + 1]);
      this.byId.set(this.text(relations.id[at]!), at);
    }
    for (const [consumer, named] of columns.named) this.namedBy.set(consumer, new Set(named));
    for (const impact of wire.change?.models ?? []) this.impacts.set(impact.relation, impact);
    for (const one of wire.change?.consumers ?? []) if (one.relation) this.consumerImpacts.set(one.relation - 1, one);
    this.findings = wire.findings?.all ?? [];
    for (const one of this.findings) if (one.relation) push(this.found, one.relation - 1, one);
  }

  text(number: number): string {
    return this.wire.text[number] ?? "";
  }

  get size(): number {
    return this.wire.relations.id.length;
  }

  get columnCount(): number {
    return this.wire.columns.name.length;
  }

  id(relation: number): string {
    return this.text(this.wire.relations.id[relation]!);
  }

  find(id: string): number | undefined {
    return this.byId.get(id);
  }

  name(relation: number): string {
    return this.text(this.wire.relations.name[relation]!);
  }

  kind(relation: number): string {
    return this.wire.relations.kinds[this.wire.relations.kind[relation]!]!;
  }

  /** Reads what the repo builds, and builds nothing itself. */
  isConsumer(relation: number): boolean {
    return CONSUMERS.has(this.kind(relation));
  }

  isBuilt(relation: number): boolean {
    return ["model", "snapshot", "table"].includes(this.kind(relation)) && !this.wire.relations.gone[relation];
  }

  path(relation: number): string {
    return this.text(this.wire.relations.path[relation]!);
  }

  /** Any other field that is a text. */
  field(relation: number, field: "layer" | "about" | "owner" | "tags" | "materialized" | "url" | "keys" | "tests" | "why" | "project"): string {
    return this.text(this.wire.relations[field][relation]!);
  }

  status(relation: number): "exact" | "partial" | "opaque" {
    return (["exact", "partial", "opaque"] as const)[this.wire.relations.status[relation]!]!;
  }

  /** Where it belongs in the repo: its folder, the name of its source, or its kind. */
  folder(relation: number): string {
    const kind = this.kind(relation);
    if (kind === "source") return `source ${this.name(relation).split(".")[0]}`;
    if (this.isConsumer(relation)) return kind === "exposure" ? "exposures" : `${kind.replace("_", " ")}s`;
    const path = this.path(relation);
    return path.slice(0, Math.max(0, path.lastIndexOf("/"))) || "/";
  }

  /** Its columns: the first, and the one behind the last. */
  columns(relation: number): [number, number] {
    return [this.firstColumn[relation]!, this.firstColumn[relation + 1]!];
  }

  relationOf(column: number): number {
    return this.owners[column]!;
  }

  columnName(column: number): string {
    return this.text(this.wire.columns.name[column]!);
  }

  findColumn(relation: number, name: string): number | undefined {
    const [first, end] = this.columns(relation);
    const wanted = name.toLowerCase();
    for (let at = first; at < end; at++) if (this.columnName(at).toLowerCase() === wanted) return at;
    return undefined;
  }

  /** `orders.amount`. */
  fullName(column: number): string {
    return `${this.name(this.relationOf(column))}.${this.columnName(column)}`;
  }

  columnField(column: number, field: "type" | "about" | "tests"): string {
    return this.text(this.wire.columns[field][column]!);
  }

  /** Whether it may be NULL; nothing where that is not known. */
  nullable(column: number): boolean | undefined {
    return [undefined, true, false][this.wire.columns.null[column]!];
  }

  isKey(column: number): boolean {
    const name = this.columnName(column);
    return this.field(this.relationOf(column), "keys").split("\n").includes(name);
  }

  links(direction: Direction): Links {
    return direction === "up" ? this.reads : this.readers;
  }

  /** May a consumer read this column? Those that name none may read all. */
  mayRead(consumer: number, column: number): boolean {
    return this.namedBy.get(consumer)?.has(column) ?? true;
  }

  readsOf(column: number): Read[] {
    return this.listed(this.inputs, column, this.wire.edges, this.relationOf(column));
  }

  /** Columns made of this one, each as a read of it. */
  readersOf(column: number): Read[] {
    const found: Read[] = [];
    this.outputs.each(column, (to, edge) => found.push(this.read(to, edge, this.wire.edges, this.relationOf(to))));
    return found;
  }

  decidersOf(relation: number): Read[] {
    return this.listed(this.deciders, relation, this.wire.rows, relation);
  }

  via(edge: number): string {
    return this.wire.edges.vias[this.wire.edges.via[edge]!]!;
  }

  findingsOf(relation: number): WireFinding[] {
    return this.found.get(relation) ?? [];
  }

  /** What the change means for it; nothing where there is no change, or it was not reached. */
  verdict(relation: number): Verdict | undefined {
    return this.impacts.get(relation)?.verdict ?? this.consumerImpacts.get(relation)?.verdict;
  }

  private listed(links: Links, node: number, edges: WireEdges, reader: number): Read[] {
    const found: Read[] = [];
    links.each(node, (to, edge) => found.push(this.read(to, edge, edges, reader)));
    return found;
  }

  private read(column: number, edge: number, edges: WireEdges, reader: number): Read {
    const elsewhere = edges.elsewhere.find(([one]) => one === edge);
    const path = elsewhere ? this.text(elsewhere[1]) : this.path(reader);
    return { column, via: edges.vias[edges.via[edge]!]!, path, line: edges.line[edge]! };
  }
}

export function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
