import { ACCESS_SQL } from './001-access';
import { CATALOGUE_SQL } from './002-catalogue';
import { RESULTS_SQL } from './003-results';
import { USAGE_SQL } from './004-usage';

/** One step of the schema. Never edited after a release: what changes comes as a further one. */
export interface Migration {
  readonly name: string;
  /** Statements, run in one transaction with all other steps that are due. */
  readonly sql: string;
}

/** In order; the number of a step is its place, counted from 1. */
export const MIGRATIONS: readonly Migration[] = [
  { name: '001-access', sql: ACCESS_SQL },
  { name: '002-catalogue', sql: CATALOGUE_SQL },
  { name: '003-results', sql: RESULTS_SQL },
  { name: '004-usage', sql: USAGE_SQL },
];
