"use strict";

// The columns door: typed arrays go to the native part as they are, without a copy.
const native = require("./native.js");
const { written } = require("./call.js");
const { refusal, translated } = require("./errors.js");
const { frozen } = require("./slots.js");

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
const BESIDE = ["", "", "", "policy", "range", "unit", "zone"];

function doraColumns(columns, policy, range, unit, zone) {
  if (typeof columns !== "object" || columns === null) {
    throw refusal("wrong_type", "columns", "expected an object of columns");
  }
  const found = {};
  const { environments, services, ...tables } = columns;
  collect(tables, COLUMNS, "", found);
  checkPairs(found);
  const names = environments ?? ["production"];
  const codes = services ?? 1;
  if (!Array.isArray(names) || names.some((name) => typeof name !== "string"))
    throw refusal("wrong_type", "columns.environments", "expected a list of texts");
  if (!Number.isInteger(codes) || codes < 1 || codes > 2 ** 24) {
    throw refusal("invalid_value", "columns.services", "expected an integer from 1 to 16,777,216");
  }
  const beside = [policy, range, unit, zone];
  try {
    native.call(ROWS, written([[], [], [], ...beside], BESIDE));
    return frozen(JSON.parse(native.doraColumns(found, JSON.stringify([names, codes, ...beside]))));
  } catch (error) {
    throw translated(error, doraColumns);
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

/** Columns that mean something only together: half of them would be read as "nothing is there". */
function checkPairs(found) {
  const must = (holds, path, text) => {
    if (!holds) throw refusal("invalid_value", `columns.${path}`, text);
  };
  const given = (path) => Object.hasOwn(found, path);
  for (const path of ["changes.authoredAt", "changes.committedAt", "incidents.resolvedAt"]) {
    const bits = found[`${path}Validity`];
    const fits = bits === undefined || bits.length === Math.ceil((found[path]?.length ?? 0) / 8);
    must(fits, `${path}Validity`, "is not one bit for each row");
  }
  for (const path of ["deployments.remediates", "deployments.listedChanges", "changes.reverts"]) {
    must(given(`${path}.offsets`) === given(`${path}.items`), path, "needs both `offsets` and `items`");
  }
  const both = given("deployments.changes") && given("deployments.listedChanges.offsets");
  must(!both, "deployments.listedChanges", "is given beside `changes`: expected one of them");
}

module.exports = { doraColumns };
