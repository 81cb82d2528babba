"use strict";

// Calls a public function: by slots, or as JSON what does not cross so.
const native = require("./native.js");
const functions = require("./codec.js");
const slots = require("./slots.js");
const { refusal, translated } = require("./errors.js");

const names = native.functions();
if (names.length !== functions.length || names.some((name, place) => name !== functions[place].name)) {
  throw new Error(
    "the native part of relcore has other functions than this package: build or install it again",
  );
}

/** The names of the arguments of every function, by its name in the core. */
const signatures = new Map(functions.map((each) => [each.name, each.names]));

/** The answer of the function at a place of the table. */
function call(place, values) {
  return slots.call(native, place, functions[place], values) ?? callByJson(place, values);
}

/** The same answer the slow way, and the only one that says what is wrong with the arguments. */
function callByJson(place, values) {
  const texts = written(values, functions[place].names);
  try {
    return slots.frozen(JSON.parse(native.call(place, texts)));
  } catch (error) {
    throw translated(error, call);
  }
}

/**
 * The JSON text of each argument. JSON.stringify turns NaN and invalid dates into null, a Map into `{}`, and leaves
 * functions out, each without a word: all of them would mean "absent" or the default, so they are refused first.
 */
function written(values, names) {
  try {
    return values.map((value, place) => {
      const problem = check(value);
      if (problem !== undefined) throw refusal("invalid_value", names[place] + problem.path, problem.text);
      return JSON.stringify(value);
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw refusal("invalid_value", "", "is nested too deep, or contains itself");
  }
}

/** What keeps a value from being JSON; undefined when nothing does. Runs on every call, so it builds nothing. */
function check(value) {
  switch (typeof value) {
    case "string":
    case "boolean":
    case "undefined":
      return undefined;
    case "number":
      return Number.isFinite(value) ? undefined : { path: "", text: `\`${value}\` is not a finite number` };
    case "object":
      break;
    default:
      return { path: "", text: `a ${typeof value} cannot cross: expected plain data` };
  }
  if (value === null) return undefined;
  if (Array.isArray(value)) {
    for (let place = 0; place < value.length; place++) {
      const problem = check(value[place]);
      if (problem !== undefined) return { path: `[${place}]${problem.path}`, text: problem.text };
    }
    return undefined;
  }
  const prototype = Object.getPrototypeOf(value);
  if ((prototype === Object.prototype || prototype === null) && typeof value.toJSON !== "function") {
    for (const key in value) {
      const problem = check(value[key]);
      if (problem !== undefined) return { path: `.${key}${problem.path}`, text: problem.text };
    }
    return undefined;
  }
  return checkOther(value);
}

/** Dates, what writes itself, objects of classes and of other realms. */
function checkOther(value) {
  if (value instanceof Date && Number.isNaN(value.getTime())) {
    return { path: "", text: "`Invalid Date` is not an instant" };
  }
  if (ArrayBuffer.isView(value)) {
    return { path: "", text: `a ${value.constructor.name} cannot cross: expected text or plain data` };
  }
  if (typeof value.toJSON === "function") {
    const text = value.toJSON();
    if (text === value) return undefined;
    if (text === null || text === undefined)
      return { path: "", text: "writes itself as nothing: expected a value" };
    return check(text);
  }
  const inner = value.valueOf?.();
  if (typeof inner !== "object") return check(inner); // new Number(NaN)
  // Whatever has a name of its own keeps its data where JSON does not look.
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  if (kind !== "Object") {
    return { path: "", text: `a ${kind} cannot cross: expected a plain object or an array` };
  }
  for (const [key, inner] of Object.entries(value)) {
    const problem = check(inner);
    if (problem !== undefined) return { path: `.${key}${problem.path}`, text: problem.text };
  }
  return undefined;
}

module.exports = { VERSION: native.version(), call, callByJson, signatures, written };
