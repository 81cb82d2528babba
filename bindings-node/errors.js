"use strict";

/** An input was refused: `code` and `path` of the first fault, all of them in `faults`. */
class RelcoreError extends Error {
  constructor(faults) {
    super(faults.map(({ path, text }) => (path ? `${path}: ${text}` : text)).join("; "));
    const [{ code, path }] = faults;
    Object.defineProperty(this, "name", { value: "RelcoreError", configurable: true });
    this.code = code;
    this.path = path;
    this.faults = faults;
  }
}

/**
 * What the native part threw, as a `RelcoreError` if it is one: its text is the JSON list of all faults. The stack
 * begins where `from` was called.
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

/** The core does not know of dates; a number of milliseconds is the usual mistake here. */
function inJavaScript({ text, ...fault }) {
  const known = "expected an instant as RFC 3339 text";
  return { ...fault, text: text.replace(known, "expected an instant as a `Date` or RFC 3339 text") };
}

/** An error of a single fault, found on this side of the line. */
function refusal(code, path, text) {
  return new RelcoreError([{ code, path, text }]);
}

module.exports = { RelcoreError, refusal, translated };
