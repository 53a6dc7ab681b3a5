// The shape of the data that src/report/page writes. A number that names a text is a place in `text`.

export interface Wire {
  tool: string;
  title: string;
  moment: string;
  view: string;
  projects: { name: string; root: string; dialect: string }[];
  relations: WireRelations;
  columns: WireColumns;
  edges: WireEdges;
  rows: WireEdges;
  macros: WireMacro[];
  findings?: WireFindings;
  change?: WireChange;
  /** Relations that were chosen when the page was made. */
  chosen?: number[];
  text: string[];
}

export interface WireRelations {
  kinds: string[];
  id: number[];
  name: number[];
  kind: number[];
  project: number[];
  path: number[];
  status: number[];
  gone: number[];
  layer: number[];
  about: number[];
  owner: number[];
  tags: number[];
  materialized: number[];
  url: number[];
  keys: number[];
  tests: number[];
  contract: number[];
  why: number[];
  reads: number[][];
}

export interface WireColumns {
  count: number[];
  name: number[];
  type: number[];
  null: number[];
  about: number[];
  tests: number[];
  named: [number, number[]][];
}

export interface WireEdges {
  vias: string[];
  count: number[];
  to: number[];
  via: number[];
  line: number[];
  elsewhere: [number, number][];
}

export interface WireMacro {
  name: number;
  takes: number;
  project: number;
  path: number;
  line: number;
  about: number;
  used: number[];
}

export interface WireFindings {
  all: WireFinding[];
  rules: { name: number; about: number; page: number }[];
  compared?: [number, number];
}

export interface WireFinding {
  rule: number;
  level: 0 | 1 | 2;
  path: number;
  line: number;
  message: number;
  help: number;
  relation: number;
  code: number;
  mark: [number, number];
  fix: 0 | 1 | 2;
  new: 0 | 1;
}

/** 0 stays, 1 differs, 2 breaks. */
export type Verdict = 0 | 1 | 2;

export interface WireChange {
  base: string;
  head: string;
  staying: number;
  models: WireImpact[];
  inputs: number[];
  consumers: WireConsumer[];
}

export interface WireImpact {
  relation: number;
  verdict: Verdict;
  change: string;
  class: string;
  meaning: string;
  edited: boolean;
  proved: boolean;
  facts: number[];
  columns: { name: number; change: string; said: number; causes: [number, number][] }[];
  because: [number, number, number][];
}

export interface WireConsumer {
  relation: number;
  name: number;
  kind: string;
  verdict: Verdict;
  owner: number;
  through: [number, number][];
}
