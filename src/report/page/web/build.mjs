// Makes ../page.html of the sources here: one file with its style, its script and the licences of what it bundles.
// `--check` writes nothing and fails where the committed page is another.

import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "..", "page.html");
const read = (path) => readFileSync(join(here, path), "utf8");

async function bundle(entry) {
  const made = await build({ entryPoints: [join(here, entry)], bundle: true, minify: true, write: false, format: "iife", target: "es2022", charset: "utf8", legalComments: "none" });
  return made.outputFiles[0].text.trim();
}

function licences() {
  const { dependencies } = JSON.parse(read("package.json"));
  const texts = Object.keys(dependencies).map((name) => {
    const folder = join("node_modules", name);
    const file = readdirSync(join(here, folder)).find((one) => /^licen[sc]e/i.test(one));
    if (!file) throw new Error(`${name} has no licence file`);
    return `${name} ${dependencies[name]}\n\n${read(join(folder, file)).trim()}`;
  });
  return `This page bundles:\n\n${texts.join("\n\n----\n\n")}`.replace(/\r\n/g, "\n").replaceAll("--", "- -");
}

const hash = (text) => `sha256-${createHash("sha256").update(text).digest("base64")}`;

const [bundled, style] = await Promise.all([bundle("main.ts"), bundle("style.css")]);
// A comment's start in a text or pattern of the script would make HTML overlook the script's end.
const script = bundled.replaceAll("<!--", "\\x3C!--");
if (/<\/script/i.test(script) || /<\/style/i.test(style)) throw new Error("the bundle would end its own element");
const parts = { "script-hash": hash(script), "style-hash": hash(style), script, style, licences: licences() };
const page = read("index.html").replace(/\{\{([a-z-]+)\}\}/g, (mark, name) => parts[name] ?? mark);

if (process.argv.includes("--check")) {
  if (readFileSync(target, "utf8") !== page) {
    console.error("src/report/page/page.html is not what its sources make: run `npm ci && npm run build` in src/report/page/web");
    process.exit(1);
  }
} else writeFileSync(target, page);
console.log(`page.html: ${Math.round(page.length / 1024)} KB, of it script ${Math.round(script.length / 1024)} KB`);
