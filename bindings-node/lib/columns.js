"use strict";

// Calls functions over columns: typed arrays are borrowed by the native library, without a copy.
const native = require("./native.js");
const { encode } = require("./call.js");
const { translated } = require("./errors.js");

/** A function over columns, which are its first argument. */
function bindColumns(name, names) {
  const own = native.resolveBulkFunction(name);
  if (own === null) throw new Error(`the native library of relcore has no \`${name}\`: install it again`);
  const bound = (columns, ...values) => {
    const text = encode(names, values);
    try {
      return JSON.parse(native.callBulkFunction(own, { columns }, text));
    } catch (error) {
      throw translated(error, bound);
    }
  };
  return bound;
}

module.exports = { bindColumns };
