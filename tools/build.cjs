// Bundles the Pulumi program to .build/program/<hash of its sources>/index.cjs, or the policy pack to .build/policy/…, and
// answers that path. The name is the content: a changed source has another name, so stale code cannot run. Types are
// checked apart (npm test), as with every way of running TypeScript under Pulumi.
"use strict";
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");

const root = path.dirname(__dirname);

/** What can be bundled: the file that it starts with, and the folders of all that it may import. */
const bundles = {
  program: {
    entry: "index.ts",
    folders: ["components", "network", "observe", "render", "settings", "stacks"],
  },
  policy: { entry: "policy/index.ts", folders: ["network", "policy"] },
};

/** The TypeScript files of a bundle, in a fixed order. */
function sources({ entry, folders }) {
  const files = new Set([entry]);
  const visit = (folder) => {
    for (const entry of fs.readdirSync(path.join(root, folder), { withFileTypes: true })) {
      const name = `${folder}/${entry.name}`;
      if (entry.isDirectory()) visit(name);
      else if (entry.name.endsWith(".ts")) files.add(name);
    }
  };
  folders.forEach(visit);
  return [...[...files].sort(), "package-lock.json", "tools/build.cjs"];
}

/** Answers the path of a bundle for the sources as they are now, building it if it is not there. */
function build(what = "program") {
  const hash = createHash("sha256");
  for (const file of sources(bundles[what]))
    hash
      .update(file)
      .update("\0")
      .update(fs.readFileSync(path.join(root, file)));
  const name = hash.digest("hex").slice(0, 16);
  const target = path.join(root, ".build", what, name, "index.cjs");
  if (fs.existsSync(target)) return target;

  const text = require("esbuild").buildSync({
    entryPoints: [path.join(root, bundles[what].entry)],
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
