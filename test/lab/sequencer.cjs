// The lab's files tell one story: nothing works, it is built, it works, it is taken away. They run by their numbers.
"use strict";
const Sequencer = require("@jest/test-sequencer").default;

module.exports = class extends Sequencer {
  sort(tests) {
    return [...tests].sort((a, b) => (a.path < b.path ? -1 : 1));
  }
};
