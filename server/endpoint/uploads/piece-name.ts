import * as v from 'valibot';
import { MAX_PIECES } from '../../../src/core/sync-api/catalogue';
import { idSchema } from '../../../src/core/sync-api/fields';

/** Which piece of which session. */
export interface PieceName {
  readonly sessionId: string;
  /** From 0. */
  readonly piece: number;
}

const PARTS = /^([^.]+)\.(0|[1-9]\d{0,4})$/;

/** Name of a piece's upload, of its file and of its lock: safe in paths, since a session's id is and a piece is a number. */
export function pieceId(name: PieceName): string {
  return `${name.sessionId}.${name.piece}`;
}

/** Null: no piece can have such a name. Never throws, whatever the text is. */
export function parsePieceId(text: string): PieceName | null {
  const parts = PARTS.exec(text);
  const sessionId = parts?.[1];
  const piece = Number(parts?.[2]);
  if (sessionId === undefined || !v.is(idSchema, sessionId) || piece >= MAX_PIECES) return null;
  return { sessionId, piece };
}
