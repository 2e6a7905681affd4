import { existsSync } from "node:fs";
import { join } from "node:path";
import { arch, cacheFolder, makeFolder } from "../engine/cache";
import { buildGoProgram } from "../engine/go-build";

/** The release of actionlint, the checker of GitHub's workflow files; actionlint-module/go.mod pins the same. */
export const actionlintVersion = "1.7.12";

/** Answers the path of actionlint, building it once per machine and version. */
export async function ensureActionlint(onProgress: (line: string) => void): Promise<string> {
  const folder = join(cacheFolder(), "actionlint", `${actionlintVersion}-${arch}`);
  const path = join(folder, "actionlint");
  if (existsSync(path)) return path;
  onProgress(`building actionlint ${actionlintVersion} from its Go modules, once`);
  const program = {
    title: `actionlint ${actionlintVersion}`,
    moduleFolder: join(__dirname, "actionlint-module"),
    package: "github.com/rhysd/actionlint/cmd/actionlint",
    output: "actionlint",
    otherwise: "name the other suites: npm test -- format lint types shell unit contract lab",
  };
  await makeFolder(folder, (staging) => buildGoProgram(program, staging, onProgress));
  return path;
}
