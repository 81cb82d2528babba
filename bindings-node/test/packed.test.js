"use strict";
// A call in binary form has the same result as the call with JSON text, and is made only if JSON text would be accepted.
const assert = require("node:assert/strict");
const { readFileSync, readdirSync } = require("node:fs");
const { join } = require("node:path");
const { test } = require("node:test");
const { callWithJson } = require("../lib/call.js");
const native = require("../lib/native.js");
const packed = require("../lib/packed.js");

const rows = packed.rowsOfCore();
const folder = join(__dirname, "..", "..", "conformance");
const cases = readdirSync(folder, { recursive: true })
  .filter((name) => name.endsWith(".json"))
  .sort()
  .flatMap((name) => JSON.parse(readFileSync(join(folder, name), "utf8")).cases);

const resolve = (name) => ({ name, native: native.resolve(name) });

/** The calls of a case: of the function, and of each handle that has it as a method. */
function* callsOf({ call, input = {} }) {
  const [module, name] = call.split(".");
  yield { own: resolve(call), input };
  for (const method of Object.keys(rows).filter((row) => row.startsWith(`${module}.`))) {
    const [, handle, last] = method.split(".");
    if (last !== name) continue;
    const policy = rows[`${module}.${handle}`].names[0];
    try {
      const made = callWithJson(resolve(`${module}.${handle}`), undefined, [input[policy]]);
      yield { own: resolve(method), handle: made, input };
    } catch {
      continue; // the case is about a policy that is refused
    }
  }
}

/** Whether the call was made in binary form and whether JSON text was accepted, after comparing both. */
function compared({ own, handle }, values) {
  const inBinary = outcome(() => packed.call(own, handle, values));
  const asText = outcome(() => callWithJson(own, handle, values));
  if (inBinary.thrown !== undefined) {
    // Only code of the arguments throws here.
    assert.deepEqual(inBinary.thrown, asText.thrown);
  } else if (inBinary.value !== undefined) {
    assert.equal(asText.thrown, undefined, `refused as JSON text: ${asText.thrown?.message}`);
    assert.deepStrictEqual(inBinary.value, asText.value);
    assert.equal(JSON.stringify(inBinary.value), JSON.stringify(asText.value), "the order of keys");
  }
  return { packed: inBinary.value !== undefined, accepted: asText.thrown === undefined };
}

function outcome(call) {
  try {
    return { value: call() };
  } catch (thrown) {
    return { thrown };
  }
}

/** The value with dates for the instants that a date writes the same way. */
function withDates(value) {
  if (typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value)) {
    const date = new Date(value);
    return !Number.isNaN(date.getTime()) && date.toJSON() === value ? date : value;
  }
  if (Array.isArray(value)) return value.map(withDates);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withDates(inner)]));
}

const argumentsOf = (own, input) => rows[own.name].names.map((name) => input[name]);

const descriptors = JSON.parse(native.descriptors());

/** Whether a type has a map anywhere, which has no binary form. */
function hasMap(type, seen = new Set()) {
  if (Array.isArray(type)) return type.some((each) => hasMap(each, seen));
  if (type?.kind === "Map") return true;
  if (type?.kind !== "Named") return typeof type?.of === "object" && hasMap(type.of, seen);
  if (seen.has(type.of)) return false;
  return hasMap(descriptors.types[type.of], seen.add(type.of));
}

test("every case that is accepted crosses in binary form, except maps and a result of null", () => {
  const counts = { packed: 0, refused: 0 };
  for (const each of cases) {
    for (const call of callsOf(each)) {
      const { types, result } = descriptors.rows[call.own.name];
      for (const input of [call.input, withDates(call.input)]) {
        const found = compared(call, argumentsOf(call.own, input));
        if (found.packed) counts.packed++;
        else if (!found.accepted) counts.refused++;
        else assert.ok(hasMap([...types, result]) || result.kind === "Optional", each.description);
      }
    }
  }
  assert.ok(counts.packed >= cases.length && counts.refused > 0, JSON.stringify(counts));
});

class Wrapped {
  constructor(value) {
    Object.assign(this, value);
  }
}

/** What may stand in the place of a value: each takes the value and returns another. */
const REPLACED = [
  ...[undefined, null, true, NaN, -Infinity, -0, -1, 0, 1.5, 127, 128, 0.1 + 0.2, 1e21, 1e300],
  ...[
    2 ** 31,
    2 ** 32,
    2 ** 53,
    2 ** 53 - 1,
    1n,
    Symbol("x"),
    () => 1,
    "",
    "1.5",
    "ü",
    "🚀",
    "\ud83d",
    "a\0b",
  ],
  ...[
    "x".repeat(63),
    "x".repeat(64),
    "ü".repeat(40),
    "2026-11-23T03:00:00Z",
    "2026-02-30T03:00:00Z",
    "90s",
    "day",
  ],
  ...[
    [],
    {},
    [undefined],
    { type: "hold" },
    new Date(0),
    new Date(NaN),
    new Date(8.64e15),
    new Map([["a", 1]]),
  ],
  ...[new Uint8Array(2), new Number(3), new String("x"), /x/],
].map((value) => () => value);

