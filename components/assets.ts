import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The project's folder: the nearest one above this module that has a Pulumi.yaml. */
function projectFolder(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, "Pulumi.yaml"))) {
    if (dirname(folder) === folder) throw new Error(`no Pulumi.yaml above ${__dirname}`);
    folder = dirname(folder);
  }
  return folder;
}

/** The text of a file under assets/, byte for byte. */
export const readAsset = (path: string): string =>
  readFileSync(join(projectFolder(), "assets", path), "utf8");
