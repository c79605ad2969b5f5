import { isAbort } from '../../../core/app-error';
import { verifySessionFile } from '../verify-session-file';
import { showReport } from './show-report';

/* The stand-alone page that checks session files: built into one HTML file, which is a part of each of them. */

const input = find('file', HTMLInputElement);
const choice = find('choice', HTMLElement);
const progress = find('progress', HTMLProgressElement);
const result = find('result', HTMLElement);
const details = find('details', HTMLElement);

let current: AbortController | null = null;

input.addEventListener('change', () => {
  check(input.files?.[0]);
});
for (const type of ['dragover', 'dragleave', 'drop'])
  choice.addEventListener(type, (event) => {
    event.preventDefault();
    choice.classList.toggle('over', type === 'dragover');
    if (event instanceof DragEvent && type === 'drop') check(event.dataTransfer?.files[0]);
  });
// A file that misses the field must not replace the page.
for (const type of ['dragover', 'drop'])
  addEventListener(type, (event) => {
    event.preventDefault();
  });

function check(file: File | undefined): void {
  if (!file) return;
  current?.abort();
  const controller = new AbortController();
  current = controller;
  result.className = '';
  result.textContent = `Checking ${file.name} …`;
  details.replaceChildren();
  progress.value = 0;
  progress.hidden = false;
  const tell = (fraction: number): void => {
    if (current === controller) progress.value = fraction;
  };
  verifySessionFile(file, tell, controller.signal)
    .then(
      (report) => {
        showReport(report, result, details);
      },
      (error: unknown) => {
        // Another file was chosen meanwhile: its own result is on the way.
        if (isAbort(error)) return;
        result.className = 'bad';
        result.textContent = `This browser could not check the file: ${String(error)}`;
      },
    )
    .finally(() => {
      if (current === controller) progress.hidden = true;
    });
}

function find<T extends HTMLElement>(id: string, type: abstract new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new TypeError(`Expected #${id} in the page`);
  return found;
}
