import { renderSysctl, sysctlName } from "../../render/sysctl";

test("settings are written in the order given", () => {
  expect(
    renderSysctl([
      ["net.ipv6.conf.all.forwarding", 1],
      ["kernel.hostname", "home"],
    ]),
  ).toBe("net.ipv6.conf.all.forwarding = 1\nkernel.hostname = home\n");
});

test("a dot in an interface's name is no separator", () => {
  expect(sysctlName("eno1.20")).toBe("eno1/20");
});
