// The whole repo as a picture: folders or layers, which open into what is in them.

import { push, type Repo } from "../data/repo";
import { depthsBy } from "../data/walk";
import { groupCard, isDrawn, linesOf, measure, relationCard, type Card, type Line, type Scene } from "./scene";

export type By = "folder" | "layer";

/** A folder, or a part of one. */
interface Branch {
  key: string;
  title: string;
  members: number[];
}

/** How many groups the map opens with. */
const START = 26;
/** A leaf with more than this opens into parts. */
const LEAF = 160;

export interface MapPicture {
  scene: Scene;
  /** Groups that were opened by hand, to be closed again. */
  opened: { key: string; title: string }[];
}

export function mapPicture(repo: Repo, by: By, opened: ReadonlySet<string>): MapPicture {
  const all = Array.from({ length: repo.size }, (_, at) => at).filter((one) => isDrawn(repo, one) && !repo.wire.relations.gone[one]);
  let frontier = by === "layer" ? byLayer(repo, all) : start(repo, all);
  const open: MapPicture["opened"] = [];
  const cards: Card[] = [];
  for (let depth = 0; frontier.length; depth++) {
    const next: Branch[] = [];
    for (const branch of frontier) {
      if (!opened.has(`g${branch.key}`) && branch.members.length > 1) cards.push(folderCard(repo, branch));
      else if (branch.members.length === 1) cards.push(relationCard(repo, branch.members[0]!));
      else {
        open.push({ key: `g${branch.key}`, title: branch.title });
        const parts = split(repo, branch);
        if (parts.length > 1) next.push(...parts);
        else cards.push(...branch.members.map((member) => relationCard(repo, member)));
      }
    }
    frontier = next;
  }
  const lines = linesOf(repo, cards);
  return { scene: measure(repo, { cards, lines, ranks: ranksOf(repo, cards, lines) }), opened: open };
}

/** The last part of its path large, the rest small. */
function folderCard(repo: Repo, { key, title, members }: Branch): Card {
  const at = title.includes(" … ") ? -1 : title.lastIndexOf("/");
  const made = groupCard(repo, key, title.slice(at + 1), members);
  if (at > 0) made.note = `${title.slice(0, at)} · ${made.note}`;
  return made;
}

/**
 * Columns of the map. Folders read each other both ways, so how deep their models stand on average says which way a
 * line goes; the longest way along such lines is the column, unless that would be more columns than a screen holds.
 */
function ranksOf(repo: Repo, cards: Card[], lines: Line[]): number[] {
  const depths = depthsOf(repo);
  const means = cards.map((one) => {
    const members = one.members ?? [one.relation!];
    return members.reduce((sum, member) => sum + depths[member]!, 0) / members.length;
  });
  const outputs: number[][] = cards.map(() => []);
  const inputs = new Int32Array(cards.length);
  for (const { from, to } of lines) {
    if (means[from]! >= means[to]!) continue;
    outputs[from]!.push(to);
    inputs[to]!++;
  }
  const longest = [...depthsBy(cards.length, (at) => outputs[at]!, (at) => inputs[at]!)];
  const deepest = Math.max(1, ...means);
  const few = Math.max(...longest) <= MOST_COLUMNS + 1;
  const ranks = few ? longest : means.map((mean) => (mean === 0 ? 0 : Math.max(1, Math.round((mean / deepest) * MOST_COLUMNS))));
  const consumes = cards.map((one) => repo.isConsumer(one.relation ?? one.members![0]!));
  const last = Math.max(0, ...ranks.filter((_, at) => !consumes[at]));
  return ranks.map((rank, at) => (consumes[at] ? last + 1 : rank));
}

const MOST_COLUMNS = 5;
const known = new WeakMap<Repo, Int32Array>();

/** How many reads each relation is away from the farthest of what it is made of. */
function depthsOf(repo: Repo): Int32Array {
  let depths = known.get(repo);
  if (!depths) {
    depths = depthsBy(repo.size, (relation) => repo.readers.of(relation), (relation) => repo.reads.count(relation));
    known.set(repo, depths);
  }
  return depths;
}

/** Groups that can be opened all at once. */
export function allGroups(scene: Scene): string[] {
  return scene.cards.filter((one) => one.members).map((one) => one.key);
}

function byLayer(repo: Repo, all: number[]): Branch[] {
  const layers = new Map<string, number[]>();
  for (const one of all) {
    const kind = repo.kind(one);
    const layer = repo.field(one, "layer") || (kind === "model" || kind === "table" ? "other models" : `${kind.replace("_", " ")}s`);
    push(layers, layer, one);
  }
  return [...layers].map(([layer, members]) => ({ key: `layer ${layer}|`, title: layer, members }));
}

/** Folders, the largest opened again and again until there are enough. */
function start(repo: Repo, all: number[]): Branch[] {
  const byKind = new Map<string, number[]>();
  for (const one of all) push(byKind, kindOf(repo, one), one);
  let branches: Branch[] = [...byKind].map(([kind, members]) => ({ key: `${kind}|`, title: kind, members }));
  const settled = new Set<string>();
  while (branches.length < START) {
    const largest = branches.filter((one) => !settled.has(one.key)).sort((a, b) => b.members.length - a.members.length)[0];
    if (!largest || largest.members.length < 12) break;
    const parts = split(repo, largest);
    settled.add(largest.key);
    const fits = parts.length > 1 && parts.every((part) => part.key.startsWith("models|") || part.key.startsWith("sources|"));
    if (!fits || branches.length + parts.length > START * 1.6 || parts.some((part) => part.key.includes("#"))) continue;
    branches = branches.flatMap((one) => (one === largest ? parts : [one]));
  }
  return branches;
}

function kindOf(repo: Repo, relation: number): string {
  const kind = repo.kind(relation);
  if (kind === "source" || kind === "seed" || kind === "snapshot") return `${kind}s`;
  return repo.isConsumer(relation) ? `${kind.replace("_", " ")}s` : "models";
}

/** A branch into its folders, or where it is one folder, into parts by name; itself alone where it need not be split. */
function split(repo: Repo, { key, members }: Branch): Branch[] {
  const paths = members.map((one) => repo.folder(one).split("/"));
  let shared = 0;
  while (paths.every((path) => path.length > shared && path[shared] === paths[0]![shared])) shared++;
  const parts = new Map<string, number[]>();
  members.forEach((one, at) => push(parts, paths[at]!.slice(0, shared + 1).join("/"), one));
  const kind = key.slice(0, key.indexOf("|") + 1);
  if (parts.size > 1) {
    const title = (path: string) => path.replace(/^(models|source)[/ ]/, "");
    return [...parts].map(([path, some]) => ({ key: kind + path, title: title(path), members: some }));
  }
  if (members.length <= LEAF) return [{ key, title: "", members }];
  const sorted = [...members].sort((a, b) => (repo.name(a) < repo.name(b) ? -1 : 1));
  const size = Math.ceil(sorted.length / Math.ceil(sorted.length / 100));
  const chunks: Branch[] = [];
  for (let at = 0; at < sorted.length; at += size) {
    const some = sorted.slice(at, at + size);
    chunks.push({ key: `${key}#${at}`, title: `${repo.name(some[0]!)} … ${repo.name(some.at(-1)!)}`, members: some });
  }
  return chunks;
}
