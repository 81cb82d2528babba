// relcore with Float64Array against packages of npm: the rank test of two samples.
//
//     npm install simple-statistics@7.8.8 mann-whitney-utest@1.0.5   # in a folder of its own
//     node benches/samples_peers.mjs FOLDER
//
// CPU time of the process, the best of many rounds, on the same values in one run. The peers get plain arrays, which they
// need; relcore gets a Float64Array.
import { createRequire } from "node:module";
import { loadavg } from "node:os";
import { resolve } from "node:path";

const folder = resolve(process.argv[2] ?? ".");
const theirs = createRequire(`${folder}/package.json`);
const { mannWhitney } = createRequire(import.meta.url)("../bindings-node/stats.js");
const { wilcoxonRankSum } = theirs("simple-statistics");
const versionOf = (name) => theirs(`${name}/package.json`).version;

/** Milliseconds of CPU of a call. */
function cpu(call, budget = 1000) {
  const spent = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
  for (let warm = 0; warm < 3; warm++) call();
  let start = spent();
  call();
  const once = Math.max(spent() - start, 1e-3);
  const repeat = Math.max(1, Math.floor(20 / once));
  let best = Infinity;
  const end = spent() + budget;
  for (let round = 0; round < 50 && (round < 3 || spent() < end); round++) {
    start = spent();
    for (let time = 0; time < repeat; time++) call();
    best = Math.min(best, (spent() - start) / repeat);
  }
  return best;
}

let state = 20261127;
function uniform() {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return (state + 0.5) / 2 ** 32;
}
const latency = () => 100 * Math.exp(0.5 * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()));

console.log(`simple-statistics ${versionOf("simple-statistics")}, Node ${process.version}, load ${loadavg()[0].toFixed(1)}\n`);
console.log("| what | bar | relcore | simple-statistics | ratio |\n| --- | --- | --- | --- | --- |");
for (const [n, bar] of [
  [60, 10],
  [1000, 15],
  [100_000, 50],
]) {
  const [x, y] = [1, 2].map(() => Float64Array.from({ length: n }, latency));
  const [plainX, plainY] = [Array.from(x), Array.from(y)];
  const { u } = mannWhitney(x, y, "normal");
  const rankSum = wilcoxonRankSum(plainX, plainY);
  // The rank sum of the first sample, without ties.
  if (Math.abs(rankSum - (n * (n + 1)) / 2 - u) > 1e-6 * u) throw new Error(`${n}: ${rankSum} ${u}`);
  const own = cpu(() => mannWhitney(x, y, "normal"));
  const other = cpu(() => wilcoxonRankSum(plainX, plainY));
  console.log(`| Mann-Whitney, ${n} | ${bar} | ${own.toPrecision(4)} ms | ${other.toPrecision(4)} ms | ${(other / own).toFixed(1)} |`);
}
