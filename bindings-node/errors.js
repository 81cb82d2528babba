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

/** What the native part threw, as a `RelcoreError` if it is one: its text is the JSON list of all faults. */
function translated(error) {
  try {
    const faults = JSON.parse(error.message);
    return Array.isArray(faults) && faults.length > 0 ? new RelcoreError(faults) : error;
  } catch {
    return error;
  }
}

/** An error of a single fault, found on this side of the line. */
function refusal(code, path, text) {
  return new RelcoreError([{ code, path, text }]);
}

module.exports = { RelcoreError, refusal, translated };
