// The packed text of the page in, its data out: base64, then deflate, then JSON.

import type { Wire } from "./wire";

export async function unpack(packed: string): Promise<Wire> {
  const stream = new Blob([bytes(packed.trim())]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return JSON.parse(await new Response(stream).text()) as Wire;
}

function bytes(base64: string): Uint8Array<ArrayBuffer> {
  const letters = atob(base64);
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < letters.length; at++) bytes[at] = letters.charCodeAt(at);
  return bytes;
}
