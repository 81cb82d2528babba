"use strict";

// Values to JSON text and back, by the name of their type.
const native = require("./native.js");
const { encode } = require("./call.js");
const { refusal, translated } = require("./errors.js");

function toJson(type, value) {
  const text = encode(["value"], [value]);
  try {
    return native.toJson(named(type), text);
  } catch (error) {
    throw translated(error, toJson);
  }
}

function fromJson(type, text) {
  if (typeof text !== "string") {
    throw refusal("wrong_type", "text", `expected text, got a value of type ${typeof text}`);
  }
  try {
    return JSON.parse(native.fromJson(named(type), text));
  } catch (error) {
    throw translated(error, fromJson);
  }
}

function named(type) {
  if (typeof type === "string") return type;
  throw refusal("wrong_type", "type", "expected the name of a type, such as `canary.State`");
}

module.exports = { fromJson, toJson };
