"use strict";

// Arguments and results in a binary form, as src/packed.rs describes it. Whatever is not plain data of the expected type
// has no such form; the call then crosses as JSON text, which tells what is wrong.
const native = require("./native.js");

let core;

/** The types of the arguments and the result, by the name of a function, method or constructor; read when used first. */
function rowsOfCore() {
  core ??= JSON.parse(native.descriptors());
  return core.rows;
}

/** Turns the name of a type into the type, when it is used first. */
function resolved(type) {
  // The names of fields as keys of an object, because the engine compares keys by address.
  const keyed = (fields) => Object.entries(Object.fromEntries(fields));
  const { kind, of } = core.types[type.of];
  type.kind = kind;
  type.of = of;
  if (kind === "Struct") type.of = keyed(of);
  if (kind === "Tagged") type.of = of.map(([tag, fields]) => [tag, keyed(fields)]);
  return type;
}

/** The index of a field among fields, or of a variant among variants; -1 if there is none of this name. */
function indexOf(pairs, name) {
  return pairs.findIndex((pair) => pair[0] === name);
}

// -- arguments ------------------------------------------------------------------------------------------------------

/** The size of the buffer between calls, and the most that a number or a short text takes, with the index of its field. */
const [USUAL, SMALL] = [1 << 16, 96];

/** The arguments of the calls that are being written: a getter of an argument may make another call. */
let bytes, view;
let at = 0;
allocate(USUAL);

function allocate(size) {
  const outgrown = bytes;
  bytes = Buffer.alloc(size);
  view = new DataView(bytes.buffer, bytes.byteOffset, size);
  outgrown?.copy(bytes, 0, 0, at);
}

function reserve(size) {
  if (at + size > bytes.length) allocate(2 * (at + size));
}

/** Appends a value; false if it has no binary form. */
function write(type, value) {
  const { kind, of } = type;
  switch (kind) {
    case "Named":
      return write(resolved(type), value);
    case "Integer":
      return Number.isInteger(value) && of[0] <= value && value <= of[1] && writeNumber(value);
    case "Float":
      return Number.isFinite(value) && writeNumber(value);
    case "Optional":
      if (value !== undefined && value !== null) return write(of, value);
      bytes[at++] = 0xc0;
      return true;
    case "Bool":
      bytes[at++] = value ? 0xc3 : 0xc2;
      return typeof value === "boolean";
    case "Timestamp":
      return isDate(value) ? writeInteger(0xd7, getTime.call(value)) : writeText(value);
    case "Unit": {
      const index = of.indexOf(value);
      bytes[at++] = 0xcc;
      return index >= 0 && writePosition(index);
    }
    case "List":
      if (of.kind === "Float" && value instanceof Float64Array) return writeDoubles(value);
      return Array.isArray(value) && value.toJSON === undefined && writeList(of, value);
    case "Struct":
      return isPlain(value) && writeFields(of, value, false);
    case "Tagged": {
      const index = isPlain(value) ? indexOf(of, value.type) : -1;
      bytes[at++] = 0x81;
      return index >= 0 && writePosition(index) && writeFields(of[index][1], value, true);
    }
    default: // a scalar; a map has no binary form
      return writeText(value);
  }
}

function writeNumber(value) {
  if (value >= 0 && value < 0x80 && Number.isInteger(value)) {
    bytes[at++] = value; // also for -0, which JSON text has not
    return true;
  }
  if (Number.isSafeInteger(value)) return writeInteger(0xd3, value);
  bytes[at] = 0xcb;
  view.setFloat64(at + 1, value);
  at += 9;
  return true;
}

function writeInteger(marker, value) {
  bytes[at] = marker;
  view.setInt32(at + 1, Math.floor(value / 0x1_0000_0000));
  view.setUint32(at + 5, value);
  at += 9;
  return true;
}

/** The position of a field or a variant; a type with more than 256 of them crosses as JSON text. */
function writePosition(index) {
  bytes[at++] = index;
  return index <= 0xff;
}

function writeText(text) {
  if (typeof text !== "string") return false;
  const { length } = text;
  const start = at + 5;
  // A loop is faster than a call of `bytes.write` for a short text.
  let index = length < 64 ? 0 : length;
  for (; index < length; index++) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) break;
    bytes[start + index] = code;
  }
  if (index < length || length >= 64) {
    if (!text.isWellFormed()) return false;
    reserve(3 * length + SMALL);
    index = bytes.write(text, start);
  }
  at = start + index;
  return writeLength(0xdb, start - 5, index);
}

