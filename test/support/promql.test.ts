import { metricNames } from "./promql";

test.each([
  ['up{job="hosts"} == 0', ["up"]],
  ['min by (instance) (a_seconds{host=~"x|y"}) > 180', ["a_seconds"]],
  ["rate(a_total[5m]) / on (instance) group_left (host) b_total offset 5m", ["a_total", "b_total"]],
  ["a:b and c unless d or (e) > 1e3", ["a:b", "c", "d", "e"]],
  ["time() - a_seconds", ["a_seconds"]],
])("%s", (expression, names) => {
  expect(metricNames(expression)).toEqual(names);
});
