import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { inLab } from "./paths";
import { run, type Outcome, type RunOptions } from "./run";

/**
 * Runs a command in a throwaway copy of an image and in a network of its own, with `files` (absolute path to content)
 * laid into it: what a program of Debian says about a rendered file, without a host and without a trace.
 */
export async function runInImage(
  image: string,
  argv: readonly string[],
  files: Readonly<Record<string, string>> = {},
  options: RunOptions = {},
): Promise<Outcome> {
  const directory = mkdtempSync(join(tmpdir(), "lab-image-"));
  try {
    for (const [path, content] of Object.entries(files)) {
      const target = join(directory, path);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, content);
    }
    const script = 'cp -R /srv/lab/. / && ip link set lo up && exec "$@"';
    return await run(
      ["unshare", "-m", "-n", inLab("in-image.sh"), image, directory, "sh", "-c", script, "sh", ...argv],
      options,
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
