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

/**
 * What a block says it prints: the comment after each `console.log`, or the comment lines below it. A `console.log` that
 * says nothing is an error of the README.
 */
function promised(code) {
  const lines = code.split("\n");
  return lines.flatMap((line, index) => {
    if (!line.includes("console.log(")) return [];
    const [, beside] = /\); \/\/ (.*)$/.exec(line) ?? [];
    if (beside !== undefined) return [beside];
    const rest = lines.slice(index + 1);
    const end = rest.findIndex((next) => !next.trim().startsWith("//"));
    const below = rest.slice(0, end === -1 ? undefined : end).map((next) => next.replace(/^\s*\/\/ ?/, ""));
    assert.notEqual(below.length, 0, `\`${line}\` does not say what it prints`);
    return below;
  });
}

/** Compiles a file inside the package, so that its own name is found. */
function compile(name, code, options) {
  const work = mkdtempSync(join(FOLDER, "test", "readme-"));
  try {
    writeFileSync(join(work, name), code);
    const settings = { extends: "../types/tsconfig.json", compilerOptions: options, files: [name] };
    writeFileSync(join(work, "tsconfig.json"), JSON.stringify(settings));
    node("node_modules/typescript/bin/tsc", "--project", work);
  } finally {
    rmSync(work, { recursive: true });
  }
}

for (const [index, { language, code }] of blocks.entries()) {
  // The settings of bundlers begin with their file name; `scripts/bundles.mjs` uses them.
  if (/^\/\/ \S+\.config\.mjs\n/.test(code)) continue;
  const title = `block ${index + 1} in ${language}`;
  if (language === "js") {
    test(`${title} prints what its comments say`, () => {
      const printed = node("--input-type=module", "--eval", code);
      assert.deepEqual(printed.trimEnd().split("\n"), promised(code));
    });
    test(`${title} uses the types rightly`, () => {
      const globals = "declare const console: { log(...values: unknown[]): void };\n";
      const lines = code.replace(/^import assert from "node:assert";\n/m, "");
      const assertions = lines === code ? "" : "declare function assert(fact: unknown): asserts fact;\n";
      compile("block.mts", globals + assertions + lines, { noImplicitAny: false });
    });
  } else {
    test(`${title} compiles`, () => compile("block.mts", code, {}));
  }
}

test("the compiler refuses a block that names what is not there", () => {
  const code = 'import { canary } from "relcore";\ncanary.nextStep();\n';
  assert.throws(() => compile("block.mts", code, {}), /Command failed/);
});
