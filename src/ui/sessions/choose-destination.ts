import type { ExportDestination, ExportFile } from '../../contracts/export';

/** Chromium's dialog; other browsers download. */
interface SavePicker {
  showSaveFilePicker(options: { readonly suggestedName: string }): Promise<FileSystemFileHandle>;
}

function hasSavePicker(target: object): target is SavePicker {
  return 'showSaveFilePicker' in target;
}

/** Where the user wants the file; null for the browser's downloads where it has no dialog for that. */
export async function chooseDestination(
  file: ExportFile,
): Promise<ExportDestination | 'cancelled'> {
  if (!hasSavePicker(window)) return null;
  try {
    return await window.showSaveFilePicker({ suggestedName: file.name });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return 'cancelled';
    // Not allowed here (an embedded page, a policy): downloads are.
    return null;
  }
}
