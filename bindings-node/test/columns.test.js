"use strict";
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { metrics } = require("relcore");

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 1);
const RANGE = { start: new Date(START), end: new Date(START + 60 * DAY) };
const OUTCOMES = ["success", "failure", "error", "timeout", "cancellation", "skip"];

/** A small generator of numbers, so that a failure can be repeated. */
function numbers(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** The same events as rows and as columns. */
function events(seed) {
  const below = numbers(seed);
  const [rows, perRow] = [1 + below(30), 1 + below(3)];
  const finished = Array.from({ length: rows }, (_, i) => START + i * DAY + below(DAY));
  const outcome = Uint8Array.from(finished, () => below(3) && below(6));
  const authored = finished.flatMap((at) => Array.from({ length: perRow }, () => at - below(9 * DAY)));
  const caused = finished.map((_, i) => i).filter(() => below(4) === 0);
  const resolved = caused.map((i) => finished[i] + 2 + below(DAY));
  const [idle, millis] = [new Date(START - DAY), (list) => BigInt64Array.from(list, BigInt)];

  const ids = finished.map((_, i) => Array.from({ length: perRow }, (_, j) => `c${i * perRow + j}`));
  const deployments = finished.map((at, i) => ({
    id: `d${String(i).padStart(3, "0")}`,
    service: "s",
    finishedAt: new Date(at),
    outcome: OUTCOMES[outcome[i]],
    changes: ids[i],
  }));
  const changes = authored.map((at, i) => ({ id: `c${i}`, authoredAt: new Date(at), committedAt: idle }));
  const incidents = caused.map((i, n) => ({
    id: `i${n}`,
    service: "s",
    detectedAt: new Date(finished[i] + 1),
    resolvedAt: new Date(resolved[n]),
    causedBy: deployments[i].id,
  }));
  const columns = {
    deployments: {
      finishedAt: millis(finished),
      outcome,
      changes: Uint32Array.from({ length: rows + 1 }, (_, i) => i * perRow),
    },
    changes: { authoredAt: millis(authored), committedAt: millis(authored.map(() => +idle)) },
    ...(caused.length > 0 && {
      incidents: {
        detectedAt: millis(caused.map((i) => finished[i] + 1)),
        resolvedAt: millis(resolved),
        causedBy: Uint32Array.from(caused),
      },
    }),
  };
  return { rows: [deployments, changes, incidents], columns };
}

test("columns and rows give the same report", () => {
  const policy = metrics.defaultPolicy();
  for (let seed = 1; seed <= 50; seed++) {
    const { rows, columns } = events(seed);
    for (const unit of ["week", "month"]) {
      const expected = metrics.dora(...rows, policy, RANGE, unit, "Europe/Berlin");
      assert.deepEqual(
        metrics.doraColumns(columns, policy, RANGE, unit, "Europe/Berlin"),
        expected,
        `seed ${seed}`,
      );
    }
  }
});

test("a view into a larger buffer is read in its own bounds", () => {
  const policy = metrics.defaultPolicy();
  const padded = BigInt64Array.from([0, 1, 2], (i) => BigInt(START + i * DAY));
  const part = { deployments: { finishedAt: padded.subarray(1, 2), outcome: new Uint8Array(1) } };
  const alone = { deployments: { finishedAt: padded.slice(1, 2), outcome: new Uint8Array(1) } };
  const report = (columns) => metrics.doraColumns(columns, policy, RANGE, "month", "UTC");
  assert.deepEqual(report(part), report(alone));
});

test("what is no column is refused", () => {
  const finishedAt = new BigInt64Array([BigInt(START)]);
  const detached = new BigInt64Array([1n]);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  const outcome = new Uint8Array(1);
  const refused = [
    [
      { deployments: { finishedAt: detached, outcome } },
      "columns.deployments.finishedAt",
      /empty or detached/,
    ],
    [{ deployments: { finishedAt, outcome: new Uint8Array() } }, "columns.deployments.outcome", /empty or/],
    [
      { deployments: { finishedAt: [1], outcome } },
      "columns.deployments.finishedAt",
      /expected a BigInt64Array/,
    ],
    [{ deployments: { finishedAt, outcome, outcomes: outcome } }, "columns.deployments.outcomes", /unknown/],
    [{ deployments: { finishedAt, outcome: new Uint8Array(2) } }, "columns.deployments.outcome", /as long/],
    [
      { deployments: { finishedAt, outcome: new Uint8Array([9]) } },
      "columns.deployments.outcome",
      /code beyond/,
    ],
    [{ changes: { authoredAt: finishedAt, merge: new Uint8Array([2]) } }, "columns.changes.merge", /0 nor 1/],
    [
      { changes: { authoredAt: finishedAt, authoredAtValidity: new Uint8Array(2) } },
      "columns.changes.authoredAtValidity",
      /one bit/,
    ],
    [{ changes: { committedAtValidity: outcome } }, "columns.changes.committedAtValidity", /one bit/],
    [
      { changes: { authoredAt: finishedAt, reverts: { items: new Uint32Array(1) } } },
      "columns.changes.reverts",
      /expected both/,
    ],
    [{ services: 0 }, "columns.services", /1 to/],
    [null, "columns", /an object/],
  ];
  for (const [columns, path, message] of refused) {
    const call = () => metrics.doraColumns(columns, metrics.defaultPolicy(), RANGE, "month", "UTC");
    assert.throws(call, { name: "RelcoreError", path, message });
  }
});

test("what stands beside the columns is checked as for rows", () => {
  const policy = metrics.defaultPolicy();
  assert.throws(() => metrics.doraColumns({}, { ...policy, lowN: -1 }, RANGE, "month", "UTC"), {
    path: "policy.lowN",
  });
  assert.throws(() => metrics.doraColumns({}, policy, RANGE, "fortnight", "UTC"), { path: "unit" });
});