const CHANGED = [
  (value) => [value],
  (value) => ({ toJSON: () => value }),
  (value) => Object.create({ toJSON: () => value }),
  (value) => Object.assign(new Date(0), { toJSON: () => value }),
  (value) => (typeof value === "object" && value !== null ? new Wrapped(value) : Object(value)),
  (value) => (typeof value === "string" ? new Date(value) : String(value)),
  (value) => (typeof value === "number" ? -value : { ...value }),
  (value) => (typeof value === "object" ? Object.freeze(value) : value),
  (value) => Object.assign(Object.create(null), value),
  (value) => Object.create(Object.create(null), Object.getOwnPropertyDescriptors(Object(value))),
  (value) => Object.fromEntries(Object.entries(Object(value)).reverse()),
  (value) => ({ ...value, unknown: 1 }),
  (value) => ({ unknown: undefined, ...value }),
  (value) => ({ ...value, type: "pause" }),
  (value) => JSON.parse(`{"__proto__": 1, ${JSON.stringify({ ...value }).slice(1)}`.replace(/, }$/, "}")),
  (value) => Object.defineProperty({ ...value }, "toJSON", { value: () => 1 }),
  (value) => Object.defineProperty(Object(value), "type", { value: value?.type, enumerable: false }),
  (value) => ({ ...value, [Symbol("x")]: 1 }),
  (value) => (Array.isArray(value) ? Object.assign([...value], { extra: 1 }) : [, value]),
  (value) => (Array.isArray(value) ? [...value, ...value] : value),
  (value) => new Proxy(Object(value), {}),
];

/** mulberry32: a small generator, seeded so that a failure repeats. */
function random(seed) {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) % below;
  };
}

/** Every key of every object inside, with its object. */
function places(value, found = []) {
  if (typeof value !== "object" || value === null || value instanceof Date) return found;
  for (const key of Object.keys(value)) {
    found.push([value, key]);
    places(value[key], found);
  }
  return found;
}

test("inputs with one mistake or one oddity have the same outcome both ways", () => {
  const next = random(1);
  const counts = { packed: 0, asText: 0, refused: 0 };
  const kinds = [...REPLACED, ...CHANGED];
  for (const each of cases) {
    for (const call of callsOf(each)) {
      for (let round = 0; round < 12; round++) {
        const values = argumentsOf(call.own, withDates(structuredClone(call.input)));
        const all = places(values);
        if (all.length === 0) continue;
        const [object, key] = all[next(all.length)];
        const other = outcome(() => kinds[next(kinds.length)](object[key]));
        if (other.thrown === undefined) object[key] = other.value;
        else delete object[key];
        const found = compared(call, values);
        counts[found.packed ? "packed" : found.accepted ? "asText" : "refused"]++;
      }
    }
  }
  for (const count of Object.values(counts)) assert.ok(count > 300, JSON.stringify(counts));
});

const NOW = "2026-11-23T09:00:00.000Z";

test("a getter of an argument may make a call, and may fail", () => {
  const own = resolve("time.buckets");
  const call = (start) => compared({ own }, [{ start, end: "2026-12-01T00:00:00Z" }, "day", "UTC", "monday"]);
  const range = {
    get start() {
      assert.ok(call(NOW).packed);
      assert.ok(!call("soon").accepted);
      return NOW;
    },
    end: "2026-12-01T00:00:00Z",
  };
  assert.ok(compared({ own }, [range, "day", "UTC", "monday"]).packed);
  const failing = { ...range };
  Object.defineProperty(failing, "end", {
    enumerable: true,
    get: () => assert.fail("mine"),
  });
  assert.throws(() => packed.call(own, undefined, [failing, "day", "UTC", "monday"]), /mine/);
  assert.ok(call(NOW).packed);
});

test("large inputs and long texts cross in binary form", () => {
  const deployments = Array.from({ length: 3000 }, (_, n) => ({
    id: `${n} ${"ü".repeat(n % 100)} ${"long".repeat(n % 30)}`,
    service: "shop",
    finishedAt: new Date(Date.parse(NOW) + n * 1000),
    outcome: "success",
  }));
  const range = { start: NOW, end: "2026-12-01T00:00:00Z" };
  assert.ok(
    compared({ own: resolve("metrics.dora") }, [deployments, [], [], {}, range, "day", "UTC"]).packed,
  );
  assert.ok(compared({ own: resolve("digest.sha256") }, [`"${"🚀".repeat(1 << 17)}"`]).packed);
  assert.ok(compared({ own: resolve("time.parse_span") }, ["90s"]).packed);
});

test("an enumerable property of every object is no argument", () => {
  const own = resolve("canary.validate");
  const schedule = { steps: [{ type: "set_weight", weight: 100 }] };
  Object.prototype.deadline = "10m"; // as some old libraries do
  try {
    assert.deepEqual(compared({ own }, [schedule]), { packed: false, accepted: true });
  } finally {
    delete Object.prototype.deadline;
  }
  assert.deepEqual(compared({ own }, [schedule]), { packed: true, accepted: true });
});
