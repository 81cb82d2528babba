"use strict";

// The columns door: typed arrays go to the native part as they are, without a copy.
const native = require("./native.js");
const { written } = require("./call.js");
const { refusal, translated } = require("./errors.js");

const LISTS = { offsets: Uint32Array, items: Uint32Array };

/** Every column and the kind of its array. */
const COLUMNS = {
  deployments: {
    finishedAt: BigInt64Array,
    outcome: Uint8Array,
    intent: Uint8Array,
    service: Uint32Array,
    environment: Uint32Array,
    revision: Uint32Array,
    remediates: LISTS,
    changes: Uint32Array,
    listedChanges: LISTS,
  },
  changes: {
    authoredAt: BigInt64Array,
    authoredAtValidity: Uint8Array,
    committedAt: BigInt64Array,
    committedAtValidity: Uint8Array,
    merge: Uint8Array,
    reverts: LISTS,
  },
  incidents: {
    detectedAt: BigInt64Array,
    resolvedAt: BigInt64Array,
    resolvedAtValidity: Uint8Array,
    service: Uint32Array,
    environment: Uint32Array,
    causedBy: Uint32Array,
    duplicate: Uint8Array,
  },
};

/** The door for rows: called without any, it says all that is wrong with what goes beside the columns. */
const ROWS = native.functions().indexOf("metrics.dora");
const BESIDE = ["metrics.dora", "", "", "", "policy", "range", "unit", "zone"];

function doraColumns(columns, policy, range, unit, zone) {
  if (typeof columns !== "object" || columns === null) {
    throw refusal("wrong_type", "columns", "expected an object of columns");
  }
  const found = {};
  const { environments = ["production"], services = 1, ...tables } = columns;
  collect(tables, COLUMNS, "", found);
  const named = Array.isArray(environments) && environments.every((name) => typeof name === "string");
  if (!named) throw refusal("wrong_type", "columns.environments", "expected a list of texts");
  if (!Number.isInteger(services) || services < 1 || services > 2 ** 24) {
    throw refusal("invalid_value", "columns.services", "expected an integer from 1 to 16,777,216");
  }
  const beside = [policy, range, unit, zone];
  try {
    native.call(ROWS, written([[], [], [], ...beside], BESIDE));
    return JSON.parse(native.doraColumns(found, JSON.stringify([environments, services, ...beside])));
  } catch (error) {
    throw translated(error);
  }
}

/** Gathers the arrays by path, refusing unknown columns, other kinds of arrays, and empty or detached ones. */
function collect(tables, kinds, parent, found) {
  const at = `columns${parent && "."}${parent}`;
  if (typeof tables !== "object" || tables === null)
    throw refusal("wrong_type", at, "expected an object of columns");
  for (const [name, value] of Object.entries(tables)) {
    if (value === undefined || value === null) continue;
    const path = parent ? `${parent}.${name}` : name;
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === undefined) {
      const known = Object.keys(kinds).map((known) => `\`${known}\``);
      throw refusal("unknown_field", `columns.${path}`, `unknown column: expected ${known.join(", ")}`);
    }
    if (typeof kind === "object") {
      collect(value, kind, path, found);
    } else if (!(value instanceof kind)) {
      throw refusal("wrong_type", `columns.${path}`, `expected a ${kind.name}`);
    } else if (value.length === 0) {
      throw refusal("invalid_value", `columns.${path}`, "is empty or detached: leave out what is not there");
    } else {
      found[path] = value;
    }
  }
}

module.exports = { doraColumns };
