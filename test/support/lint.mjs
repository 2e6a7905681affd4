// Lints texts as if they stood in files of the project, by its own configuration: JSON [{file, text}] on standard
// input, JSON [[rule, …], …] on standard output. A process of its own, because jest cannot import the configuration.
import { join } from "node:path";
import { text as readAll } from "node:stream/consumers";
import { ESLint } from "eslint";

const [root, ...rules] = process.argv.slice(2);
const eslint = new ESLint({
  cwd: root,
  // None of these files exists, so there are no types; the rules in question need none.
  overrideConfig: { files: ["**/*.ts"], languageOptions: { parserOptions: { projectService: false } } },
  ruleFilter: ({ ruleId }) => rules.includes(ruleId),
});
const answers = [];
for (const { file, text } of JSON.parse(await readAll(process.stdin))) {
  const [result] = await eslint.lintText(text, { filePath: join(root, file), warnIgnored: true });
  answers.push(result.messages.map(({ ruleId, message }) => ruleId ?? message));
}
process.stdout.write(JSON.stringify(answers));
