import { leftBehind, unnamed, type LeftBehind } from "../../lab/left-behind";
import { aspects, differences, type Snapshot } from "../../lab/snapshot";

const empty = Object.fromEntries(aspects.map((aspect) => [aspect, {}])) as unknown as Snapshot;
const before: Snapshot = {
  ...empty,
  files: { "/etc/a": "f 644 root:root", "/etc/b": "f 644 root:root", "/etc/c": "f 644 root:root" },
  units: { "state a.service": "active" },
};
const after: Snapshot = {
  ...empty,
  files: { "/etc/a": "f 644 root:root", "/etc/c": "f 600 root:root", "/etc/d": "d 755 root:root" },
  units: { "state a.service": "inactive" },
};

test("a difference is what came, went or is another, by aspect", () => {
  expect(differences(before, after)).toEqual([
    { aspect: "files", name: "/etc/b", was: "f 644 root:root", is: "" },
    { aspect: "files", name: "/etc/c", was: "f 644 root:root", is: "f 600 root:root" },
    { aspect: "files", name: "/etc/d", was: "", is: "d 755 root:root" },
    { aspect: "units", name: "state a.service", was: "active", is: "inactive" },
  ]);
  expect(differences(before, before)).toEqual([]);
});

test("an entry names differences of its own aspect only, and those that named nothing can be told", () => {
  const entries: LeftBehind[] = [
    { aspect: "files", name: /^\/etc\/[bc]$/, why: "" },
    { aspect: "sysctls", name: /./, why: "" },
  ];
  const { rest, named } = unnamed(differences(before, after), entries);
  expect(rest.map(({ name }) => name)).toEqual(["/etc/d", "state a.service"]);
  expect([...named]).toEqual([entries[0]]);
});

test("every entry is bound at both ends and says why", () => {
  for (const { name, why } of leftBehind) {
    expect(name.source).toMatch(/^\^.*\$$/);
    expect(why).not.toBe("");
  }
});
