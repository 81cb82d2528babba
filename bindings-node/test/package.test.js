"use strict";
const assert = require("node:assert/strict");
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const { test } = require("node:test");
const relcore = require("relcore");

test("ESM and CJS are the same", async () => {
  const { default: _, ...module } = await import("relcore");
  assert.deepEqual(Object.keys(module).sort(), Object.keys(relcore).sort());
  for (const name of Object.keys(relcore)) assert.equal(module[name], relcore[name]);
});

test("the version is the core's", () => {
  const workspace = readFileSync(join(__dirname, "..", "..", "Cargo.toml"), "utf8");
  const [, version] = /^version = "(.+)"$/m.exec(workspace);
  assert.equal(relcore.VERSION, version);
  assert.equal(require("relcore/package.json").version, version);
});

test("the lock file names no host", () => {
  const lock = JSON.parse(readFileSync(join(__dirname, "..", "package-lock.json"), "utf8"));
  for (const [name, entry] of Object.entries(lock.packages)) assert.equal(entry.resolved, undefined, name);
});
