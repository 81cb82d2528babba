// A million deployments as typed arrays: `node bench/columns.mjs`.
import { metrics } from "relcore";

const ROWS = 1_000_000;
const START = Date.UTC(2020, 0, 1);
const MINUTE = 60_000;
const finishedAt = BigInt64Array.from({ length: ROWS }, (_, n) => BigInt(START + n * 3 * MINUTE));
const authoredAt = finishedAt.map((at, n) => at - BigInt((n % 5000) * MINUTE));
const outcome = Uint8Array.from({ length: ROWS }, (_, n) => (n % 20 === 0 ? 1 : 0));
const offsets = Uint32Array.from({ length: ROWS + 1 }, (_, n) => n);
const policy = metrics.defaultPolicy();
const range = { start: new Date(START), end: new Date(START + ROWS * 3 * MINUTE) };

const tables = {
  "deployments alone": { deployments: { finishedAt, outcome } },
  "with a change each": {
    deployments: { finishedAt, outcome, changes: offsets },
    changes: { authoredAt },
  },
};
for (const [name, columns] of Object.entries(tables)) {
  const before = process.memoryUsage();
  let best = Infinity;
  for (let round = 0; round < 7; round++) {
    const start = process.hrtime.bigint();
    metrics.doraColumns(columns, policy, range, "year", "UTC");
    best = Math.min(best, Number(process.hrtime.bigint() - start) / 1e6);
  }
  const grown = (process.memoryUsage().arrayBuffers - before.arrayBuffers) / 1024;
  console.log(`${best.toFixed(1).padStart(8)} ms  ${ROWS} ${name}; array buffers grew by ${grown} KiB`);
}
