"use strict";

// Values as slots, the quick way over the line; src/slots has the other side and the format. A writer gives true, or
// false for a value that is not what it should be: then the whole call goes over as JSON, which tells what is wrong.
// What is here runs for every value of every call, so it builds nothing.

/** What does not fit into so many slots goes over as JSON. */
const SLOTS = 1 << 14;

// The kinds of slots, in the order of `Kind` in src/slots/read.rs.
const [MISSING, ABSENT, FALSE, TRUE, NUMBER, TEXT, INSTANT, LIST, MAP] = Array(9).keys();
const [FIELDS, ROW, TAGGED_ROW, GIVEN, KEEP, KEPT] = [9, 11, 12, 13, 14, 15];

const kinds = new Uint8Array(SLOTS);
const numbers = new Float64Array(SLOTS);
let at = 0;
let texts = "";
let textAt = 0;
/** The head of the struct whose fields are being written. */
let head = 0;

// -- writing --------------------------------------------------------------------------------------------------------

function put(kind, number) {
  kinds[at] = kind;
  numbers[at++] = number;
  return true;
}

/** Writes what is not there of a field that the core has a value for. */
function missing(value) {
  if (value !== undefined) return false;
  if (kinds[head] >= ROW) kinds[head] -= ROW - FIELDS;
  return put(MISSING, 0);
}

/** Writes what is not there of an optional field. */
function absent(value) {
  return (value === undefined || value === null) && put(ABSENT, 0);
}

function number(value) {
  return Number.isFinite(value) && put(NUMBER, value);
}

function bool(value) {
  return typeof value === "boolean" && put(value ? TRUE : FALSE, 0);
}

function text(value) {
  if (typeof value !== "string") return false;
  texts += value;
  return put(TEXT, value.length);
}

const { getTime, toJSON } = Date.prototype;

function instant(value) {
  if (!(value instanceof Date)) return text(value);
  const millis = getTime.call(value);
  return value.toJSON === toJSON && Number.isFinite(millis) && put(INSTANT, millis);
}

function list(value, item) {
  if (!Array.isArray(value) || at + value.length >= SLOTS) return false;
  put(LIST, value.length);
  for (let place = 0; place < value.length; place++) if (at >= SLOTS || !item(value[place])) return false;
  return true;
}

function map(value, item) {
  if (!isObject(value) || !isPlain(Object.getPrototypeOf(value))) return false;
  const head = at;
  let count = 0;
  put(MAP, 0);
  for (const key in value) {
    if (value[key] === undefined) continue;
    if (!text(key) || !item(value[key]) || at >= SLOTS) return false;
    count++;
  }
  numbers[head] = count;
  return true;
}

// The writers of structs are in codec.js, each with its own code: so the engine knows the shapes that it meets.

/** Begins a struct of so many fields; gives what `end` wants to have. */
function begin(count) {
  const outer = head;
  head = at;
  put(ROW, count);
  return outer;
}

/** Begins a variant of so many fields. */
function beginVariant(place, count) {
  const outer = head;
  head = at;
  put(TAGGED_ROW, count);
  put(NUMBER, place);
  return outer;
}

/** Ends a struct; false when it has a key that is none of its fields. */
function end(outer, value, fields) {
  head = outer;
  let next = 0;
  for (const key in value) {
    // Most objects have their keys in the order of the core.
    if (fields[next] !== key) next = fields.indexOf(key);
    if (next < 0) return false;
    next++;
  }
  return true;
}

function isObject(value) {
  return typeof value === "object" && value !== null;
}

/** Whether objects with this prototype are plain data. */
function isPlain(prototype) {
  return prototype === Object.prototype || prototype === null;
}

// -- reading --------------------------------------------------------------------------------------------------------

const readNumber = () => numbers[at++];
const readBool = () => numbers[at++] === 1;

function readText() {
  const start = textAt;
  textAt += numbers[at++];
  return texts.substring(start, textAt);
}

/** The last instants that came out: most of an answer are the same. */
const instants = new Map();
const INSTANTS = 64;
let lastMillis = NaN;
let lastInstant = "";

