#!/usr/bin/env node
"use strict";

// Runs conformance cases through the public functions: `relcore-conformance [PATH…]`. The format of the cases is in
// conformance/README.md. Every text that is an instant is passed as a Date, as an application would. A function that a
// handle has as a method is also called through the handle, and must give the same result.
const { readFileSync, readdirSync, statSync } = require("node:fs");
const { join } = require("node:path");
const { rowsOfCore } = require("../lib/packed.js");
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

/** What is wrong with the result; undefined when it is as expected. */
function run({ call, input = {}, expect, error, tolerance = 0 }) {
  const [module, name] = (call ?? "").split(".");
  const names = relcore[module] && rowsOfCore()[call]?.names;
  if (names === undefined) return "there is no such function";
  const unknown = Object.keys(input).filter((key) => !names.includes(key));
  if (unknown.length > 0) return problem(() => refuse(unknown[0]), expect, error, tolerance);
  const values = (names) => names.map((name) => native(input[name]));
  const method = camelCase(name);
  let found = problem(() => relcore[module][method](...values(names)), expect, error, tolerance);
  for (const [handle, policy, names] of handlesOf(module, name)) {
    const throughHandle = () => new relcore[module][handle](...values([policy]))[method](...values(names));
    found ??= problem(throughHandle, expect, error, tolerance)?.replace(/^/, `through \`${handle}\`: `);
  }
  return found;
}

/** The handles that have a function as a method: their name, the argument of the constructor, those of the method. */
function handlesOf(module, name) {
  const methods = Object.entries(rowsOfCore()).filter(
    ([key]) => key.startsWith(`${module}.`) && key.split(".")[2] === name,
  );
  return methods.map(([key, { names }]) => {
    const handle = key.split(".")[1];
    return [handle, rowsOfCore()[`${module}.${handle}`].names[0], names];
  });
}

function problem(call, expect, error, tolerance) {
  try {
    const result = call();
    if (error !== undefined) return `expected the error ${error.code}, got ${JSON.stringify(result)}`;
    return same(result, expect, tolerance) ? undefined : `got ${JSON.stringify(result)}`;
  } catch (thrown) {
    const got = `${thrown.code} at \`${thrown.path}\`: ${thrown.message}`;
    if (error === undefined) return `unexpected error ${got}`;
    const wanted = error.code === thrown.code && (error.path === undefined || error.path === thrown.path);
    return wanted ? undefined : `expected ${JSON.stringify(error)}, got ${got}`;
  }
}

function refuse(argument) {
  throw Object.assign(new Error(), { code: "unknown_field", path: argument });
}

function camelCase(name) {
  return name.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());
}

/** The value as an application would pass it: instants as dates. */
function native(value) {
  if (typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value)) {
    const date = new Date(value);
    return !Number.isNaN(date.getTime()) && date.toJSON() === value ? date : value;
  }
  if (Array.isArray(value)) return value.map(native);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, native(inner)]));
}

/** Equal key by key; an expected object with a `code` and without a `text` leaves the `text` open. */
function same(got, expect, tolerance) {
  if (typeof got === "number" && typeof expect === "number") {
    return Object.is(got, expect) || Math.abs(got - expect) <= tolerance;
  }
  if (typeof got !== "object" || typeof expect !== "object" || got === null || expect === null) {
    return got === expect;
  }
  if (Array.isArray(got) !== Array.isArray(expect)) return false;
  const isOpen = (key) => key === "text" && "code" in expect && !("text" in expect);
  const keys = Object.keys(got).filter((key) => !isOpen(key));
  if (keys.sort().join() !== Object.keys(expect).sort().join()) return false;
  return keys.every((key) => same(got[key], expect[key], tolerance));
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  console.error(`error: ${error.message}`); // a path that is not there, a file that is no JSON
  process.exitCode = 1;
}
