import type { BucketUnit, TimeRange } from "../index.js";
import type { DoraReport, Policy } from "../metrics.js";

/** A list of indices for each row, one after the other: Arrow's `List`. Leave it out when all lists are empty. */
export interface Lists {
  /** Where the list of each row begins, and at the end where the last one ends: one more than there are rows. */
  readonly offsets: Uint32Array;
  /** The items of all lists. */
  readonly items: Uint32Array;
}

/** Deployments by columns; their index is their identity. All columns have one length. */
export interface DeploymentColumns {
  /** When each finished, in milliseconds since 1970. */
  readonly finishedAt: BigInt64Array;
  /** The outcome of each: the index in `DeploymentOutcome`, 0 for `success`. */
  readonly outcome: Uint8Array;
  /** The intent of each: the index in `DeploymentIntent`. */
  readonly intent?: Uint8Array | undefined;
  /** The code of the service of each, below `services`. */
  readonly service?: Uint32Array | undefined;
  /** The index into `environments`; all the first when it is left out. */
  readonly environment?: Uint32Array | undefined;
  /** The code of the revision of each; 2^32 - 1 for none. */
  readonly revision?: Uint32Array | undefined;
  /** The indices of the deployments that each remediates. */
  readonly remediates?: Lists | undefined;
  /** The changes of deployment `i` are those from `changes[i]` to before `changes[i + 1]`: one more than rows. */
  readonly changes?: Uint32Array | undefined;
  /** Instead of `changes`, where a change belongs to several deployments: the indices of the changes of each. */
  readonly listedChanges?: Lists | undefined;
}

/** Changes by columns. A validity column has one bit a row, lowest first, set where the instant is present. */
export interface ChangeColumns {
  /** When each was written, in milliseconds since 1970. */
  readonly authoredAt: BigInt64Array;
  /** Where `authoredAt` is present; everywhere when it is left out. */
  readonly authoredAtValidity?: Uint8Array | undefined;
  /** When each was committed, in milliseconds since 1970. */
  readonly committedAt?: BigInt64Array | undefined;
  /** Where `committedAt` is present. */
  readonly committedAtValidity?: Uint8Array | undefined;
  /** 1 for a change that only joins others. */
  readonly merge?: Uint8Array | undefined;
  /** The indices of the changes that each reverts. */
  readonly reverts?: Lists | undefined;
}

/** Incidents by columns. */
export interface IncidentColumns {
  /** When each was detected, in milliseconds since 1970. */
  readonly detectedAt: BigInt64Array;
  /** When each was resolved, in milliseconds since 1970. */
  readonly resolvedAt?: BigInt64Array | undefined;
  /** Where `resolvedAt` is present: one bit a row, lowest first. */
  readonly resolvedAtValidity?: Uint8Array | undefined;
  /** As for deployments. */
  readonly service?: Uint32Array | undefined;
  /** As for deployments. */
  readonly environment?: Uint32Array | undefined;
  /** The index of the deployment that caused each; 2^32 - 1 for none. */
  readonly causedBy?: Uint32Array | undefined;
  /** 1 for an incident that repeats another. */
  readonly duplicate?: Uint8Array | undefined;
}

/** All events by columns. Arrays are borrowed for the call, not copied; an empty or detached one is refused. */
export interface EventColumns {
  readonly deployments?: DeploymentColumns | undefined;
  readonly changes?: ChangeColumns | undefined;
  readonly incidents?: IncidentColumns | undefined;
  /**
   * The names of the environments.
   *
   * @defaultValue `["production"]`
   */
  readonly environments?: readonly string[] | undefined;
  /**
   * How many services there are: their codes are below this.
   *
   * @defaultValue `1`
   */
  readonly services?: number | undefined;
}

/**
 * The five delivery metrics from columns of numbers: the same report as that of `dora` for the same events.
 *
 * @throws `RelcoreError`: as `dora`, and for columns of different lengths, codes beyond their table and
 * offsets that fall.
 */
export declare function doraColumns(
  columns: EventColumns,
  policy: Policy,
  range: TimeRange,
  unit: BucketUnit,
  zone: string,
): DoraReport;
