// Bundles the Pulumi program to .build/<hash of its sources>/index.cjs and answers that path. The name is the
// content: a changed source has another name, so stale code cannot run. Types are checked apart (npm test), as
// with every way of running TypeScript under Pulumi.
"use strict";
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");

const root = path.dirname(__dirname);
const folders = ["components", "network", "render", "settings", "stacks"];

/** The TypeScript files of the program, in a fixed order. */
function sources() {
  const files = ["index.ts"];
  const visit = (folder) => {
    for (const entry of fs.readdirSync(path.join(root, folder), { withFileTypes: true })) {
      const name = `${folder}/${entry.name}`;
      if (entry.isDirectory()) visit(name);
      else if (entry.name.endsWith(".ts")) files.push(name);
    }
  };
  folders.forEach(visit);
  return [...files.sort(), "package-lock.json", "tools/build.cjs"];
}

/** Answers the path of the bundle for the sources as they are now, building it if it is not there. */
function build() {
  const hash = createHash("sha256");
  for (const file of sources())
    hash
      .update(file)
      .update("\0")
      .update(fs.readFileSync(path.join(root, file)));
  const name = hash.digest("hex").slice(0, 16);
  const target = path.join(root, ".build", "program", name, "index.cjs");
  if (fs.existsSync(target)) return target;

  const text = require("esbuild").buildSync({
    entryPoints: [path.join(root, "index.ts")],
    absWorkingDir: root,
    bundle: true,
    write: false,
    platform: "node",
    format: "cjs",
    target: "node22",
    packages: "external",
    sourcemap: "inline",
  }).outputFiles[0].text;
  fs.mkdirSync(path.dirname(target), { recursive: true });
  const staged = `${target}.${process.pid}`;
  fs.writeFileSync(staged, text);
  fs.renameSync(staged, target);
  return target;
}

module.exports = { build, root };
