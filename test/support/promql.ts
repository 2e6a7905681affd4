const words = new Set([
  ..."and bool by group_left group_right ignoring inf nan offset on or unless without".split(" "),
]);

/** Names of metrics in an expression of Prometheus: what is neither text, label, function, operator nor number. */
export function metricNames(expression: string): string[] {
  const bare = expression
    .replace(/"(?:[^"\\]|\\.)*"/g, "")
    .replace(/\{[^}]*\}|\[[^\]]*\]/g, " ")
    .replace(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/gi, " ")
    .replace(/\b\d[\w.]*/g, " ");
  const found = [...bare.matchAll(/[A-Za-z_:][\w:]*(?!\w)(?!\s*\()/g)].map(([name]) => name);
  return [...new Set(found)].filter((name) => !words.has(name.toLowerCase()));
}
