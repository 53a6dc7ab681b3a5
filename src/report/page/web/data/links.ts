// Lists of neighbours, flat: those of `n` are `to[starts[n]]` up to, not with, `to[starts[n + 1]]`.

export class Links {
  constructor(
    readonly starts: Uint32Array,
    readonly to: Uint32Array,
    /** For each link the number of the edge it stands for. */
    readonly edge: Uint32Array,
  ) {}

  static ofCounts(counts: number[], to: number[]): Links {
    const starts = new Uint32Array(counts.length + 1);
    for (let at = 0; at < counts.length; at++) starts[at + 1] = starts[at]! + counts[at]!;
    return new Links(starts, Uint32Array.from(to), Uint32Array.from(to.keys()));
  }

  static ofLists(lists: number[][]): Links {
    return Links.ofCounts(lists.map((list) => list.length), lists.flat());
  }

  /** The same links, seen from their other ends, of which there are `count`. */
  reversed(count: number): Links {
    const starts = new Uint32Array(count + 1);
    for (const end of this.to) starts[end + 1]!++;
    for (let at = 0; at < count; at++) starts[at + 1]! += starts[at]!;
    const next = starts.slice();
    const to = new Uint32Array(this.to.length);
    const edge = new Uint32Array(this.to.length);
    for (let from = 0; from + 1 < this.starts.length; from++) {
      for (let at = this.starts[from]!; at < this.starts[from + 1]!; at++) {
        const place = next[this.to[at]!]!++;
        to[place] = from;
        edge[place] = this.edge[at]!;
      }
    }
    return new Links(starts, to, edge);
  }

  of(node: number): Uint32Array {
    return this.to.subarray(this.starts[node], this.starts[node + 1]);
  }

  count(node: number): number {
    return this.starts[node + 1]! - this.starts[node]!;
  }

  /** Calls with each neighbour and the edge that leads there. */
  each(node: number, call: (to: number, edge: number) => void): void {
    for (let at = this.starts[node]!; at < this.starts[node + 1]!; at++) call(this.to[at]!, this.edge[at]!);
  }
}
