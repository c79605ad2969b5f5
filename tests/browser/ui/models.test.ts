import { flushSync } from 'svelte';
import { describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { FakeShelf } from './fake-shelf';
import { mountedApp } from './mounted-app';
import { button, expectAccessible, expectTouchTargets, nameOf } from './screen';

const { show } = mountedApp();

async function open(vehicleCount = 0): Promise<FakeShelf> {
  const controller = show({ vehicleCount });
  button('Models').click();
  // The page is loaded when it is first opened.
  await vi.waitFor(() => expect(document.querySelector('article')).not.toBeNull(), 10_000);
  return controller.shelf;
}

/** The card with this title. */
function card(title: string): HTMLElement {
  const found = [...document.querySelectorAll('article')].find(
    (article) => article.querySelector('h4')?.textContent === title,
  );
  if (!found) throw new Error(`Expected a card of ${title}, found none`);
  return found;
}

function drop(file: File): void {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(file);
  const options = { dataTransfer, bubbles: true, cancelable: true };
  document.body.dispatchEvent(new DragEvent('drop', options));
  flushSync();
}

function field(name: string): HTMLInputElement {
  const found = [...document.querySelectorAll('input')].find((input) =>
    nameOf(input).startsWith(name),
  );
  if (!found) throw new Error(`Expected a field ${name}, found none`);
  return found;
}

async function form(shelf: FakeShelf): Promise<void> {
  drop(new File(['x'], 'yolox.onnx'));
  await vi.waitFor(() => expect(document.querySelector('form')).not.toBeNull());
  expect(shelf.calls).toContain('inspect yolox.onnx');
}

/** From a form that only lacks its licence onto the shelf. */
async function tryAndAdd(): Promise<void> {
  await userEvent.fill(field('Licence'), 'MIT');
  button('Take a vehicle of the gallery').click();
  await vi.waitFor(() => expect(button('Try it on the picture').disabled).toBe(false));
  button('Try it on the picture').click();
  await vi.waitFor(() => expect(button('Add to the shelf').disabled).toBe(false));
  button('Add to the shelf').click();
}

describe('the shelf', () => {
  it('says of each model what a person should know before choosing it', async () => {
    await open();
    const text = card('NanoDet (built in)').textContent;
    for (const part of ['Built in', 'In use', 'Apache-2.0 AND MIT', '7.5 MB', 'COCO 2017', '91.5'])
      expect(text).toContain(part);
    expect(text).toContain('As stated by its makers');
    expect(text).toContain('npm run eval -- detection --json');
    expectAccessible();
    expectTouchTargets();
  });

  it('shows the command for a model that is not there, and no way to fetch it', async () => {
    await open();
    const absent = card('YOLOX-nano');
    expect(absent.textContent).toContain('npm run models -- add detect-yolox-nano');
    expect(absent.textContent).toContain('Not installed');
    expect([...absent.querySelectorAll('button')].map(nameOf)).toEqual([
      'Copy: npm run eval -- detection --json',
      'Copy: npm run models -- add detect-yolox-nano',
    ]);
  });

  it('switches the embedder with one press, and says before what will happen', async () => {
    const shelf = await open(3);
    await vi.waitFor(() =>
      expect(card('Vehicle embedder v0 (built in)').textContent).toContain('embedded again'),
    );
    button('Use this model : Vehicle embedder v0 (built in)').click();
    flushSync();
    expect(shelf.calls).toContain('use embed-two');
    expect(document.body.textContent).toContain('120 of 900');
    expect(card('Vehicle embedder v1 (built in)').textContent).toContain(
      'Recognises until the gallery is re-embedded',
    );
    button('Pause').click();
    flushSync();
    button('Resume').click();
    flushSync();
    button(/^Cancel, keep/).click();
    await vi.waitFor(() => expect(document.body.textContent).not.toContain('120 of 900'));
    expect(shelf.calls.slice(-3)).toEqual([
      'pauseReembedding',
      'resumeReembedding',
      'cancelReembedding',
    ]);
  });

  it('goes on telling of the re-embedding when the page is closed', async () => {
    const shelf = await open();
    shelf.use('embed-two');
    button('Close').click();
    flushSync();
    expect(document.body.textContent?.replace(/\s+/g, ' ')).toContain(
      'Re-embedding the gallery, 120 of 900',
    );
  });

  it('shows the speed of each provider, and why one did not run', async () => {
    const shelf = await open();
    const error = { code: 'BACKEND_FAILED', message: 'Device lost after 3 runs' } as const;
    shelf.speeds = [
      { provider: 'wasm', threadCount: 2, medianMs: 41.2, error: null },
      { provider: 'webgpu', threadCount: 1, medianMs: null, error },
    ];
    button('Measure here : NanoDet (built in)').click();
    await vi.waitFor(() =>
      expect(card('NanoDet (built in)').textContent).toContain('Device lost after 3 runs'),
    );
    expect(card('NanoDet (built in)').textContent).toContain('41.2');
  });

  it('keeps the focus where a press was, or in its card when the button goes', async () => {
    const shelf = await open(3);
    shelf.isEndless = true;
    const measure = button('Measure here : NanoDet (built in)');
    measure.focus();
    await userEvent.keyboard('{Enter}');
    await vi.waitFor(() => expect(measure.textContent).toContain('Cancel'));
    expect(document.activeElement).toBe(measure);
    button('Use this model : Vehicle embedder v0 (built in)').focus();
    await userEvent.keyboard('{Enter}');
    await vi.waitFor(() =>
      expect(document.activeElement).toBe(card('Vehicle embedder v0 (built in)')),
    );
    button('Pause').focus();
    await userEvent.keyboard('{Enter}');
    flushSync();
    expect(nameOf(document.activeElement ?? document.body)).toBe('Resume');
  });

  it('stops measuring when it is cancelled', async () => {
    const shelf = await open();
    shelf.isEndless = true;
    button('Measure here : NanoDet (built in)').click();
    await vi.waitFor(() => expect(button('Cancel measuring NanoDet (built in)')).toBeTruthy());
    button('Cancel measuring NanoDet (built in)').click();
    flushSync();
    expect(button('Measure again : NanoDet (built in)')).toBeTruthy();
  });

  it('says why a provider is in quarantine, and gives it another chance', async () => {
    const shelf = await open();
    const reason = 'Expected finite values, found NaN';
    const entry = { modelId: 'detect-small', provider: 'webgpu', reason, sinceUnixMs: 0 } as const;
    shelf.set({ quarantined: [entry] });
    flushSync();
    expect(card('NanoDet (built in)').textContent).toContain(reason);
    button(/^Try again: WebGPU/).click();
    flushSync();
    expect(shelf.calls).toContain('release detect-small webgpu');
    expect(card('NanoDet (built in)').textContent).not.toContain(reason);
  });
});

describe('a model of one’s own', () => {
  it('is dropped anywhere, tried on a picture, added, and removed after a question', async () => {
    const shelf = await open(3);
    await form(shelf);
    expectAccessible();
    expectTouchTargets();
    await userEvent.fill(field('Licence'), 'Apache-2.0');
    button('Take a vehicle of the gallery').click();
    await vi.waitFor(() => expect(button('Try it on the picture').disabled).toBe(false));
    expect(button('Add to the shelf').disabled).toBe(true);
    button('Try it on the picture').click();
    await vi.waitFor(() => expect(document.body.textContent).toContain('2 found: 1 car, 1 bus'));
    button('Add to the shelf').click();
    await vi.waitFor(() => expect(card('yolox').textContent).toContain('Yours'));
    button('Remove yolox').click();
    flushSync();
    button('Remove').click();
    await vi.waitFor(() => expect(shelf.calls).toContain('remove detect-own-1'));
  });

  it('shows what the runtime expected and found', async () => {
    const shelf = await open();
    const message = 'Expected an ONNX model, found a file that ends after 12 of 3000 bytes';
    shelf.nextError = { code: 'MODEL_CORRUPT', message };
    drop(new File(['x'], 'half.onnx'));
    await vi.waitFor(() => expect(document.body.textContent).toContain(message));
    expect(document.querySelector('[role=alert]')?.textContent).toContain('Choose a whole .onnx');
  });

  it('is not a video: other files are refused by name', async () => {
    await open();
    drop(new File(['x'], 'street.mp4', { type: 'video/mp4' }));
    await vi.waitFor(() => expect(document.body.textContent).toContain('street.mp4'));
    expect(document.querySelector('[role=alert]')).not.toBeNull();
  });

  it('leads to the first field that is wrong', async () => {
    const shelf = await open(3);
    await form(shelf);
    button('Take a vehicle of the gallery').click();
    await vi.waitFor(() => expect(button('Try it on the picture').disabled).toBe(false));
    button('Try it on the picture').click();
    await vi.waitFor(() => expect(nameOf(document.activeElement ?? document.body)).toBe('Licence'));
    expect(document.activeElement?.getAttribute('aria-invalid')).toBe('true');
    expect(shelf.calls.some((call) => call.startsWith('dryRun'))).toBe(false);
  });

  it('takes the focus along from view to view, and back to where it began', async () => {
    const shelf = await open(3);
    const focused = (): string => nameOf(document.activeElement ?? document.body);
    button('Add your own model').focus();
    await userEvent.keyboard('{Enter}');
    await vi.waitFor(() => expect(focused()).toBe('Choose a file'));
    await form(shelf);
    await vi.waitFor(() => expect(focused()).toBe('What the file says'));
    button('Back to the models').focus();
    await userEvent.keyboard('{Enter}');
    await vi.waitFor(() => expect(focused()).toBe('Add your own model'));
    await form(shelf);
    await tryAndAdd();
    await vi.waitFor(() => expect(document.activeElement).toBe(card('yolox')));
  });

  it('fits a phone with the longest of names, in the form, on its card, and when it is removed', async () => {
    await page.viewport(390, 844);
    const name = 'a_name_without_any_space_'.repeat(6);
    const shelf = await open(3);
    const expectFit = (): void => {
      for (const body of document.querySelectorAll('dialog, dialog .body')) {
        expect(body.scrollWidth).toBeLessThanOrEqual(body.clientWidth);
      }
    };
    drop(new File(['x'], `${name}.onnx`));
    await vi.waitFor(() => expect(document.querySelector('form')).not.toBeNull());
    expectFit();
    await tryAndAdd();
    await vi.waitFor(() => expect(card(name).textContent).toContain('Yours'));
    expectFit();
    shelf.set({ searchedWithId: 'detect-own-1', embedderId: 'embed-two' });
    shelf.use('embed-two');
    flushSync();
    expectFit();
    shelf.set({ searchedWithId: 'embed-one' });
    flushSync();
    button(`Remove ${name}`).click();
    flushSync();
    expectFit();
    const confirm = [...document.querySelectorAll('dialog')].at(-1);
    expect(confirm?.clientHeight).toBeLessThan(400);
  });
});
