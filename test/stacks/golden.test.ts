import { readdirSync } from "node:fs";
import { join } from "node:path";
import { readAsset } from "../../components/assets";
import { libraryFolder } from "../../render/host";
import { expectGolden, goldenNames } from "../support/golden";
import { exampleSettings, projectFolder, variants } from "../support/settings";
import { bundlesOf, recordColo, recordHome } from "../support/stacks";
import type { Recording } from "../support/record";

/** The project's programs are copied as they are, so a second copy of them would be no golden but a burden. */
const isProgram = (path: string) => path.startsWith(`${libraryFolder}/`);

const examples = { colo: exampleSettings("colo"), home: exampleSettings("home") };
const varied = { colo: exampleSettings("colo", variants.colo), home: exampleSettings("home", variants.home) };

/** Stacks with golden files, and the names of their hosts. */
const stacks: readonly {
  readonly name: string;
  readonly record: () => Promise<Recording>;
  readonly hosts: Readonly<Record<string, string>>;
}[] = [
  { name: "colo", record: () => recordColo(examples.colo), hosts: { [examples.colo.login.address]: "colo" } },
  {
    name: "home",
    record: () => recordHome(examples.home, examples.colo),
    hosts: { [examples.colo.login.address]: "colo", [examples.home.login.address]: "home" },
  },
  {
    name: "colo-variant",
    record: () => recordColo(varied.colo),
    hosts: { [varied.colo.login.address]: "colo" },
  },
  {
    name: "home-variant",
    record: () => recordHome(varied.home, varied.colo),
    hosts: { [varied.colo.login.address]: "colo", [varied.home.login.address]: "home" },
  },
];

describe.each(stacks)("$name", ({ name, record, hosts }) => {
  let recording: Recording;
  beforeAll(async () => {
    recording = await record();
  });

  test("puts these files on its hosts, and no others (UPDATE_GOLDEN=1 rewrites them)", () => {
    const files = new Map<string, string>();
    for (const bundle of bundlesOf(recording)) {
      const host = hosts[bundle.host] ?? bundle.host;
      // Beside the files: what else a component asks of its host.
      files.set(`/${host}/${bundle.component}.bundle`, bundle.directives.map((line) => `${line}\n`).join(""));
      for (const { path, content } of bundle.files) {
        if (!isProgram(path)) files.set(`/${host}${path}`, content);
      }
    }
    expectGolden(name, files);
  });

  test("puts the project's programs on its own host, byte for byte", () => {
    const [host] = bundlesOf(recording).filter(({ component }) => component === "host");
    const programs = (host?.files ?? []).filter(({ path }) => isProgram(path));
    const assets = ["host", "lan", "names", "tunnel"].flatMap((folder) =>
      readdirSync(join(projectFolder, "assets", folder)).map((file) => `${folder}/${file}`),
    );
    // bootstrap.sh is the one that runs before any file is there.
    const wanted = assets.filter((file) => file !== "host/bootstrap.sh");
    expect(
      new Map(programs.map(({ path, content }) => [path.slice(libraryFolder.length + 1), content])),
    ).toEqual(new Map(wanted.map((file) => [file.replace(/^.*\/|\.(sh|pl)$/g, ""), readAsset(file)])));
    expect(programs.map(({ mode, owner }) => `${mode} ${owner}`)).toEqual(
      programs.map(() => "0755 root:root"),
    );
  });
});

test("there is no golden that nobody compares", () => {
  expect(goldenNames()).toEqual(stacks.map(({ name }) => name).sort());
});
