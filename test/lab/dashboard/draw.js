// Draws a dashboard in a browser; page.ts puts uPlot before it, and DASHBOARD with the panels and their lines.
// Each panel tells in data-drawn how many lines it shows.
"use strict";
/* global DASHBOARD, uPlot, document */
const colors = ["#73bf69", "#f2cc0c", "#5794f2", "#ff780a", "#f2495c", "#b877d9", "#8ab8ff", "#fade2a"];
const colorOf = (index) => colors[index % colors.length];
const [width, height] = [560, 150];

const scaled = (value, suffix) => {
  const [factor, letter] =
    Math.abs(value) >= 1e6 ? [1e6, "M"] : Math.abs(value) >= 1e3 ? [1e3, "k"] : [1, ""];
  return `${Number((value / factor).toPrecision(3))} ${letter}${suffix}`;
};
const written = {
  bps: (value) => scaled(value, "b/s"),
  pps: (value) => scaled(value, "p/s"),
  s: (value) =>
    Math.abs(value) < 1 ? `${Math.round(value * 1000)} ms` : `${Number(value.toPrecision(3))} s`,
  percentunit: (value) => `${Number((value * 100).toPrecision(3))} %`,
  short: (value) => scaled(value, "").trim(),
};

const element = (parent, name, text = "", style = "") => {
  const made = parent.appendChild(document.createElement(name));
  made.textContent = text;
  made.style.cssText = style;
  return made;
};

const legend = (parent, lines) => {
  const list = element(parent, "p");
  lines.forEach(({ name }, index) => {
    element(list, "i", "", `background:${colorOf(index)}`);
    element(list, "span", name);
  });
};

/** Values at the times that any line has, as uPlot wants them. */
const columns = (lines) => {
  const times = [...new Set(lines.flatMap(({ points }) => points.map(([at]) => at)))].sort((a, b) => a - b);
  return [times, ...lines.map(({ points }) => times.map((at) => new Map(points).get(at) ?? null))];
};

const kinds = {
  timeseries(parent, { unit, lines }) {
    const axis = {
      stroke: "#ccccdc",
      grid: { stroke: "#2c3037" },
      ticks: { show: false },
      font: "11px sans-serif",
    };
    const options = {
      width,
      height,
      legend: { show: false },
      cursor: { show: false },
      axes: [axis, { ...axis, size: 70, values: (_, ticks) => ticks.map(written[unit]) }],
      series: [
        {},
        ...lines.map((_, index) => ({ stroke: colorOf(index), width: 1.5, points: { show: false } })),
      ],
    };
    new uPlot(options, columns(lines), parent);
    legend(parent, lines);
  },
  "state-timeline"(parent, { lines, from, to }) {
    for (const { name, points } of lines) {
      const row = element(parent, "div", "", "display:flex;height:9px;line-height:9px;margin:1px 0");
      element(row, "b", name);
      const track = element(row, "div", "", "position:relative;flex:1;background:#22252b");
      points.forEach(([at, value], index) => {
        const [left, right] = [at, points[index + 1]?.[0] ?? to].map(
          (time) => ((time - from) / (to - from)) * 100,
        );
        const color = value === 1 ? "#73bf69" : "#f2495c";
        element(
          track,
          "div",
          "",
          `position:absolute;top:0;bottom:0;left:${left}%;width:${right - left + 0.2}%;background:${color}`,
        );
      });
    }
  },
  stat(parent, { unit, lines }) {
    const row = element(parent, "div", "", "display:flex;gap:60px;justify-content:center;padding:30px 0");
    for (const { name, points } of lines) {
      const each = element(row, "div", "", "text-align:center");
      element(each, "div", written[unit](points.at(-1)?.[1] ?? 0), "font-size:48px;color:#73bf69");
      element(each, "span", name);
    }
  },
};

for (const panel of DASHBOARD.panels) {
  const box = element(document.querySelector("main"), "section");
  element(box, "h2", panel.title);
  kinds[panel.type](box, { ...DASHBOARD, ...panel });
  box.dataset.drawn = String(panel.lines.length);
}
