// Bundles a program as the README says and runs each bundle away from its sources: `npm run bundles -- FOLDER`, where
// FOLDER has the packages installed. The settings are read from the README, so that it says what was tried.
import { execFileSync } from "node:child_process";
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { here } from "./platforms.mjs";

const [installed] = process.argv.slice(2);
assert.ok(installed, "usage: npm run bundles -- FOLDER");
const folder = dirname(dirname(fileURLToPath(import.meta.url)));
const [, section] = /^## Bundlers\n(.*?)^## /ms.exec(readFileSync(join(folder, "README.md"), "utf8"));
const blocks = [...section.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, code]) => ({
  language,
  code,
}));
const commands = blocks
  .filter(({ language }) => language === "sh")
  .flatMap(({ code }) => code.replaceAll("\\\n", " ").trim().split("\n"));
const files = blocks.filter(({ language }) => language === "js");

const PROGRAM = `
import { canary } from "relcore";
const schedule = canary.scheduleFromYaml("steps: [{ type: set_weight, weight: 5 }, { type: bake, min: 10m }, { type: set_weight, weight: 100 }]");
const now = new Date("2026-11-23T03:00:00Z");
console.log(JSON.stringify(canary.nextAction(schedule, canary.start(schedule, now), [], now).verdict));
`;
const VERDICT = '{"type":"set_weight","previous":0,"weight":5}\n';

/** What each bundle needs in `node_modules` beside it: nothing, the package of the platform, or relcore itself too. */
const BUNDLES = [
  { tool: "esbuild app.mjs --bundle --platform=node --loader", out: "app.js", needs: [] },
  { tool: "esbuild app.mjs --bundle --platform=node --format=esm", out: "app.mjs", needs: [] },
  {
    tool: "esbuild app.mjs --bundle --platform=node --packages",
    out: "app.js",
    needs: ["relcore", "native"],
  },
  { tool: "webpack", out: "app.cjs", needs: [] },
  { tool: "rollup", out: "app.cjs", needs: ["native"] },
  { tool: "vite", out: "app.mjs", needs: ["relcore", "native"] },
];

const work = mkdtempSync(join(tmpdir(), "relcore-bundles-"));
try {
  assert.equal(commands.length, BUNDLES.length, "the README has a command for each bundle");
  for (const [index, command] of commands.entries()) {
    const bundle = BUNDLES.find(({ tool }) => command.startsWith(`npx ${tool}`));
    assert.ok(bundle, `no bundle is expected of \`${command}\``);
    const { out, needs } = bundle;
    const sources = join(work, `sources-${index}`);
    mkdirSync(join(sources, "node_modules"), { recursive: true });
    for (const name of ["relcore", `relcore-${here()}`])
      cpSync(join(resolve(installed), "node_modules", name), join(sources, "node_modules", name), {
        recursive: true,
      });
    writeFileSync(join(sources, "app.mjs"), PROGRAM);
    for (const { code } of files) writeFileSync(join(sources, /^\/\/ (\S+)\n/.exec(code)[1]), code);
    // The plugins, and by PATH the tools, are those of this package's lock file.
    for (const name of ["@rollup", "node-loader"])
      symlinkSync(join(folder, "node_modules", name), join(sources, "node_modules", name));
    const started = Date.now();
    const path = `${join(folder, "node_modules", ".bin")}:${process.env.PATH}`;
    const options = { cwd: sources, encoding: "utf8", stdio: "pipe", env: { ...process.env, PATH: path } };
    execFileSync("sh", ["-c", command.replace(/^npx /, "")], options);
    const place = join(work, `place-${index}`);
    cpSync(join(sources, "dist"), place, { recursive: true });
    const run = () => execFileSync(process.execPath, [join(place, out)], { ...options, cwd: place });
    if (needs.length > 0)
      assert.throws(
        run,
        /Cannot find (module|package) 'relcore|native library of relcore is missing/,
        `${command} needs nothing beside it`,
      );
    for (const name of needs) {
      const own = name === "native" ? `relcore-${here()}` : name;
      cpSync(join(sources, "node_modules", own), join(place, "node_modules", own), { recursive: true });
    }
    rmSync(sources, { recursive: true });
    assert.equal(run(), VERDICT, command);
    console.log(`${command.split(" ")[1]} (${out}) runs in ${Date.now() - started} ms: ${command}`);
  }
} finally {
  rmSync(work, { recursive: true });
}
