"use strict";

// Values as slots, the quick way over the line; src/slots has the other side and the format. A writer gives true, or
// false for a value that is not what it should be: then the whole call goes over as JSON, which tells what is wrong.
// What is here runs for every value of every call, so it builds nothing.

/** What does not fit into so many slots goes over as JSON. */
const SLOTS = 1 << 14;

// The kinds of slots, in the order of `Kind` in src/slots/read.rs. Above these four bits stands the place of a field.
const [ABSENT, FALSE, TRUE, NUMBER, TEXT, INSTANT, LIST, MAP, STRUCT, TAGGED, GIVEN, KEEP, KEPT] =
  Array(13).keys();

const kinds = new Uint16Array(SLOTS);
const numbers = new Float64Array(SLOTS);
let at = 0;
let texts = "";
let textAt = 0;

// -- writing --------------------------------------------------------------------------------------------------------

function put(kind, number) {
  kinds[at] = kind;
  numbers[at++] = number;
  return true;
}

function number(field, value) {
  return Number.isFinite(value) && put(field | NUMBER, value);
}

function bool(field, value) {
  return typeof value === "boolean" && put(field | (value ? TRUE : FALSE), 0);
}

function text(field, value) {
  if (typeof value !== "string") return false;
  texts += value;
  return put(field | TEXT, value.length);
}

const { getTime, toJSON } = Date.prototype;

function instant(field, value) {
  if (!(value instanceof Date)) return text(field, value);
  return value.toJSON === toJSON && Number.isFinite(getTime.call(value)) && put(field | INSTANT, +value);
}

/** A writer of values that may be absent. `undefined` does not come here: such a field is not there. */
const optional = (inner) => (field, value) =>
  value === null || value === undefined ? put(field | ABSENT, 0) : inner(field, value);

const list = (item) => (field, value) => {
  if (!Array.isArray(value) || at + value.length >= SLOTS) return false;
  put(field | LIST, value.length);
  for (let place = 0; place < value.length; place++) if (!item(0, value[place])) return false;
  return true;
};

const map = (item) => (field, value) => {
  if (!isPlain(value)) return false;
  const head = at;
  let count = 0;
  put(field | MAP, 0);
  for (const key in value) {
    if (value[key] === undefined) continue;
    if (!text(0, key) || !item(0, value[key]) || at >= SLOTS) return false;
    count++;
  }
  numbers[head] = count;
  return true;
};

/** A writer of structs: of each field its writer, in the order of the core. */
const struct = (fields) => {
  const writeFields = fieldsWriter(fields);
  const write = (field, value) => {
    if (!isPlain(value)) return false;
    const head = at;
    put(field | STRUCT, 0);
    return writeFields(head, value, false);
  };
  write.keeps = true; // as an argument
  return write;
};

/** A writer of enums with data: of each variant, in the order of the core, its fields. */
const tagged = (variants) => {
  const tags = Object.keys(variants);
  const writers = Object.values(variants).map(fieldsWriter);
  return (field, value) => {
    if (!isPlain(value)) return false;
    const place = tags.indexOf(value.type);
    if (place < 0) return false;
    const head = at;
    put(field | TAGGED, 0);
    put(NUMBER, place);
    return writers[place](head, value, true);
  };
};

/** Writes the fields that are there and, at the head, how many these are. */
function fieldsWriter(fields) {
  const names = Object.keys(fields);
  const writers = Object.values(fields);
  return (head, value, isTagged) => {
    let count = 0;
    let next = 0;
    for (const key in value) {
      const field = value[key];
      if (field === undefined) continue;
      // Most objects have their fields in the order of the core.
      const place = names[next] === key ? next : names.indexOf(key);
      if (place < 0) {
        if (!isTagged || key !== "type") return false;
        continue;
      }
      next = place + 1;
      if (!writers[place](place << 4, field)) return false;
      count++;
    }
    numbers[head] = count;
    return true;
  };
}

function isPlain(value) {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
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

function readInstant() {
  const millis = numbers[at++];
  let text = instants.get(millis);
  if (text !== undefined) return text;
  if (instants.size === INSTANTS) instants.clear();
  text = new Date(millis).toISOString();
  instants.set(millis, text);
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

/** How many values the native part keeps; src/door.rs has the same number. */
const KEPT_VALUES = 64;

/** The numbers under which the native part keeps objects that nobody can change; 0 for one that can be changed. */
const kept = new WeakMap();
let newest = 0;
let oldest = 1;

/** Whether a call is being written: a getter of an argument may well make another. */
let busy = false;

/** The answer of a function of codec.js, frozen; undefined when the call must go over as JSON. */
function call(native, place, { takes, gives, comesBack }, values) {
  if (busy) return undefined;
  busy = true;
  try {
    at = 0;
    texts = "";
    let keep;
    for (let place = 0; place < takes.length; place++) {
      const value = values[place];
      const way = takes[place].keeps ? wayOf(value) : GIVEN;
      if (way > 0) {
        put(way, 0);
        if (way === KEEP) (keep ??= []).push(value);
        if (!takes[place](0, value)) return undefined;
      } else {
        put(KEPT, -way);
      }
    }
    if (at > SLOTS || !texts.isWellFormed()) return undefined;
    texts = native.callBySlots(place, kinds, numbers, texts, comesBack);
    if (texts === null) {
      oldest = newest + 1; // perhaps another copy of this package has filled the memory
      return undefined;
    }
    if (numbers[0] < 0) return frozen(JSON.parse(texts));
    return answer(gives, comesBack, keep);
  } catch {
    return undefined;
  } finally {
    busy = false;
  }
}

function answer(gives, comesBack, keep) {
  newest = numbers[0];
  at = 1;
  textAt = 0;
  const part = readText();
  const answer = gives();
  let number = newest;
  if (comesBack) kept.set(part === "" ? answer : answer[part], number--);
  while (keep?.length > 0) kept.set(keep.pop(), number--);
  return answer;
}

/** How a struct goes over: the negative number under which it is kept, or GIVEN, or KEEP. */
function wayOf(value) {
  if (typeof value !== "object" || value === null) return GIVEN;
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
  if (typeof value !== "object" || value === null) return true;
  if (!Object.isFrozen(value) || !(isPlain(value) || Array.isArray(value))) return false;
  const fields = Object.values(Object.getOwnPropertyDescriptors(value));
  return fields.every((field) => "value" in field && isConstant(field.value));
}

/** The value, frozen to its depth. */
function frozen(value) {
  if (typeof value !== "object" || value === null) return value;
  for (const key in value) frozen(value[key]);
  return Object.freeze(value);
}

module.exports = {
  bool,
  call,
  frozen,
  instant,
  list,
  map,
  number,
  optional,
  readBool,
  readInstant,
  readList,
  readMap,
  readNumber,
  readOptional,
  readTagged,
  readText,
  readUnit,
  struct,
  tagged,
  text,
};
