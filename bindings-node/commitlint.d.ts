/**
 * A configuration of commitlint 19 or newer whose rules say what `change.lint` says, with the hint how to mend it.
 *
 * `relcore-lint` has the diagnostics of severity `error`, `relcore-lint-warnings` the others. The value of both is a
 * `change.Policy`; without one, messages are read by the specification.
 *
 * Pitfall: commitlint keeps one plugin that is an object. Beside others, pass `plugins[0].rules` with theirs in one object.
 *
 * @packageDocumentation
 */
import type * as change from "./change.js";

/** What the rules read of a message that commitlint parsed. */
export interface ParsedMessage {
  readonly raw?: string | null | undefined;
  readonly header?: string | null | undefined;
  readonly body?: string | null | undefined;
  readonly footer?: string | null | undefined;
}

/**
 * A rule: whether the message passes, and what is wrong with it.
 *
 * @throws `RangeError` for the condition `never`, and `RelcoreError` for a policy that is wrong.
 */
export type Rule = (
  parsed: ParsedMessage,
  when?: "always" | "never",
  policy?: change.Policy,
) => [boolean, string];

/** The names of the rules. */
export type RuleName = "relcore-lint" | "relcore-lint-warnings";

/** The plugin with the rules. */
export declare const plugins: { rules: Record<RuleName, Rule> }[];

/** The rules in use: diagnostics of severity `error` fail, the others warn. */
export declare const rules: Record<RuleName, [0 | 1 | 2, "always"] | [0 | 1 | 2, "always", change.Policy]>;
