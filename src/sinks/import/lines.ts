import { refused } from './import-tools';

/** Characters of a line; the longest that exports write are some thousands. */
const MAX_LINE_LENGTH = 4 * 2 ** 20;

/** A line of a text file. */
export interface Line {
  readonly text: string;
  /** From 1. */
  readonly number: number;
}

/**
 * Lines of a text in UTF-8, empty ones left out; memory stays flat. `tell` hears how much was read, [0, 1]. Throws AppError
 * IMPORT_REFUSED for what is no such text; AbortError.
 */
export async function* linesOf(
  file: File,
  tell: (fraction: number) => void,
  signal: AbortSignal,
): AsyncGenerator<Line, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  let number = 0;
  let readBytes = 0;
  const decode = (chunk?: Uint8Array): string => {
    try {
      return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
    } catch (error) {
      const place = { file: file.name, line: number + 1 };
      throw refused(place, 'text in UTF-8', 'other bytes here or soon after', error);
    }
  };
  for await (const chunk of file.stream()) {
    signal.throwIfAborted();
    rest += decode(chunk);
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) {
      number += 1;
      if (text.trim() !== '') yield { text, number };
    }
    if (rest.length > MAX_LINE_LENGTH)
      throw refused(
        { file: file.name, line: number + 1 },
        `at most ${MAX_LINE_LENGTH} characters`,
        'more',
      );
    readBytes += chunk.length;
    tell(readBytes / file.size);
  }
  rest += decode();
  if (rest.trim() !== '') yield { text: rest, number: number + 1 };
}