function writeList(item, list) {
  const { length } = list;
  reserve((length + 1) * SMALL);
  writeLength(0xdd, at, length);
  at += 5;
  for (let index = 0; index < length; index++) if (!write(item, list[index])) return false;
  return true;
}

/** A list of numbers as its bytes in memory; a struct that has one crosses as JSON text. */
function writeDoubles(list) {
  reserve(list.byteLength + SMALL);
  writeLength(0xc6, at, list.byteLength);
  bytes.set(new Uint8Array(list.buffer, list.byteOffset, list.byteLength), at + 5);
  at += 5 + list.byteLength;
  return true;
}

/** Walks the object with `for…in`, because the engine then reads each value without looking its key up. */
function writeFields(fields, object, isTagged) {
  reserve((fields.length + 1) * SMALL);
  const head = at;
  let [next, count, tags] = [0, 0, 0];
  at += 5;
  for (const key in object) {
    const value = object[key];
    // Most objects have their keys in the order of the core.
    if (next >= fields.length || fields[next][0] !== key) next = indexOf(fields, key);
    if (next < 0) {
      if (key !== "type" || !isTagged) return false;
      tags++;
    } else if (value !== undefined) {
      if (!writePosition(next) || !write(fields[next][1], value)) return false;
      count++;
    }
    next++;
  }
  return writeLength(0xdf, head, count) && (tags === 1 || !isTagged);
}

function writeLength(marker, head, length) {
  bytes[head] = marker;
  view.setUint32(head + 1, length);
  return true;
}

const { getTime, toJSON, toISOString } = Date.prototype;

/** Whether JSON.stringify would write the text of the instant. */
function isDate(value) {
  if (!(value instanceof Date) || value.toJSON !== toJSON || value.toISOString !== toISOString) return false;
  return !Number.isNaN(getTime.call(value));
}

function isPlain(value) {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && value.toJSON === undefined;
}

// -- results --------------------------------------------------------------------------------------------------------

/** Stands for a field that is skipped. Above it stands what comes before a number of eight bytes. */
const ABSENT = 0xfe;

let units = "";
let from = 0;
const double = new Float64Array(1);
const octets = new Uint8Array(double.buffer);

function readNumber() {
  const unit = units.charCodeAt(from++);
  if (unit < ABSENT) return unit;
  for (let index = 0; index < 8; index++) octets[index] = units.charCodeAt(from++);
  return double[0];
}

/** A long text is a part of the string of the result, which lives as long as one of its texts. */
function readText() {
  const length = readNumber();
  from += length;
  return units.substring(from - length, from);
}

function read(type) {
  const { kind, of } = type;
  switch (kind) {
    case "Named":
      return read(resolved(type));
    case "Integer":
    case "Float":
      return readNumber();
    case "Optional":
      return read(of);
    case "Bool":
      return readNumber() === 1;
    case "Unit":
      return of[readNumber()];
    case "List": {
      const list = [];
      for (let left = readNumber(); left > 0; left--) list.push(read(of));
      return list;
    }
    case "Struct":
      readNumber();
      return readFields(of, {});
    case "Tagged": {
      readNumber();
      const [tag, fields] = of[indexOf(of, readText())];
      return readFields(fields, { type: tag });
    }
    default: // a scalar
      return readText();
  }
}

function readFields(fields, object) {
  for (let index = 0; index < fields.length; index++) {
    if (units.charCodeAt(from) === ABSENT) from++;
    else object[fields[index][0]] = read(fields[index][1]);
  }
  return object;
}

/** The result of a function or a method; undefined if the call must cross as JSON text. */
function call(own, handle, values) {
  for (const _ in Object.prototype) return undefined; // `for…in` would meet it in every object
  const { types, result } = (own.row ??= rowsOfCore()[own.name]);
  if (result === null) return undefined; // a constructor, which is called once for a policy
  const start = at;
  try {
    reserve(types.length * SMALL);
    if (!types.every((type, index) => write(type, values[index]))) return undefined;
    units = native.callPacked(own.native, handle, bytes, start, at);
  } catch (error) {
    if (error instanceof RangeError) return undefined; // nested too deep
    throw error;
  } finally {
    at = start;
    if (start === 0 && bytes.length > USUAL) allocate(USUAL);
  }
  if (units === null) return undefined;
  from = 0;
  const value = read(result);
  units = "";
  return value;
}

module.exports = { call, isPlain, rowsOfCore };
