import relcore = require("relcore");

const decision = relcore.rollback.decide(
  { dataCorruption: true },
  relcore.rollback.defaultPolicy(),
  new Date(),
);
const verdict: relcore.rollback.Decision["verdict"] = decision.verdict;
const version: string = relcore.VERSION;
// @ts-expect-error: a verdict is text, not a number
const wrong: number = decision.verdict;
// @ts-expect-error: no such function
relcore.rollback.decied();

export = { verdict, version, wrong };
