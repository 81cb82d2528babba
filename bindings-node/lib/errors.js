"use strict";

/** An input was refused: `code` and `path` of the first fault, all of them in `faults`. */
class RelcoreError extends Error {
  constructor(faults) {
    super(faults.map(line).join("; "));
    const [{ code, path }] = faults;
    Object.defineProperty(this, "name", { value: "RelcoreError", configurable: true });
    this.code = code;
    this.path = path;
    this.faults = faults;
  }
}

function line({ path, text, line, column }) {
  const place = line ? ` (line ${line}, column ${column})` : "";
  return (path ? `${path}: ` : "") + text + place;
}

/**
 * The `RelcoreError` of an error that the native library threw with the JSON list of all faults as its message; any
 * other error as it is. The stack begins where `from` was called.
 */
function translated(error, from) {
  let faults;
  try {
    faults = JSON.parse(error.message);
  } catch {
    return error;
  }
  if (!Array.isArray(faults) || faults.length === 0) return error;
  const refused = new RelcoreError(faults.map(inJavaScript));
  Error.captureStackTrace(refused, from);
  return refused;
}

/** The core knows no `Date`; a number of milliseconds is the usual mistake here. */
function inJavaScript({ text, ...fault }) {
  const expected = "expected an instant as RFC 3339 text";
  return { ...fault, text: text.replace(expected, "expected an instant as a `Date` or RFC 3339 text") };
}

/** An error of a single fault, found before the call. */
function refusal(code, path, text) {
  return new RelcoreError([{ code, path, text }]);
}

module.exports = { RelcoreError, refusal, translated };
