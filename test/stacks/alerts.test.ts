import { isSecret, textOf, withoutSecrets } from "../support/record";
import { exampleSettings } from "../support/settings";
import { commandsOf, recordColo } from "../support/stacks";

const watching = { "metrics.enabled": true, "monitoring.enabled": true };
const secrets = ["monitoring.webhook", "monitoring.smtpPassword"];
const told = exampleSettings(
  "colo",
  {
    ...watching,
    "monitoring.webhook": "https://example.net/hook/S3CRET-1",
    "monitoring.mailTo": "ops@example.net",
    "monitoring.mailFrom": "colo@example.net",
    "monitoring.smarthost": "[2001:db8::25]:587",
    "monitoring.smtpUser": "colo",
    "monitoring.smtpPassword": 'S3CRET-2 "quoted"\\',
  },
  secrets,
);

test("who is told of alerts is in the Alertmanager's file, and in nothing that anybody can read", async () => {
  const recording = await recordColo(told);
  const key = commandsOf(recording).find(({ name }) => name === "colo-monitoring-key-converge");
  expect(key === undefined ? undefined : isSecret(key.inputs["stdin"])).toBe(true);
  const text = textOf(key?.inputs["stdin"]);
  expect(text).toContain('- url: "https://example.net/hook/S3CRET-1"\n');
  expect(text).toContain('auth_password: "S3CRET-2 \\"quoted\\"\\\\"\n');
  const open = JSON.stringify([
    recording.resources.map(({ inputs }) => withoutSecrets(inputs)),
    withoutSecrets(recording.outputs),
  ]);
  expect(open).not.toContain("S3CRET");
});

test("without anybody the Alertmanager has a receiver that is nobody", async () => {
  const key = commandsOf(await recordColo(exampleSettings("colo", watching))).find(
    ({ name }) => name === "colo-monitoring-key-converge",
  );
  expect(textOf(key?.inputs["stdin"])).toMatch(/receivers:\n {6}- name: people\n$/);
});

test("the stack tells where it is looked at", async () => {
  const { outputs } = await recordColo(exampleSettings("colo", watching));
  expect(outputs).toMatchObject({
    monitoring: {
      prometheus: "http://[fd00:cafe:f00d::9090]:9090/",
      alertmanager: "http://[fd00:cafe:f00d::9090]:9093/",
    },
  });
});
