"use strict";

// Calls functions and handles of the native library by name, in binary form or with JSON text.
const native = require("./native.js");
const packed = require("./packed.js");
const { isPlain, rowsOfCore } = packed;
const { refusal, translated } = require("./errors.js");

/** A public function of the core, or the constructor of a handle. */
function bind(name) {
  const own = resolve(name);
  const bound = (...values) => call(own, undefined, values, bound);
  return bound;
}

/** A method of a handle, which is its first argument. */
function bindMethod(name) {
  const own = resolve(name);
  const bound = (handle, ...values) => call(own, handle, values, bound);
  return bound;
}

function resolve(name) {
  const found = native.resolve(name);
  if (found === null) throw new Error(`the native library of relcore has no \`${name}\`: install it again`);
  return { name, native: found, row: undefined };
}

function call(own, handle, values, from) {
  return packed.call(own, handle, values) ?? callWithJson(own, handle, values, from);
}

/** The same with JSON text: for what has no binary form, and because only this call tells what is wrong. */
function callWithJson(own, handle, values, from) {
  const text = encode(rowsOfCore()[own.name].names, values);
  try {
    const result = native.call(own.native, handle, text);
    return typeof result === "string" ? JSON.parse(result) : result; // a handle
  } catch (error) {
    throw translated(error, from);
  }
}

/**
 * The JSON list of the arguments. JSON.stringify writes NaN and invalid dates as null and a Map as `{}`, and leaves
 * functions out, without an error. All of them would mean "absent" or the default, so they are refused.
 */
function encode(names, values) {
  // A Float64Array is a list of numbers.
  const list = values
    .slice(0, names.length)
    .map((value) => (value instanceof Float64Array ? Array.from(value) : value));
  const paths = new Map();
  function checked(key, value) {
    if (value === list) return list;
    const path =
      this === list ? names[key] : paths.get(this) + (Array.isArray(this) ? `[${key}]` : `.${key}`);
    const problem = problemOf(this[key], value);
    if (problem !== undefined) throw refusal("invalid_value", path, problem);
    paths.set(value, path);
    return value;
  }
  try {
    return JSON.stringify(list, checked);
  } catch (error) {
    if (!(error instanceof RangeError) && !/^Converting circular/.test(error.message)) throw error;
    throw refusal("invalid_value", "", "is nested too deep, or contains itself");
  }
}

/** What keeps a value from being JSON; undefined when nothing does. `json` is what its `toJSON` returned, if it has one. */
function problemOf(value, json) {
  if (value instanceof Date && Number.isNaN(value.getTime())) return "`Invalid Date` is not an instant";
  if (ArrayBuffer.isView(value)) {
    return `a ${value.constructor.name} cannot cross: expected text or plain data`;
  }
  if (json === null || json === undefined) {
    const isLost = typeof value === "object" && value !== null;
    return isLost ? "has a `toJSON` that returns nothing: expected a value" : undefined;
  }
  if (["function", "symbol", "bigint"].includes(typeof json)) {
    return `a ${typeof json} cannot cross: expected plain data`;
  }
  // An object with a tag of its own, such as a Map, has its data where JSON.stringify does not look.
  const kind = isPlain(json) ? "Object" : Object.prototype.toString.call(json).slice(8, -1);
  if (kind === "Number") return Number.isFinite(+json) ? undefined : `\`${json}\` is not a finite number`;
  if (["Object", "Array", "String", "Boolean"].includes(kind)) return undefined;
  return `a ${kind} cannot cross: expected a plain object or an array`;
}

module.exports = { VERSION: native.version(), bind, bindMethod, callWithJson, encode };
