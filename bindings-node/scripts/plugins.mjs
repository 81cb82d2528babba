// Runs semantic-release and commitlint with the plugins of the package, in repositories of git that are made here:
// `npm run plugins -- FOLDER`, where FOLDER has the packages installed. The configurations are read from the README.
import lint from "@commitlint/lint";
import load from "@commitlint/load";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import semanticRelease from "semantic-release";

const [installed] = process.argv.slice(2);
assert.ok(installed, "usage: npm run plugins -- FOLDER");
const folder = dirname(dirname(fileURLToPath(import.meta.url)));
const readme = readFileSync(join(folder, "README.md"), "utf8");
const work = mkdtempSync(join(tmpdir(), "relcore-plugins-"));
const { PATH } = process.env;
const people = { GIT_AUTHOR_NAME: "a", GIT_AUTHOR_EMAIL: "a@b.example", GIT_COMMITTER_NAME: "a" };
const env = {
  ...people,
  PATH,
  HOME: work,
  GIT_COMMITTER_EMAIL: "a@b.example",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
};

/** The configuration that the README shows. */
function config(name) {
  const [, code] = new RegExp(`^\`\`\`js\\n(// ${name}\\n.*?)^\`\`\`$`, "ms").exec(readme);
  return code;
}

/** A repository with a bare remote, in which the packages are installed. */
class Repository {
  constructor(name) {
    this.cwd = join(work, name);
    this.remote = join(work, `${name}.git`);
    mkdirSync(this.cwd);
    this.git("init", "--quiet", "--bare", "--initial-branch=main", this.remote);
    this.git("init", "--quiet", "--initial-branch=main");
    this.git("remote", "add", "origin", this.remote);
    symlinkSync(join(resolve(installed), "node_modules"), join(this.cwd, "node_modules"));
    this.commit("chore: start");
  }

  git(...rest) {
    return execFileSync("git", rest, { cwd: this.cwd, env, encoding: "utf8" }).trim();
  }

  write(name, content) {
    writeFileSync(join(this.cwd, name), typeof content === "string" ? content : JSON.stringify(content));
  }

  /** Commits each message and pushes; the name of the last commit. */
  commit(...messages) {
    for (const message of messages)
      this.git("commit", "--quiet", "--allow-empty", "--cleanup=verbatim", "-m", message);
    this.git("push", "--quiet", "--tags", "origin", "HEAD");
    return this.git("rev-parse", "HEAD");
  }

  revert(commit) {
    const subject = this.git("show", "-s", "--format=%s", commit);
    return this.commit(`Revert "${subject}"\n\nThis reverts commit ${commit}.`);
  }

  /** What semantic-release returns and prints, with this plugin alone. */
  async release(options, more = { dryRun: true }) {
    let printed = "";
    const stream = new Writable({
      write(chunk, _, done) {
        printed += chunk;
        done();
      },
    });
    const plugins = options && { plugins: [["relcore/semantic-release", options]] };
    const own = {
      ci: false,
      branches: ["main"],
      repositoryUrl: `file://${this.remote}`,
      ...plugins,
      ...more,
    };
    const streams = { cwd: this.cwd, env, stdout: stream, stderr: stream };
    const result = await semanticRelease(own, streams).catch((error) =>
      Object.assign(error, { printed: (error.printed ?? "") + printed }),
    );
    if (result instanceof Error) throw result;
    return {
      version: result && result.nextRelease.version,
      notes: result && result.nextRelease.notes,
      printed,
    };
  }

  /** The refusal; its details are in what is printed, too. */
  async refuses(options, ...codes) {
    const error = await this.release(options).then(
      ({ printed }) => assert.fail(`released in spite of ${codes.join(", ")}\n${printed}`),
      (error) => error,
    );
    const errors = error.errors ?? [error];
    assert.deepEqual(
      errors.map(({ code }) => code),
      codes,
      `${error.stack}`,
    );
    for (const { semanticRelease } of errors) assert.equal(semanticRelease, true);
    return errors.map(({ message, details }) => `${message}\n${details ?? ""}`).join("\n");
  }
}

const always = { type: "once", start: "2000-01-01T00:00:00Z", end: "2100-01-01T00:00:00Z" };
const frozen = {
  windows: [{ name: "year-end", kind: "deny", schedule: always, environments: ["production"] }],
};

