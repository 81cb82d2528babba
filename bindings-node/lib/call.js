"use strict";

// Calls functions and handles of the native library by name, with JSON text.
const native = require("./native.js");
const { refusal, translated } = require("./errors.js");

/** The names of the arguments of every function, constructor and method, by its name in the core. */
const signatures = new Map();

/** A public function of the core. */
function bind(name, names) {
  const own = resolve(native.resolveFunction, name, names);
  const bound = (...values) => {
    const text = encode(names, values);
    try {
      return JSON.parse(native.call(own, text));
    } catch (error) {
      throw translated(error, bound);
    }
  };
  return bound;
}

/** The constructor of a handle. */
function bindConstructor(name, names) {
  const own = resolve(native.resolveConstructor, name, names);
  const bound = (...values) => {
    const text = encode(names, values);
    try {
      return native.construct(own, text);
    } catch (error) {
      throw translated(error, bound);
    }
  };
  return bound;
}

/** A method of a handle, which is its first argument. */
function bindMethod(name, names) {
  const own = resolve(native.resolveMethod, name, names);
  const bound = (handle, ...values) => {
    const text = encode(names, values);
    try {
      return JSON.parse(native.callMethod(own, handle, text));
    } catch (error) {
      throw translated(error, bound);
    }
  };
  return bound;
}

function resolve(resolver, name, names) {
  const own = resolver(name);
  if (own === null) throw new Error(`the native library of relcore has no \`${name}\`: install it again`);
  signatures.set(name, names);
  return own;
}

/**
 * The JSON list of the arguments. JSON.stringify writes NaN and invalid dates as null and a Map as `{}`, and leaves
 * functions out, without an error. All of them would mean "absent" or the default, so they are refused first.
 */
function encode(names, values) {
  if (values.length > names.length) values.length = names.length;
  try {
    for (let index = 0; index < values.length; index++) {
      const problem = check(values[index]);
      if (problem !== undefined) throw refusal("invalid_value", names[index] + problem.path, problem.text);
    }
    return JSON.stringify(values);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw refusal("invalid_value", "", "is nested too deep, or contains itself");
  }
}

/** What keeps a value from being JSON; undefined when nothing does. Runs on every call, so it allocates nothing. */
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
    for (let index = 0; index < value.length; index++) {
      const problem = check(value[index]);
      if (problem !== undefined) return { path: `[${index}]${problem.path}`, text: problem.text };
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

/** Dates, objects with a `toJSON`, objects of classes and of other realms. */
function checkOther(value) {
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) return { path: "", text: "`Invalid Date` is not an instant" };
    if (value.toJSON === Date.prototype.toJSON) return undefined; // its text is made once, by JSON.stringify
  }
  if (ArrayBuffer.isView(value)) {
    return { path: "", text: `a ${value.constructor.name} cannot cross: expected text or plain data` };
  }
  if (typeof value.toJSON === "function") {
    const text = value.toJSON();
    if (text === value) return undefined;
    if (text === null || text === undefined)
      return { path: "", text: "has a `toJSON` that returns nothing: expected a value" };
    return check(text);
  }
  const inner = value.valueOf?.();
  if (typeof inner !== "object") return check(inner); // new Number(NaN)
  // An object with a tag of its own, such as a Map, has its data where JSON.stringify does not look.
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

module.exports = { VERSION: native.version(), bind, bindConstructor, bindMethod, encode, signatures };