function readInstant() {
  const millis = numbers[at++];
  if (millis === lastMillis) return lastInstant;
  let text = instants.get(millis);
  if (text !== undefined) return text;
  if (instants.size === INSTANTS) instants.clear();
  text = new Date(millis).toISOString();
  instants.set(millis, text);
  lastMillis = millis;
  lastInstant = text;
  return text;
}

const readList = (item) => () => {
  const list = [];
  for (let left = numbers[at++]; left > 0; left--) list.push(item());
  return Object.freeze(list);
};

const readMap = (item) => () => {
  const entries = {};
  for (let left = numbers[at++]; left > 0; left--) {
    // Not by assignment, which would change the prototype for `__proto__`.
    const [key, value] = [readText(), item()];
    Object.defineProperty(entries, key, { value, enumerable: true });
  }
  return Object.freeze(entries);
};

const readOptional = (inner) => () => (readBool() ? inner() : null);
const readTagged = (variants) => () => variants[readText()]();
const readUnit = (units) => () => units[numbers[at++]];

// -- calling --------------------------------------------------------------------------------------------------------

/** How many values the native part keeps at least, after all that one call may add; src/door.rs keeps 64. */
const KEPT_VALUES = 48;

/** The numbers under which the native part keeps objects that nobody can change; 0 for one that can be changed. */
const kept = new WeakMap();
let newest = 0;
let oldest = 1;

/** Whether a call is being written: a getter of an argument may well make another. */
let busy = false;

/** The answer of a function of codec.js, frozen; undefined when the call must go over as JSON. */
function call(native, place, { takes, keeps, gives, goesOn }, values) {
  if (busy) return undefined;
  busy = true;
  try {
    at = 0;
    texts = "";
    let keep;
    for (let place = 0; place < takes.length; place++) {
      const value = values[place];
      const way = keeps[place] ? wayOf(value) : GIVEN;
      if (way < 0) {
        put(KEPT, -way);
        continue;
      }
      put(way, 0);
      if (way === KEEP) (keep ??= []).push(value);
      if (!takes[place](value)) return undefined;
    }
    if (at > SLOTS || !texts.isWellFormed()) return undefined;
    texts = native.callBySlots(place, kinds, numbers, texts, goesOn !== undefined);
    if (texts === null) {
      oldest = newest + 1; // perhaps another copy of this package has filled the memory
      return undefined;
    }
    if (numbers[0] < 0) return frozen(JSON.parse(texts));
    newest = numbers[0];
    at = 1;
    textAt = 0;
    const answer = gives();
    let number = newest;
    if (goesOn !== undefined) kept.set(goesOn(answer), number--);
    while (keep?.length > 0) kept.set(keep.pop(), number--);
    return answer;
  } catch {
    return undefined;
  } finally {
    texts = ""; // which may be long
    busy = false;
  }
}

/** How a struct goes over: the negative number under which it is kept, or GIVEN, or KEEP. */
function wayOf(value) {
  if (!isObject(value)) return GIVEN;
  const number = kept.get(value);
  if (number >= oldest && number > newest - KEPT_VALUES) return -number;
  if (number !== undefined) return number === 0 ? GIVEN : KEEP;
  if (!Object.isFrozen(value)) return GIVEN;
  if (isConstant(value)) return KEEP;
  kept.set(value, 0);
  return GIVEN;
}

/** Whether nothing inside a value can change any more. A date can, however frozen; so can what a getter gives. */
function isConstant(value) {
  if (!isObject(value)) return true;
  if (!Object.isFrozen(value)) return false;
  if (!Array.isArray(value) && !isPlain(Object.getPrototypeOf(value))) return false;
  const fields = Object.values(Object.getOwnPropertyDescriptors(value));
  return fields.every((field) => "value" in field && isConstant(field.value));
}

/** The value, frozen to its depth. */
function frozen(value) {
  if (!isObject(value)) return value;
  for (const key in value) frozen(value[key]);
  return Object.freeze(value);
}

module.exports = {
  absent,
  begin,
  beginVariant,
  bool,
  call,
  end,
  frozen,
  instant,
  isObject,
  isPlain,
  list,
  map,
  missing,
  number,
  readBool,
  readInstant,
  readList,
  readMap,
  readNumber,
  readOptional,
  readTagged,
  readText,
  readUnit,
  text,
};
