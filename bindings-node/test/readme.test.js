"use strict";
// The README is what npm shows: its code runs.
const assert = require("node:assert/strict");
const { execFileSync } = require("node:child_process");
const { mkdtempSync, readFileSync, rmSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { test } = require("node:test");

const FOLDER = join(__dirname, "..");
const text = readFileSync(join(FOLDER, "README.md"), "utf8");
const blocks = [...text.matchAll(/^```(js|ts)\n(.*?)^```$/gms)].map(([, language, code]) => ({
  language,
  code,
}));
const node = (...rest) => execFileSync(process.execPath, rest, { cwd: FOLDER, encoding: "utf8" });

test("there is code of both kinds", () => {
  assert.deepEqual(new Set(blocks.map(({ language }) => language)), new Set(["js", "ts"]));
});

for (const [index, { language, code }] of blocks.entries()) {
  const title = `block ${index + 1} in ${language}`;
  if (language === "js") {
    test(`${title} prints what its comments say`, () => {
      const printed = node("--input-type=module", "--eval", code);
      for (const [, line] of code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)) {
        if (!line.startsWith("the ")) assert.ok(printed.includes(line), `\`${line}\` in ${printed}`);
      }
    });
  } else {
    test(`${title} compiles`, () => {
      // Inside the package, so that its own name is found.
      const work = mkdtempSync(join(FOLDER, "test", "readme-"));
      try {
        writeFileSync(join(work, "block.mts"), code);
        const extended = { extends: "../types/tsconfig.json", files: ["block.mts"] };
        writeFileSync(join(work, "tsconfig.json"), JSON.stringify(extended));
        node("node_modules/typescript/bin/tsc", "--project", work);
      } finally {
        rmSync(work, { recursive: true });
      }
    });
  }
}
