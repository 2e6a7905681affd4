import { privateKey } from "../support/examples";
import { isSecret, reveal, type Recording } from "../support/record";
import { exampleSettings } from "../support/settings";
import { commandsOf, hostOf, loginsOf, recordColo, recordHome } from "../support/stacks";

const coloSettings = exampleSettings("colo", { "ssh.privateKey": privateKey }, ["ssh.privateKey"]);
const homeSettings = exampleSettings("home", { "ssh.privateKey": privateKey }, ["ssh.privateKey"]);

describe("logins for a first convergence", () => {
  const perHost = (recording: Recording) => {
    const counts: Record<string, number> = {};
    for (const host of loginsOf(recording).map(hostOf)) counts[host] = (counts[host] ?? 0) + 1;
    return counts;
  };

  test("are one a component and one to confirm them all: at the colo six, and of a home seven there and three at the colo", async () => {
    const [colo, home] = [coloSettings.login.address, homeSettings.login.address];
    expect(perHost(await recordColo(coloSettings))).toEqual({ [colo]: 6 });
    expect(perHost(await recordHome(homeSettings, coloSettings))).toEqual({ [home]: 7, [colo]: 3 });
  });

  test("are two more on either host with names for the internet, and one more for the colo itself", async () => {
    const answering = exampleSettings("colo", { "dns.authoritative": true });
    const named = exampleSettings("home", {
      "dns.publicZone": "home.example.net",
      "dns.acmeUpdate": true,
      "lan.hosts": [{ name: "phone", segment: "lan", mac: "02:00:00:00:01:02", public: true }],
    });
    const [colo, home] = [answering.login.address, named.login.address];
    expect(perHost(await recordColo(answering))).toEqual({ [colo]: 7 });
    expect(perHost(await recordHome(named, answering))).toEqual({ [home]: 9, [colo]: 5 });
  });

  test("stay as many with 200 segments and 2000 pinholes", async () => {
    const segments = Array.from({ length: 200 }, (_, index) => ({
      name: `s${index}`,
      subnet: index + 1,
      interface: `eth${index + 1}`,
    }));
    const pinholes = Array.from({ length: 2000 }, (_, index) => ({
      name: `p${index}`,
      segment: `s${index % 200}`,
      host: `::${(index + 2).toString(16)}`,
      protocol: "tcp",
      port: 22,
    }));
    const many = exampleSettings("home", {
      "lan.segments": segments,
      "lan.pinholes": pinholes,
      "lan.hosts": [],
    });
    const few = await recordHome(homeSettings, coloSettings);
    const lots = await recordHome(many, coloSettings);
    expect(lots.resources.map(({ name }) => name).sort()).toEqual(
      few.resources.map(({ name }) => name).sort(),
    );
  });
});

describe("how Pulumi logs in", () => {
  const connections = async (program: () => Promise<Recording>) =>
    commandsOf(await program()).map(({ inputs }) => inputs["connection"]);
  const agent = process.env["SSH_AUTH_SOCK"];
  afterEach(() => {
    if (agent === undefined) delete process.env["SSH_AUTH_SOCK"];
    else process.env["SSH_AUTH_SOCK"] = agent;
  });

  test("by the key of the settings on both hosts, never in the open", async () => {
    process.env["SSH_AUTH_SOCK"] = "/run/agent";
    for (const connection of await connections(() => recordHome(homeSettings, coloSettings))) {
      expect(isSecret(connection)).toBe(true);
      expect(reveal(connection)).toMatchObject({ privateKey });
      expect(reveal(connection)).not.toHaveProperty("agentSocketPath");
    }
  });

  test("by the agent if there is no key, so that none is in the state", async () => {
    process.env["SSH_AUTH_SOCK"] = "/run/agent";
    for (const connection of await connections(() => recordColo(exampleSettings("colo")))) {
      // The provider finds it by itself; its path changes with every session and would change every resource.
      expect(reveal(connection)).not.toHaveProperty("agentSocketPath");
      expect(reveal(connection)).not.toHaveProperty("privateKey");
    }
  });

  test("by nothing if there is neither", async () => {
    delete process.env["SSH_AUTH_SOCK"];
    for (const connection of await connections(() => recordColo(exampleSettings("colo")))) {
      expect(Object.keys(reveal(connection) as object)).not.toContain("agentSocketPath");
    }
  });
});
