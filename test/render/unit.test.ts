import { renderOneshot, renderUnit, unitPath } from "../../render/unit";

test("a unit file has its sections and settings in the order given, lists line by line", () => {
  expect(
    renderUnit({
      Unit: { Description: "Some" },
      Service: { Type: "oneshot", ExecStart: ["/usr/bin/true", "/usr/bin/false"], RestartSec: 1 },
      Install: { WantedBy: "multi-user.target" },
    }),
  ).toBe(
    [
      "[Unit]",
      "Description=Some",
      "",
      "[Service]",
      "Type=oneshot",
      "ExecStart=/usr/bin/true",
      "ExecStart=/usr/bin/false",
      "RestartSec=1",
      "",
      "[Install]",
      "WantedBy=multi-user.target",
      "",
    ].join("\n"),
  );
});

test("an empty list is no setting", () => {
  expect(renderUnit({ Service: { ExecStart: [] } })).toBe("[Service]\n");
});

test("a oneshot undoes what it did and minds nothing that is gone", () => {
  expect(
    renderOneshot({
      description: "Some",
      unit: { After: "network.target" },
      start: ["/bin/a"],
      stop: ["/bin/b"],
    }),
  ).toBe(`[Unit]
Description=Some
After=network.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/a
ExecReload=/bin/a
ExecStop=-/bin/b

[Install]
WantedBy=multi-user.target
`);
});

test("units live where they start at boot", () => {
  expect(unitPath("some.service")).toBe("/etc/systemd/system/some.service");
});
