// A jest reporter for test/run.ts: a line per file, a line per slow test as it ends, and every failure at once.
"use strict";
const path = require("node:path");

const slowMs = 1000;
const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
const indent = (text) => text.replace(/^(?=.)/gm, "      ");

/** What went wrong, without the frames of jest itself. */
const told = (messages) => indent(messages.join("\n").replace(/\n *at .*(node_modules|new Promise).*/g, ""));

module.exports = class {
  constructor({ rootDir }) {
    this.nameOf = (file) => path.relative(rootDir, file);
  }

  say(line) {
    process.stderr.write(`  ${line}\n`);
  }

  onTestCaseResult({ path: file }, { status, fullName, duration, failureMessages }) {
    const took = duration ?? 0;
    if (status === "failed") {
      this.say(`FAILED ${this.nameOf(file)}: ${fullName} (${seconds(took)})\n${told(failureMessages)}`);
    } else if (status === "passed" && took >= slowMs) {
      this.say(`passed ${this.nameOf(file)}: ${fullName} (${seconds(took)})`);
    }
  }

  onTestResult({ path: file }, result) {
    const {
      numPassingTests: passed,
      numFailingTests: failed,
      testExecError,
      failureMessage,
      perfStats,
    } = result;
    for (const { status, fullName } of result.testResults) {
      if (status !== "passed" && status !== "failed")
        this.say(`NOT RUN ${this.nameOf(file)}: ${fullName} (${status})`);
    }
    if (testExecError)
      this.say(`FAILED ${this.nameOf(file)}: the file itself\n${told([failureMessage ?? ""])}`);
    // What tests print helps only where something went wrong.
    if (failed > 0) for (const { message } of result.console ?? []) this.say(indent(message));
    this.say(
      `${this.nameOf(file)}: ${passed} passed, ${failed} failed (${seconds(perfStats.end - perfStats.start)})`,
    );
  }
};
