"use strict";

// A configuration of commitlint whose rules say what `change.lint` says.
const change = require("./change.js");

/** A rule that fails for the diagnostics of some severities. Its value is a `change.Policy`. */
function rule(...severities) {
  return (parsed, when, policy) => {
    if (when === "never") throw new RangeError("the rules of relcore/commitlint have no `never`");
    const found = change
      .lint(textOf(parsed), policy ?? {})
      .filter(({ severity }) => severities.includes(severity));
    return [found.length === 0, found.map(said).join("\n")];
  };
}

/**
 * The message without the comments of git's editor: `commitlint --edit` leaves them in `raw`, but not in what it parsed.
 * Otherwise a line with `#` is text.
 */
function textOf({ raw, header, body, footer }) {
  const parsed = [header, body, footer].join("\n");
  const isComment = (line) => line.startsWith("#") && !parsed.includes(line);
  const lines = (raw ?? "").split(/\r?\n/);
  const cut = lines.findIndex((line) => isComment(line) && / -{24} >8 -{24}$/.test(line)); // the diff of `commit -v`
  return lines
    .slice(0, cut === -1 ? undefined : cut)
    .filter((line) => !isComment(line))
    .join("\n")
    .trim();
}

function said({ line, text, hint }) {
  return `line ${line}: ${text}${hint === undefined ? "" : `; write \`${hint}\``}`;
}

const implementations = {
  "relcore-lint": rule("critical", "error"),
  "relcore-lint-warnings": rule("warning", "info"),
};

// One by one, so that Node finds the names for `import { rules }`.
exports.plugins = [{ rules: implementations }];
exports.rules = { "relcore-lint": [2, "always"], "relcore-lint-warnings": [1, "always"] };
