import { ACCESS_SQL } from './001-access';

/** One step of the schema. Never edited after a release: what changes comes as a further one. */
export interface Migration {
  readonly name: string;
  /** Statements, run in one transaction with all other steps that are due. */
  readonly sql: string;
}

/** In order; the number of a step is its place, counted from 1. */
export const MIGRATIONS: readonly Migration[] = [{ name: '001-access', sql: ACCESS_SQL }];
