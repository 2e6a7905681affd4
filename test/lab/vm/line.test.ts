import { readDescription } from "../../../lab/description";
import { insertLine, removeLine } from "../../../lab/line";
import { vmImage } from "../../../lab/vm-image";
import { countPings } from "../../../lab/traffic";
import { sh, until } from "../support";

const image = () => vmImage("trixie", () => undefined);
const online = () =>
  until("the laptop is online", 60, async () =>
    sh("laptop", "ping -6 -c 1 -W 1 2001:db8:6::2").then(
      () => true,
      () => false,
    ),
  );

/** Ten pings a second through the tunnel. */
async function pings(count: number): Promise<{
  readonly sent: number;
  readonly lost: number;
  readonly usualMs: number;
}> {
  const said = await sh("laptop", `ping -6 -n -i 0.1 -c ${count} 2001:db8:6::2`, 120);
  return { ...countPings(said), usualMs: Number(/= [\d.]+\/([\d.]+)\//.exec(said)?.[1]) };
}
const megabits = async (): Promise<number> => {
  const bytes = "curl -sS -m 60 -o /dev/null -w '%{speed_download}' http://[2001:db8:6::2]/bytes/8000000";
  return (Number(await sh("laptop", bytes, 90)) * 8) / 1_000_000;
};

afterAll(async () => {
  if (readDescription()?.profile === "none") await removeLine();
  await online();
}, 120_000);

describe("the ISP's line of 20 ms, 1 % and 100 Mbit/s", () => {
  it("is not there before", async () => {
    const { lost, usualMs } = await pings(100);
    expect(lost).toBe(0);
    console.log(`direct: ${usualMs} ms, ${(await megabits()).toFixed(1)} Mbit/s`);
  }, 120_000);

  it("answers late and not always, and the tunnel goes on over it", async () => {
    await insertLine("isp", await image());
    await online();
    // As many as a line that loses one in a hundred each way cannot spare.
    const { sent, lost, usualMs } = await pings(400);
    console.log(
      `by the line: ${usualMs} ms, ${lost} of ${sent} lost, ${(await megabits()).toFixed(1)} Mbit/s`,
    );
    expect(usualMs).toBeGreaterThanOrEqual(20);
    expect(lost).toBeGreaterThan(0);
    expect(lost).toBeLessThan(40);
  }, 240_000);
});
