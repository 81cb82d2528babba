"use strict";

// Bulk functions: typed arrays are borrowed by the native library, without a copy.
const native = require("./native.js");
const { encode } = require("./call.js");
const { refusal, translated } = require("./errors.js");

const LISTS = { offsets: Uint32Array, items: Uint32Array };

/** The type of every column of delivery events. */
const EVENTS = {
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

/** The arguments of `metrics.dora`, whose lists of events are empty here. */
const DORA = ["deployments", "changes", "incidents", "policy", "range", "unit", "zone"];

function doraColumns(columns, policy, range, unit, zone) {
  if (typeof columns !== "object" || columns === null) {
    throw refusal("wrong_type", "columns", "expected an object of columns");
  }
  const { environments, services, ...tables } = columns;
  const arrays = collect(tables, EVENTS, "", {});
  checkPairs(arrays);
  const names = environments ?? ["production"];
  if (!Array.isArray(names) || names.some((name) => typeof name !== "string"))
    throw refusal("wrong_type", "columns.environments", "expected a list of texts");
  const codes = services ?? 1;
  if (!Number.isInteger(codes) || codes < 1 || codes > 2 ** 24) {
    throw refusal("invalid_value", "columns.services", "expected an integer from 1 to 16,777,216");
  }
  const text = encode(DORA, [[], [], [], policy, range, unit, zone]);
  try {
    return JSON.parse(native.doraColumns(arrays, names, codes, text));
  } catch (error) {
    throw translated(error, doraColumns);
  }
}

/** The arrays by path. Unknown columns, other types of arrays, and empty or detached ones are refused. */
function collect(tables, types, parent, found) {
  const at = `columns${parent && "."}${parent}`;
  if (typeof tables !== "object" || tables === null)
    throw refusal("wrong_type", at, "expected an object of columns");
  for (const [name, value] of Object.entries(tables)) {
    if (value === undefined || value === null) continue;
    const path = parent ? `${parent}.${name}` : name;
    const type = Object.hasOwn(types, name) ? types[name] : undefined;
    if (type === undefined) {
      const known = Object.keys(types).map((known) => `\`${known}\``);
      throw refusal("unknown_field", `columns.${path}`, `unknown column: expected ${known.join(", ")}`);
    }
    if (typeof type === "object") {
      collect(value, type, path, found);
    } else if (!(value instanceof type)) {
      throw refusal("wrong_type", `columns.${path}`, `expected a ${type.name}`);
    } else if (value.length === 0) {
      throw refusal("invalid_value", `columns.${path}`, "is empty or detached: leave out an absent column");
    } else {
      found[path] = value;
    }
  }
  return found;
}

/** Columns that mean something only together: one alone would be read as "nothing is there". */
function checkPairs(arrays) {
  const must = (holds, path, text) => {
    if (!holds) throw refusal("invalid_value", `columns.${path}`, text);
  };
  for (const path of ["changes.authoredAt", "changes.committedAt", "incidents.resolvedAt"]) {
    const bits = arrays[`${path}Validity`];
    const fits = bits === undefined || bits.length === Math.ceil((arrays[path]?.length ?? 0) / 8);
    must(fits, `${path}Validity`, "is not one bit for each row");
  }
  for (const path of ["deployments.remediates", "deployments.listedChanges", "changes.reverts"]) {
    must(`${path}.offsets` in arrays === `${path}.items` in arrays, path, "needs both `offsets` and `items`");
  }
  const both = "deployments.changes" in arrays && "deployments.listedChanges.offsets" in arrays;
  must(!both, "deployments.listedChanges", "is given beside `changes`: expected one of them");
}

module.exports = { doraColumns };
