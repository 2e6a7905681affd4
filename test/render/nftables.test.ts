import { elements, renderElements, renderTable, table } from "../../render/nftables";

test("a table replaces itself in one transaction", () => {
  expect(
    renderTable({
      sets: [
        { name: "empty", type: "inet_service" },
        {
          name: "full",
          type: "ipv4_addr",
          interval: true,
          elements: ["192.0.2.0/24", "192.0.2.1"],
          comment: "Why",
        },
      ],
      chains: [
        {
          name: "input",
          hook: "type filter hook input priority filter; policy drop;",
          rules: ["# Why", "accept"],
        },
        { name: "jumped_to", rules: ["return"] },
      ],
      include: "/etc/some/*.nft",
    }),
  ).toBe(`#!/usr/sbin/nft -f
table inet ipv6_home
delete table inet ipv6_home

table inet ipv6_home {
	set empty {
		type inet_service
	}

	# Why
	set full {
		type ipv4_addr
		flags interval
		elements = {
			192.0.2.0/24,
			192.0.2.1,
		}
	}

	chain input {
		type filter hook input priority filter; policy drop;
		# Why
		accept
	}

	chain jumped_to {
		return
	}
}

include "/etc/some/*.nft"
`);
});

test("a set that packets or a daemon fill says how much it takes, and for how long", () => {
  const sets = [
    { name: "names", type: "ipv6_addr", dynamic: { size: 9, timeoutSec: 60 } },
    { name: "flows", type: "ipv4_addr", dynamic: { size: 8 } },
  ];
  const text = renderTable({ sets, chains: [] });
  expect(text).toContain("\t\ttype ipv6_addr\n\t\tsize 9\n\t\tflags dynamic,timeout\n\t\ttimeout 60s\n");
  expect(text).toContain("\t\ttype ipv4_addr\n\t\tsize 8\n\t\tflags dynamic\n\t}");
});

test("elements of a set can stand in a file of their own", () => {
  expect(renderElements("add", [{ set: "some", elements: ["1", "2"] }])).toBe(
    `add element ${table} some { 1, 2 }\n`,
  );
  expect(renderElements("delete", [])).toBe("");
});

test("elements are text", () => {
  expect(elements([1, "a"])).toEqual(["1", "a"]);
});
