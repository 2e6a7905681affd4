/** A file as a host takes it out of a bundle. */
export interface UnpackedFile {
  readonly path: string;
  readonly mode: string;
  readonly owner: string;
  readonly content: string;
}

/** A bundle as a host reads it, by the same rules as split_bundle of assets/host/converge.sh. */
export function unpack(bundle: string): { readonly directives: string[]; readonly files: UnpackedFile[] } {
  const directives: string[] = [];
  const files: { path: string; mode: string; owner: string; content: string }[] = [];
  const lines = bundle.split("\n");
  // What stands after the last newline is no line.
  if (lines.pop() !== "") throw new Error("the bundle does not end with a newline");
  for (const line of lines) {
    const file = files.at(-1);
    if (line === "" || line.startsWith("    ")) {
      if (file === undefined) throw new Error(`content before the first file: ${line}`);
      file.content += `${line.slice(4)}\n`;
    } else {
      directives.push(line);
      const [word, mode = "", owner = "", path = ""] = line.split(" ");
      if (word === "file") files.push({ path, mode, owner, content: "" });
    }
  }
  return { directives, files };
}
