"use strict";
const assert = require("node:assert/strict");
const { execSync } = require("node:child_process");
const { mkdtempSync, readFileSync, rmSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const { test } = require("node:test");
const relcore = require("relcore");

test("ESM and CJS are the same", async () => {
  const { default: _, ...module } = await import("relcore");
  assert.deepEqual(Object.keys(module).sort(), Object.keys(relcore).sort());
  for (const name of Object.keys(relcore)) assert.equal(module[name], relcore[name]);
});

test("each module is a path of its own", async () => {
  const names = Object.keys(relcore).filter((name) => typeof relcore[name] === "object");
  assert.ok(names.includes("canary") && names.includes("time"));
  for (const name of names) {
    assert.equal(require(`relcore/${name}`), relcore[name]);
    const { default: module, ...named } = await import(`relcore/${name}`);
    assert.equal(module, relcore[name]);
    for (const own of Object.keys(module)) assert.equal(named[own], module[own]);
  }
  assert.throws(() => require("relcore/lib/call"), { code: "ERR_PACKAGE_PATH_NOT_EXPORTED" });
});

test("the plugins have their names as modules, too", async () => {
  const plugins = {
    "relcore/semantic-release": ["analyzeCommits", "generateNotes", "verifyConditions"],
    "relcore/commitlint": ["plugins", "rules"],
  };
  for (const [path, names] of Object.entries(plugins)) {
    const { default: own, ...named } = await import(path);
    assert.deepEqual(
      Object.keys(named)
        .filter((name) => name !== "module.exports")
        .sort(),
      names,
    );
    for (const name of names) assert.equal(named[name], own[name]);
  }
});

test("the git commands print what is read", () => {
  const folder = mkdtempSync(join(tmpdir(), "relcore-"));
  const shell = (command) => execSync(command, { cwd: folder, encoding: "utf8" });
  try {
    const commit = "commit --allow-empty --quiet --message first";
    shell(`git init --quiet && git -c user.name=a -c user.email=a@b.example ${commit} && git tag v1.0.0`);
    const { GIT_LOG, GIT_TAGS, parseGit } = relcore.interchange;
    const { commits, tags } = parseGit(shell(GIT_TAGS), shell(GIT_LOG));
    assert.deepEqual(
      [commits.map((commit) => commit.subject), tags.map((tag) => tag.name)],
      [["first"], ["v1.0.0"]],
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a name that the native library lacks fails at load", () => {
  const { bind, bindMethod } = require("../lib/call.js");
  assert.throws(() => bind("canary.stop", []), /no `canary\.stop`/);
  assert.throws(() => bindMethod("canary.Rollout.stop", []), /no `canary\.Rollout\.stop`/);
});

test("the loader knows the platforms that are published", async () => {
  const { PLATFORMS } = await import("../scripts/platforms.mjs");
  const loader = readFileSync(join(__dirname, "..", "lib", "native.js"), "utf8");
  const loaded = [...loader.matchAll(/require\("relcore-(.+)"\)/g)].map(([, platform]) => platform);
  assert.deepEqual(loaded.sort(), Object.keys(PLATFORMS).sort());
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