async function steps() {
  const shop = new Repository("shop");
  assert.equal((await shop.release({})).version, false);
  shop.commit("feat(cart): save carts");
  const first = await shop.release({}, {});
  assert.equal(first.version, "1.0.0");
  assert.equal(shop.git("ls-remote", "--tags", "origin", "v1.0.0").split("\t")[1], "refs/tags/v1.0.0");
  assert.match(first.notes, /^# 1\.0\.0 \(\d{4}-\d\d-\d\d\)\n\n## New\n\n- \*\*cart:\*\* save carts/m);
  assert.match(first.printed, /`feat\(cart\): save carts` needs a minor version/);

  // A feature that was taken back is in no step and in no notes, until the revert is taken back.
  const feature = shop.commit("feat: export");
  shop.commit("fix: totals");
  const revert = shop.revert(feature);
  const fix = await shop.release({}, {});
  assert.equal(fix.version, "1.0.1");
  assert.match(fix.notes, /totals/);
  assert.doesNotMatch(fix.notes, /export/);
  assert.match(fix.printed, new RegExp(`${revert.slice(0, 7)} and the commit that it takes back`));
  assert.equal((await shop.release({})).version, false);
  shop.commit("feat: import");
  assert.equal((await shop.release({})).version, "1.1.0");
  shop.revert(shop.git("rev-parse", "HEAD"));
  assert.equal((await shop.release({})).version, false);
  shop.revert(shop.git("rev-parse", "v1.0.0"));
  assert.equal((await shop.release({})).version, "1.0.2");

  shop.commit("perf: cache");
  assert.equal((await shop.release({ change: { types: { perf: "minor" } } })).version, "1.1.0");
  shop.write("change.yaml", "rules: [{ changeType: perf, bump: major }]\n");
  assert.equal((await shop.release({ change: "change.yaml" })).version, "2.0.0");
  shop.commit("fix: y\n\n breaking change: z");
  assert.equal((await shop.release({})).version, "1.0.2");
  const suspected = await shop.refuses({ change: { onSuspectedBreaking: "fail" } }, "ERELCOREVERSION");
  assert.match(suspected, /breaking/);
  shop.commit("feat!: new prices");
  assert.equal((await shop.release({})).version, "2.0.0");
  assert.equal((await shop.release({ versioning: { atMost: "minor" } })).version, "1.1.0");
  shop.commit("fix: z\n\nRelease-As: 7.0.0");
  assert.match(
    await shop.refuses({}, "ERELCOREVERSION"),
    /would make 2\.0\.0 of the step `major`, not 7\.0\.0/,
  );

  const young = new Repository("young");
  young.git("tag", "v0.4.2");
  young.commit("feat!: x");
  assert.equal((await young.release({})).version, "1.0.0");
  young.write("versioning.yaml", "zeroRule: pre_major\n");
  assert.equal((await young.release({ versioning: "versioning.yaml" })).version, "0.5.0");

  const beta = new Repository("beta");
  beta.git("tag", "v1.0.0");
  beta.commit();
  beta.git("switch", "--quiet", "--create", "beta");
  const branches = ["main", { name: "beta", prerelease: true }];
  for (const [message, version] of [
    ["feat: x", "1.1.0-beta.1"],
    ["fix: y", "1.1.0-beta.2"],
    ["feat!: z", "2.0.0-beta.1"],
  ]) {
    beta.commit(message);
    assert.equal((await beta.release({}, { branches })).version, version);
  }
}

async function conditions() {
  const shop = new Repository("conditions");
  const head = shop.commit("fix: x");
  shop.write("windows.yaml", JSON.stringify(frozen));
  shop.write("windows.json", frozen);
  for (const window of [frozen, "windows.yaml", "windows.json"]) {
    const closed = await shop.refuses({ window, subject: { environment: "production" } }, "ERELCOREWINDOW");
    assert.match(closed, /year-end/);
    assert.equal((await shop.release({ window, subject: { environment: "test" } })).version, "1.0.0");
    // It may go to production: the environment is not known.
    await shop.refuses({ window }, "ERELCOREWINDOW");
  }
  const soon = { ...always, start: new Date(Date.now() + 3_600_000).toISOString() };
  const window = { windows: [{ name: "soon", kind: "deny", schedule: soon }] };
  assert.equal((await shop.release({ window, duration: "10m" })).version, "1.0.0");
  assert.match(await shop.refuses({ window, duration: "2h" }, "ERELCOREWINDOW"), /closes_too_early/);

  shop.write("broken.yaml", "windows: [{ name: x, kind: denny, schedule: { type: weekly } }]\n");
  for (const [wrong, text] of [
    [{ windw: frozen }, /windw: unknown/],
    [{ window: "absent.yaml" }, /`absent\.yaml` cannot be read/],
    [{ window: "broken.yaml" }, /denny/],
    [{ window: null }, /window: expected an object/],
    [{ subject: { environment: "production" } }, /subject: says nothing without `window`/],
    [{ readiness: { evidenc: {} } }, /readiness\.evidenc/],
    [{ versioning: { tagFormat: "x{version}" } }, /versioning\.tagFormat/],
  ])
    assert.match(await shop.refuses(wrong, "ERELCOREOPTIONS"), text);
  await shop.refuses({ window: { windows: [{ name: "x" }] } }, "ERELCOREINPUT");
  await shop.refuses({ audience: "everybody" }, "ERELCOREINPUT");

  const gates = { gates: [{ id: "tests", kind: { type: "fact" } }] };
  const fact = (commit, holds) => ({ id: "tests", artifact: `sha1:${commit}`, at: new Date(), holds });
  shop.write("gates.yaml", "gates: [{ id: tests, kind: { type: fact } }]\n");
  shop.write("evidence.json", { facts: [fact(head, true)] });
  for (const readiness of [
    { gates, evidence: { facts: [fact(head, true)] } },
    { gates: "gates.yaml", evidence: "evidence.json" },
  ])
    assert.equal((await shop.release({ readiness })).version, "1.0.0");
  for (const readiness of [
    {},
    { gates },
    { gates, evidence: { facts: [fact(head, false)] } },
    { gates, evidence: { facts: [fact(shop.git("rev-parse", "HEAD~"), true)] } },
  ])
    await shop.refuses({ readiness }, "ERELCOREREADINESS");
  const both = { window: frozen, readiness: { gates } };
  assert.match(await shop.refuses(both, "ERELCOREWINDOW", "ERELCOREREADINESS"), /facts\.tests/);
  // Evidence about a commit says nothing about the next one.
  shop.commit("fix: y");
  await shop.refuses({ readiness: { gates: "gates.yaml", evidence: "evidence.json" } }, "ERELCOREREADINESS");
}

async function shown() {
  const shop = new Repository("readme");
  shop.git("tag", "v1.0.0");
  shop.commit("feat: x", "deps: y", "feat: z\n\nBREAKING CHANGE: w");
  shop.write("release.config.mjs", config("release.config.mjs"));
  shop.write("windows.yaml", "{}");
  const { version, notes } = await shop.release(undefined);
  assert.equal(version, "1.1.0");
  assert.match(notes, /^### Added$/m);
  shop.write("windows.yaml", JSON.stringify(frozen));
  await shop.refuses(undefined, "ERELCOREWINDOW");
}

/** The result of commitlint for each message, with the configuration of the README or the one of the package. */
async function messages() {
  const { cwd } = new Repository("commitlint");
  writeFileSync(join(cwd, "commitlint.config.mjs"), config("commitlint.config.mjs"));
  writeFileSync(join(cwd, "plain.config.mjs"), 'export { default } from "relcore/commitlint";\n');
  const checked = async (file, message, options) => {
    const { rules, plugins, parserPreset } = await load({}, { cwd, file });
    const settings = { plugins, parserOpts: { ...parserPreset?.parserOpts, ...options } };
    const { errors, warnings } = await lint(message, rules, settings);
    return [errors, warnings].map((found) => found.map(({ name, message }) => `${name} ${message}`));
  };
  const [plain, own] = ["plain.config.mjs", "commitlint.config.mjs"];
  assert.deepEqual(await checked(plain, "feat(cart): save carts"), [[], []]);
  assert.deepEqual(await checked(plain, "feat:x"), [
    ["relcore-lint line 1: no space follows the colon of the header; write `feat: x`"],
    [],
  ]);
  const warned = await checked(plain, "feat: x.");
  assert.deepEqual([warned[0], warned[1].length], [[], 1]);
  assert.match(warned[1][0], /^relcore-lint-warnings line 1: the description ends with a full stop/);
  assert.equal((await checked(own, "feat(cart): x"))[0].length, 1);
  assert.deepEqual(await checked(own, "feat(api): x"), [[], []]);
  // As of `commitlint --edit`, whose text has the comments of git's editor.
  const edited = `feat: x\n# Please enter\n#\n# ------------------------ >8 ------------------------\ndiff\n`;
  assert.deepEqual(await checked(plain, edited, { commentChar: "#" }), [[], []]);
  assert.notDeepEqual(await checked(plain, edited), [[], []]);
}

try {
  for (const task of [steps, conditions, shown, messages]) {
    const started = Date.now();
    await task();
    console.log(`${task.name}: ${Date.now() - started} ms`);
  }
} finally {
  rmSync(work, { recursive: true });
}
