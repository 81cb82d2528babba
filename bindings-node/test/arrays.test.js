"use strict";
// A Float64Array is a list of numbers for every function that takes one.
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { analysis, stats } = require("..");

const canary = Array.from({ length: 60 }, (_, i) => ((i * 37) % 101) / 2 + 0.5);
const baseline = Array.from({ length: 64 }, (_, i) => ((i * 53) % 97) / 2 + 0.5);

const functions = {
  mannWhitney: (x, y) => stats.mannWhitney(x, y, "auto"),
  locationShift: (x, y) => stats.locationShift(x, y, 0.95),
  kolmogorovSmirnov: (x, y) => stats.kolmogorovSmirnov(x, y),
  welch: (x, y) => stats.welch(x, y, 0.95),
  compareSamples: (x, y) => stats.compareSamples(x, y, stats.defaultSamplePolicy()),
  quantile: (x) => stats.quantile(x, 0.9, "linear"),
  effectSizes: (x, y) => analysis.effectSizes(x, y),
};

for (const [name, call] of Object.entries(functions)) {
  test(`${name} takes arrays as it takes lists`, () => {
    const expected = call(canary, baseline);
    assert.deepEqual(call(Float64Array.from(canary), Float64Array.from(baseline)), expected);
    assert.deepEqual(call(Float64Array.from(canary), baseline), expected);
    // A part of a larger array, which does not begin with its buffer.
    const part = Float64Array.from([Number.NaN, ...canary, Number.NaN]).subarray(1, -1);
    assert.deepEqual(call(part, baseline), expected);
  });
}

test("what is no list of finite numbers is refused by its place", () => {
  for (const [values, path] of [
    [Float64Array.from([1, Number.NaN, 2]), "canary[1]"],
    [Float64Array.from([1, 2, Number.POSITIVE_INFINITY]), "canary[2]"],
    [[1, Number.NaN, 2], "canary[1]"],
  ]) {
    assert.throws(
      () => stats.welch(values, baseline, 0.95),
      (error) => error.path === path,
    );
  }
});

test("an empty array is an empty list", () => {
  const policy = stats.defaultSamplePolicy();
  const expected = stats.compareSamples([], baseline, policy);
  assert.equal(expected.verdict, "no_data");
  assert.deepEqual(stats.compareSamples(new Float64Array(), baseline, policy), expected);
});
