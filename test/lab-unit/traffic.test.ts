import { countPings, pauses } from "../../lab/traffic";

/** What `ping -D` says of answers, `[milliseconds, sequence number]`. */
const output = (sent: number, answers: readonly (readonly [number, number])[]): string =>
  [
    "PING 2001:db8:6::2(2001:db8:6::2) 56 data bytes",
    ...answers.map(
      ([atMs, number]) =>
        `[${(1_700_000_000 + atMs / 1000).toFixed(6)}] 64 bytes from 2001:db8:6::2: icmp_seq=${number} ttl=61 time=1.20 ms`,
    ),
    "",
    `${sent} packets transmitted, ${answers.length} received, 0% packet loss, time 1ms`,
  ].join("\n");

const rounded = (text: string) => {
  const { gapMs, lossMs } = pauses(text);
  return [Math.round(gapMs), Math.round(lossMs)];
};

describe("pings that were stopped", () => {
  test("of which all came back have a longest gap, and no loss", () => {
    const text = output(4, [
      [0, 1],
      [10, 2],
      [35, 3],
      [40, 4],
    ]);
    expect(countPings(text)).toEqual({ sent: 4, lost: 0 });
    expect(rounded(text)).toEqual([25, 0]);
  });

  test("that were lost twice have both, of which the loss lasts from the first to the last", () => {
    const text = output(9, [
      [0, 1],
      [40, 5],
      [50, 6],
      [80, 9],
    ]);
    expect(countPings(text)).toEqual({ sent: 9, lost: 5 });
    expect(rounded(text)).toEqual([40, 80]);
  });

  test("and came in another order have lost nothing", () => {
    const text = output(3, [
      [0, 1],
      [22, 3],
      [23, 2],
    ]);
    expect(rounded(text)).toEqual([23, 0]);
  });

  test("that never came back have nothing to tell", () => {
    expect(rounded(output(5, []))).toEqual([0, 0]);
  });
});
