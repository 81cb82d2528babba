"use strict";

// The plugin for semantic-release. It reads files, git and the clock, and leaves every decision to the functions of relcore.
const { execFileSync } = require("node:child_process");
const { readFileSync } = require("node:fs");
const { extname, resolve } = require("node:path");
const change = require("./change.js");
const { RelcoreError } = require("./lib/errors.js");
const { fromJson } = require("./lib/json.js");
const notes = require("./notes.js");
const readiness = require("./readiness.js");
const version = require("./version.js");
const versioning = require("./versioning.js");
const window = require("./window.js");

/** The options that are a policy or the path of a file with one, and the functions that read such a file. */
const POLICIES = {
  window: [window.policyFromJson, window.policyFromYaml],
  change: [change.policyFromJson, change.policyFromYaml],
  versioning: [versioning.policyFromJson, versioning.policyFromYaml],
  spec: [notes.specFromJson, notes.specFromYaml],
};
const OPTIONS = [...Object.keys(POLICIES), "subject", "duration", "readiness", "audience", "format"];

/** semantic-release begins with this version, whatever `versioning` says. */
const FIRST = "1.0.0";
/** What semantic-release decides itself, so that a policy that says it, too, would be ignored. */
const NOT_OURS = {
  versioning: ["scheme", "calendar", "channel", "line", "tagFormat", "initial", "force"],
  spec: ["version"],
};

function verifyConditions(options, context) {
  const { logger } = context;
  const own = ownOptions(options, context);
  const now = new Date();
  const refusals = [];
  if (own.window !== undefined) {
    const [outcome, text] = askWindows(own, now);
    logger.log("%s", text);
    if (outcome !== "proceed")
      refusals.push(refusal("ERELCOREWINDOW", "the windows let no release start", text));
  }
  if (own.readiness !== undefined) {
    const decision = askGates(own.readiness, context, now);
    const text = readiness.explain(decision);
    logger.log("%s", text);
    if (readiness.outcome(decision) !== "proceed")
      refusals.push(refusal("ERELCOREREADINESS", `go/no-go: ${decision.verdict}`, text));
  }
  if (own.window === undefined && own.readiness === undefined)
    logger.warn("the options have neither `window` nor `readiness`: nothing was checked");
  // Both at once, so that nobody waits for a window only to read of a gate.
  if (refusals.length > 1) throw new AggregateError(refusals, refusals.map(String).join("; "));
  if (refusals.length > 0) throw refusals[0];
}

function askWindows({ window: policy, subject = {}, duration }, now) {
  if (duration === undefined) {
    const status = window.status(subject, policy, now);
    return [window.outcome(status), window.explain(status)];
  }
  const fit = window.fits(subject, now, duration, policy);
  return [window.outcomeOfFit(fit), window.explainFit(fit)];
}

function askGates({ candidate = {}, evidence = {}, gates = readiness.defaultGates() }, context, now) {
  const facts =
    typeof evidence === "string"
      ? fromJson("readiness.CandidateEvidence", textOf("readiness.evidence", evidence, context))
      : evidence;
  const readers = [readiness.gatesFromJson, readiness.gatesFromYaml];
  const policy = policyOf("readiness.gates", gates, readers, context);
  return readiness.goNoGo({ ...headOf(candidate, context), ...candidate }, facts, policy, now);
}

/** The commit that is to be released, so that evidence about an earlier one does not count. */
function headOf({ artifact }, { cwd, env }) {
  if (artifact !== undefined) return {};
  const show = ["show", "--no-patch", "--format=%H %cI", "HEAD"];
  const [commit, createdAt] = execFileSync("git", show, { cwd, env, encoding: "utf8" }).trim().split(" ");
  return { artifact: `${commit.length === 64 ? "sha256" : "sha1"}:${commit}`, createdAt };
}

function analyzeCommits(options, context) {
  const { lastRelease, logger } = context;
  const own = ownOptions(options, context);
  const { changes, cancelled } = unreleased(own, context);
  for (const { id, by } of cancelled)
    logger.log("%s and the commit that it takes back, %s, do not count", short(by), short(id));
  for (const { id, diagnostics } of changes) {
    for (const { severity, text, hint } of diagnostics)
      logger.log("%s: %s: %s%s", short(id), severity, text, hint === undefined ? "" : `; write \`${hint}\``);
  }
  // semantic-release numbers prereleases itself, by the step from the release that they announce.
  const current = lastRelease?.version && version.truncate(lastRelease.version, "patch");
  const next = versioning.nextVersion(current, [], changes, {}, { ...own.versioning, initial: FIRST });
  for (const { subject, text } of next.reasons) logger.log("%s: %s", short(subject), text);
  if (next.verdict === "nothing") return null;
  if (next.verdict !== "release")
    throw refusal("ERELCOREVERSION", `no version is made: ${next.verdict}`, versioning.explain(next));
  const step = current ? next.bump : next.needed;
  const made = current ? version.increment(current, step, null, "from_zero") : FIRST;
  // Such as a footer `Release-As: 2.5.0`.
  if (made !== next.version) {
    const message = `semantic-release would make ${made} of the step \`${step}\`, not ${next.version}`;
    throw refusal("ERELCOREVERSION", message, versioning.explain(next));
  }
  return step;
}

