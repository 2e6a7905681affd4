// Where processors are emulated, the time that a test or a hook allows itself is four times as long.
"use strict";
const factor = 4;
const patient = (args) => args.map((arg, at) => (at > 0 && typeof arg === "number" ? arg * factor : arg));
process.env.LAB_HOSTS = "vm";
const wrap =
  (original) =>
  (...args) =>
    original(...patient(args));

for (const name of ["beforeAll", "beforeEach", "afterAll", "afterEach"]) global[name] = wrap(global[name]);
for (const name of ["it", "test"]) {
  const original = global[name];
  const wrapped = wrap(original);
  wrapped.each = (...table) => wrap(original.each(...table));
  global[name] = wrapped;
}
