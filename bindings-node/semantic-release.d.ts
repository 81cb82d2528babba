/**
 * A plugin for semantic-release 24 or newer: whether a release may start, its step and its notes.
 *
 * `verifyConditions` refuses the release while the windows are closed or the candidate is no go, with the reasons.
 * `analyzeCommits` returns the step that the commits need, and logs why. `generateNotes` writes the notes for an audience.
 * They take the place of `@semantic-release/commit-analyzer` and `@semantic-release/release-notes-generator`.
 *
 * Pitfalls:
 *
 * - Without `change` messages are read by the specification, to the letter: `perf` needs no release. With
 *   `{ dialect: "angular" }` they are read as by semantic-release.
 * - A revert and what it takes back are both left out. A revert of a released commit is at least a patch.
 * - The windows are asked when the run begins. A release that takes a while should state its `duration`.
 * - A footer `Release-As` is refused unless the step makes that version: semantic-release takes a step, not a version.
 *
 * @packageDocumentation
 */
import type { Instant, Span } from "./index.js";
import type * as change from "./change.js";
import type * as notes from "./notes.js";
import type * as readiness from "./readiness.js";
import type * as versioning from "./versioning.js";
import type * as window from "./window.js";

/**
 * The options of the plugin. A policy is an object, or the path of a file with YAML, or with JSON if it ends in `.json`. An
 * option that is misspelt, and a file that cannot be read, refuse the release.
 */
export interface Options {
  /** The windows in which a release may start. Default: not checked. */
  readonly window?: window.Policy | string | undefined;
  /**
   * The release that asks the windows. Default: one of any environment and any service, so that each window counts.
   */
  readonly subject?: window.Subject | undefined;
  /** How long the release takes: it must end before the windows close. Default: it must start while they are open. */
  readonly duration?: Span | undefined;
  /** The go/no-go decision. Default: not checked. */
  readonly readiness?: Readiness | undefined;
  /** How commit messages are read. Default: the specification, to the letter. */
  readonly change?: change.Policy | string | undefined;
  /** The rules of steps. Default: Semantic Versioning without exceptions. */
  readonly versioning?: Steps | string | undefined;
  /** What notes are made of, beside the commits. Default: nothing. */
  readonly spec?: Omit<notes.Spec, "version"> | string | undefined;
  /** Who reads the notes. Default: `developer`. */
  readonly audience?: notes.Audience | undefined;
  /** The form of the notes. Default: `markdown`. */
  readonly format?: notes.Format | undefined;
}

/** The part of `versioning.Policy` that semantic-release leaves open. A file with another key is refused. */
export type Steps = Pick<versioning.Policy, "zeroRule" | "onStaleForce" | "atLeast" | "atMost">;

/** What `readiness.goNoGo` is asked. */
export interface Readiness {
  /**
   * The build that is to be released. Without an artifact, it is the commit: `sha1:` and its name, with the instant at
   * which it was committed.
   */
  readonly candidate?: Partial<readiness.Candidate> | undefined;
  /** What is known about it, or the path of a JSON file. Default: nothing, which is no go. */
  readonly evidence?: readiness.CandidateEvidence | string | undefined;
  /** The gates, or the path of a file. Default: those of `readiness.defaultGates`. */
  readonly gates?: readiness.Gates | string | undefined;
}

/** What the plugin reads of the context of semantic-release. */
export interface Context {
  /** The folder of the repository. */
  readonly cwd?: string | undefined;
  /** The environment of git. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** The options of semantic-release itself. */
  readonly options?: object | undefined;
  /** Where reasons are logged. */
  readonly logger: Logger;
}

/** What the plugin needs of the logger of semantic-release. */
export interface Logger {
  log(...message: unknown[]): void;
  warn(...message: unknown[]): void;
}

/** The context of `analyzeCommits`. */
export interface CommitsContext extends Context {
  /** The commits since the last release, newest first. */
  readonly commits: readonly { readonly hash: string; readonly message: string }[];
  /** The last release. */
  readonly lastRelease?: { readonly version?: string; readonly gitHead?: string } | undefined;
}

/** The context of `generateNotes`. */
export interface NotesContext extends CommitsContext {
  /** The next release. */
  readonly nextRelease: { readonly version: string; readonly gitHead?: string };
}

/**
 * Refuses the release while the windows are closed, or if the candidate is no go or lacks evidence.
 *
 * @throws An error with the code `ERELCOREWINDOW` or `ERELCOREREADINESS` and the reasons in `details`, or an `AggregateError`
 * of both; `ERELCOREOPTIONS` and `ERELCOREINPUT` for options that are wrong.
 */
export declare function verifyConditions(options: Options, context: Context): void;

/**
 * Returns the step that the commits need; `null` if they need no release.
 *
 * @throws An error with the code `ERELCOREVERSION` if no version is made of the commits, as of a suspected breaking change
 * under `onSuspectedBreaking: "fail"`; `ERELCOREHISTORY` if the clone is shallow; `ERELCOREOPTIONS` and `ERELCOREINPUT` for options that are wrong.
 */
export declare function analyzeCommits(
  options: Options,
  context: CommitsContext,
): "major" | "minor" | "patch" | null;

/**
 * Returns the notes of the next release.
 *
 * @throws An error with the code `ERELCOREHISTORY` if the clone is shallow, or `ERELCOREOPTIONS` or `ERELCOREINPUT` for options that
 * are wrong.
 */
export declare function generateNotes(options: Options, context: NotesContext): string;
