#!/usr/bin/env node
"use strict";

// Runs conformance cases through the public functions: `relcore-conformance [PATH…]`. The format of the cases is in
// conformance/README.md. Every text that is an instant goes in as a Date, as an application would give it.
const { readFileSync, readdirSync, statSync } = require("node:fs");
const { join } = require("node:path");
const { signatures } = require("../call.js");
const relcore = require("../index.js");

function main(paths) {
  const usual = join(__dirname, "..", "..", "conformance");
  let passed = 0;
  const failures = [];
  for (const file of (paths.length > 0 ? paths : [usual]).flatMap(jsonFiles)) {
    for (const each of casesOf(file)) {
      const problem = run(each);
      if (problem === undefined) passed++;
      else failures.push(`${file}: ${each.description}\n  ${each.call}: ${problem}`);
    }
  }
  if (passed + failures.length === 0) failures.push("there is no case");
  for (const failure of failures) console.error(`FAILED ${failure}`);
  console.log(`${passed} passed, ${failures.length} failed`);
  return failures.length === 0 ? 0 : 1;
}

function jsonFiles(path) {
  if (!statSync(path).isDirectory()) return [path];
  const inside = readdirSync(path, { recursive: true }).filter((name) => name.endsWith(".json"));
  return inside.sort().map((name) => join(path, name));
}

function casesOf(file) {
  try {
    const { cases } = JSON.parse(readFileSync(file, "utf8"));
    if (!Array.isArray(cases)) throw new Error("there is no list of `cases`");
    return cases;
  } catch (error) {
    throw new Error(`\`${file}\`: ${error.message}`);
  }
}

/** What is wrong with the answer; undefined when it is as expected. */
function run({ call, input = {}, expect, error, tolerance = 0 }) {
  const names = signatures.get(call);
  if (names === undefined) return "there is no such function";
  const unknown = Object.keys(input).filter((key) => !names.includes(key));
  const [room, name] = call.split(".");
  const camelCase = name.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());
  try {
    if (unknown.length > 0) throw Object.assign(new Error(), { code: "unknown_field", path: unknown[0] });
    const answer = relcore[room][camelCase](...names.map((name) => native(input[name])));
    if (error !== undefined) return `expected the error ${error.code}, got ${JSON.stringify(answer)}`;
    return same(answer, expect, tolerance) ? undefined : `got ${JSON.stringify(answer)}`;
  } catch (thrown) {
    const got = `${thrown.code} at \`${thrown.path}\`: ${thrown.message}`;
    if (error === undefined) return `unexpected error ${got}`;
    const wanted = error.code === thrown.code && (error.path === undefined || error.path === thrown.path);
    return wanted ? undefined : `expected ${JSON.stringify(error)}, got ${got}`;
  }
}

/** The value as an application would give it: instants as dates. */
function native(value) {
  if (typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value)) {
    const date = new Date(value);
    return !Number.isNaN(date.getTime()) && date.toJSON() === value ? date : value;
  }
  if (Array.isArray(value)) return value.map(native);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, native(inner)]));
}

function same(a, b, tolerance) {
  if (typeof a === "number" && typeof b === "number") return Object.is(a, b) || Math.abs(a - b) <= tolerance;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  const keys = Object.keys(a).sort();
  if (Array.isArray(a) !== Array.isArray(b) || keys.join() !== Object.keys(b).sort().join()) return false;
  return keys.every((key) => same(a[key], b[key], tolerance));
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  console.error(`error: ${error.message}`); // a path that is not there, a file that is no JSON
  process.exitCode = 1;
}
