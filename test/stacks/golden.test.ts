import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { readAsset } from "../../components/assets";
import { libraryFolder } from "../../render/host";
import { healthFolder } from "../../render/health";
import { metricsFolder } from "../../render/metrics";
import { statusFolder } from "../../render/status";
import { upgradesFolder } from "../../render/upgrades";
import { programFolder as uplinksFolder } from "../../render/uplinks";
import { expectGolden, goldenNames } from "../support/golden";
import { exampleSettings, joolSettings, projectFolder, variants } from "../support/settings";
import { bundlesOf, recordColo, recordHome } from "../support/stacks";
import type { Recording } from "../support/record";

/** The project's programs are copied as they are, so a second copy of them would be no golden but a burden. */
const isProgram = (path: string) =>
  [libraryFolder, uplinksFolder, healthFolder, metricsFolder, statusFolder, upgradesFolder].includes(
    dirname(path),
  );

const withJool = exampleSettings("colo", joolSettings);
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
    name: "colo-jool",
    record: () => recordColo(withJool),
    hosts: { [withJool.login.address]: "colo" },
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

test.each([
  {
    what: "home with several uplinks",
    record: () => recordHome(varied.home, varied.colo),
    folder: uplinksFolder,
    assets: "uplink",
  },
  {
    what: "home that is looked after",
    record: () => recordHome(varied.home, varied.colo),
    folder: healthFolder,
    assets: "health",
  },
  {
    what: "home that shows how it is",
    record: () => recordHome(varied.home, varied.colo),
    folder: statusFolder,
    assets: "status",
  },
  {
    what: "colo that upgrades itself",
    record: () => recordColo(varied.colo),
    folder: upgradesFolder,
    assets: "upgrades",
  },
  {
    what: "colo that is looked after",
    record: () => recordColo(varied.colo),
    folder: healthFolder,
    assets: "health",
  },
  {
    what: "home that tells how it is",
    record: () => recordHome(varied.home, varied.colo),
    folder: metricsFolder,
    assets: "metrics",
    more: ["health/health-looks.pl"],
  },
  {
    what: "colo that tells how it is",
    record: () => recordColo(varied.colo),
    folder: metricsFolder,
    assets: "metrics",
    more: ["health/health-looks.pl"],
  },
])("a $what has the programs for that, byte for byte", async ({ record, folder, assets, more = [] }) => {
  const files = bundlesOf(await record()).flatMap((bundle) => bundle.files);
  const programs = files.filter(({ path }) => dirname(path) === folder);
  expect(new Map(programs.map(({ path, content }) => [path.slice(folder.length + 1), content]))).toEqual(
    new Map(
      [...readdirSync(join(projectFolder, "assets", assets)).map((file) => `${assets}/${file}`), ...more].map(
        (path) => [basename(path), readAsset(path)],
      ),
    ),
  );
  expect(programs.map(({ mode, owner }) => `${mode} ${owner}`)).toEqual(programs.map(() => "0755 root:root"));
});

test("there is no golden that nobody compares", () => {
  expect(goldenNames()).toEqual(stacks.map(({ name }) => name).sort());
});
