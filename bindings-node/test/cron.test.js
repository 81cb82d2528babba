"use strict";
// The example for cron: a tick that ended between the state and the traffic is made up for by the next one.
const assert = require("node:assert/strict");
const { spawnSync } = require("node:child_process");
const { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { test } = require("node:test");

test("a tick that ended before it routed is made up for", () => {
  const folder = mkdtempSync(join(__dirname, "cron-")); // inside the package, so that its own name is found
  try {
    copyFileSync(join(__dirname, "..", "..", "examples", "cron", "rollout.mjs"), join(folder, "rollout.mjs"));
    const steps =
      "[{ type: set_weight, weight: 5 }, { type: bake, min: 2m }, { type: set_weight, weight: 100 }]";
    const file = (name, text) => writeFileSync(join(folder, name), text);
    file("schedule.yaml", `steps: ${steps}\nmetrics: [{ name: error_rate, max: 2, unit: '%' }]\n`);
    file("metrics.json", '{"error_rate":{"value":0.4,"n":500}}');
    const tick = (minute) =>
      spawnSync(process.execPath, ["rollout.mjs", ".", `2026-11-23T03:0${minute}:00Z`], {
        cwd: folder,
        encoding: "utf8",
      });
    const routed = () => JSON.parse(readFileSync(join(folder, "router.json"), "utf8")).canary;

    // The draft of the routing is a folder: the tick ends after it stored the state, before it routed.
    mkdirSync(join(folder, "router.json.draft"));
    assert.match(tick(0).stderr, /EISDIR/);
    assert.match(readFileSync(join(folder, "state.json"), "utf8"), /"weight":5/);
    rmSync(join(folder, "router.json.draft"), { recursive: true });
    assert.equal(tick(1).status, 0);
    assert.equal(routed(), 5);

    file("metrics.json", '{"error_rate":{"value":7.1,"n":640}}');
    assert.match(tick(2).stdout, /^ROLL BACK from 5 % to 0 %/);
    assert.equal(routed(), 0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
