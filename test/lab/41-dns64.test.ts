import { closeEngine, sh, trySh } from "./support";

afterAll(closeEngine);

/** Asks the colo's resolver as a machine at home; answers the whole reply. */
const ask = (question: string) => sh("laptop", `dig +time=5 +tries=2 @2001:db8:beef::53 ${question}`);
const short = (question: string) => ask(`+short ${question}`).then((text) => text.trim());

describe("DNS64 (RFC 6147)", () => {
  it("makes an AAAA out of an A record under 64:ff9b::/96", async () => {
    expect(await short("web4.lab.example AAAA")).toBe("64:ff9b::b00:302");
  });

  it("leaves a real AAAA alone", async () => {
    expect(await short("web46.lab.example AAAA")).toBe("2001:db8:46::2");
    expect(await short("web6.lab.example AAAA")).toBe("2001:db8:6::2");
  });

  it("does not map private or loopback addresses", async () => {
    expect(await short("private.lab.example A")).toMatch(/192\.168\.1\.1/);
    expect(await short("private.lab.example AAAA")).toBe("");
    expect(await short("loop.lab.example AAAA")).toBe("");
  });

  it("answers PTR of the prefix by way of the IPv4 one", async () => {
    expect(await ask("-x 64:ff9b::b00:302")).toMatch(/CNAME\s+2\.3\.0\.11\.in-addr\.arpa\./);
  });

  it("tells clients its prefix by ipv4only.arpa (RFC 7050)", async () => {
    expect((await short("ipv4only.arpa AAAA")).split("\n").sort()).toEqual([
      "64:ff9b::c000:aa",
      "64:ff9b::c000:ab",
    ]);
  });

  it("answers nobody but our prefixes", async () => {
    expect(
      (await trySh("attacker", "dig +time=1 +tries=1 @2001:db8:beef::53 web4.lab.example AAAA")).code,
    ).not.toBe(0);
    expect((await trySh("attacker", "dig +time=1 +tries=1 @11.0.1.2 web4.lab.example AAAA")).code).not.toBe(
      0,
    );
    // Nor would BIND itself, were the firewall open.
    await sh("colo", "nft insert rule inet ipv6_home input udp dport 53 accept");
    expect(await sh("attacker", "dig +time=2 +tries=1 @2001:db8:beef::53 web4.lab.example AAAA")).toContain(
      "status: REFUSED",
    );
    await sh("colo", "systemctl reload ipv6-home-firewall");
  });
});

describe("DNSSEC and DNS64", () => {
  it("the gateway gives each client its own answer: a validating one does not spoil the others", async () => {
    const gateway = (question: string) =>
      sh("laptop", `dig +short +time=5 +tries=2 @2001:db8:beef:101::1 ${question}`).then((text) =>
        text.trim(),
      );
    for (let round = 0; round < 2; round++) {
      expect(await gateway("+dnssec web4.signed.example AAAA")).not.toContain("64:ff9b");
      expect(await gateway("web4.signed.example AAAA")).toBe("64:ff9b::b00:302");
    }
  });

  it("validates: a signed answer has the AD flag, a broken one is SERVFAIL", async () => {
    expect(await ask("+adflag web46.signed.example AAAA")).toMatch(/flags:[^;]* ad[ ;]/);
    expect(await ask("web46.bogus.example AAAA")).toContain("status: SERVFAIL");
    expect(await ask("+cd web46.bogus.example AAAA")).toContain("status: NOERROR");
  });

  it.each([
    ["unsigned", "without DO", "web4.lab.example AAAA", "64:ff9b::b00:302"],
    ["unsigned", "with DO", "+dnssec web4.lab.example AAAA", "64:ff9b::b00:302"],
    ["signed", "without DO", "web4.signed.example AAAA", "64:ff9b::b00:302"],
    // A validating client must see the proof that there is no AAAA, and synthesise for itself.
    ["signed", "with DO", "+dnssec web4.signed.example AAAA", ""],
  ])("%s name, client %s", async (_zone, _flag, question, wanted) => {
    const answer = await short(question);
    expect(answer.split("\n")[0]).toBe(wanted);
  });
});