function generateNotes(options, context) {
  const own = ownOptions(options, context);
  const { changes } = unreleased(own, context);
  const today = new Date().toISOString().slice(0, 10);
  const spec = { date: today, ...own.spec, version: context.nextRelease.version };
  const built = notes.buildNotes(changes, spec, own.audience ?? "developer");
  const { text, leftOut } = notes.renderNotes(built, own.format ?? "markdown");
  if (leftOut > 0) context.logger.warn("the limit of the format left %d items out of the notes", leftOut);
  return text;
}

/**
 * The changes of the commits, without those that were taken back. semantic-release passes the commits without their
 * parents, so git says what is merged, and whether a revert takes back what was released.
 */
function unreleased({ change: policy = {} }, context) {
  const { commits, lastRelease, nextRelease } = context;
  if (commits.length === 0) return { changes: [], cancelled: [] };
  const head = nextRelease?.gitHead ?? commits[0].hash;
  const history = historyOf(head, context);
  const released = lastRelease?.gitHead;
  // The name says only that the commit is released: after a prerelease the changes are those since it, too.
  const tags = released ? [{ name: "0.0.0", commit: released }] : [];
  const found = change.changesSince({ commits: history, tags }, { head }, policy);
  if (found.missing.length > 0)
    throw refusal("ERELCOREHISTORY", `the history lacks ${found.missing.map(short).join(", ")}`);
  // A plugin around this one may pass some of the commits, as those of one package.
  const asked = new Set(commits.map(({ hash }) => hash));
  return {
    changes: found.changes.filter(({ id, also }) => [id, ...also].some((one) => asked.has(one))),
    cancelled: found.cancelled.filter(({ by }) => asked.has(by)),
  };
}

function historyOf(head, { cwd, env }) {
  const log = ["log", "-z", "--pretty=format:%H%n%P%n%B", head];
  const text = execFileSync("git", log, { cwd, env, encoding: "utf8", maxBuffer: 1 << 30 });
  return text.split("\0").map((entry) => {
    const [id, parents, ...lines] = entry.split("\n");
    return { id, text: lines.join("\n").trim(), parents: parents.split(" ").filter(Boolean) };
  });
}

/** The options of this plugin, with what files say. */
function ownOptions(options, context) {
  // semantic-release adds its own options to those of a plugin; the rest is misspelt, and might have been a freeze.
  const unknown = Object.keys(options).filter(
    (name) => !OPTIONS.includes(name) && !Object.hasOwn(context.options ?? {}, name),
  );
  if (unknown.length > 0) throw wrong(unknown.join(", "), `unknown: expected ${OPTIONS.join(", ")}`);
  const own = {};
  for (const name of OPTIONS) {
    const value = options[name];
    if (value === undefined) continue;
    own[name] = POLICIES[name] ? policyOf(name, value, POLICIES[name], context) : value;
  }
  for (const name of ["subject", "duration"])
    if (own[name] !== undefined && own.window === undefined)
      throw wrong(name, "says nothing without `window`");
  if (own.readiness !== undefined) {
    const names = ["candidate", "evidence", "gates"];
    checkObject("readiness", own.readiness, (name) => names.includes(name), `expected ${names.join(", ")}`);
  }
  for (const [name, theirs] of Object.entries(NOT_OURS)) {
    if (own[name] === undefined) continue;
    // A policy that was read from text has every key: only one that differs from the default says something.
    const defaults = name === "versioning" ? versioning.defaultPolicy() : notes.defaultSpec();
    const says = (key) =>
      theirs.includes(key) && own[name][key] !== undefined && own[name][key] !== defaults[key];
    checkObject(name, own[name], (key) => !says(key), "semantic-release decides it");
  }
  return own;
}

function policyOf(name, value, [fromJsonText, fromYamlText], context) {
  if (typeof value !== "string") {
    checkObject(name, value, () => true);
    return value;
  }
  const text = textOf(name, value, context);
  try {
    return extname(value) === ".json" ? fromJsonText(text) : fromYamlText(text);
  } catch (error) {
    throw error instanceof RelcoreError ? wrong(name, `\`${value}\`: ${error.message}`) : error;
  }
}

function textOf(name, path, { cwd }) {
  try {
    return readFileSync(resolve(cwd, path), "utf8");
  } catch (error) {
    throw wrong(name, `\`${path}\` cannot be read: ${error.message}`);
  }
}

function checkObject(name, value, accepts, expected) {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw wrong(name, `expected an object, or the path of a file`);
  for (const key of Object.keys(value)) if (!accepts(key)) throw wrong(`${name}.${key}`, expected);
}

function wrong(name, text) {
  return refusal("ERELCOREOPTIONS", `the options of relcore/semantic-release: ${name}: ${text}`);
}

/** An error that semantic-release prints without a stack. */
function refusal(code, message, details) {
  return Object.assign(new Error(message), {
    name: "SemanticReleaseError",
    code,
    details,
    semanticRelease: true,
  });
}

/** A step whose refused inputs are refusals, too. */
function step(run) {
  return (options, context) => {
    try {
      return run(options, context);
    } catch (error) {
      throw error instanceof RelcoreError ? refusal("ERELCOREINPUT", error.message) : error;
    }
  };
}

function short(id) {
  return /^[0-9a-f]{40,}$/.test(id) ? id.slice(0, 7) : id;
}

// One by one, so that Node finds the names for `import { analyzeCommits }`.
exports.verifyConditions = step(verifyConditions);
exports.analyzeCommits = step(analyzeCommits);
exports.generateNotes = step(generateNotes);
