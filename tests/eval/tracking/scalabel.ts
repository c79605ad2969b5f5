import { readFileSync } from 'node:fs';
import type { Box } from '../../../src/contracts/detection';
import { withoutIgnored, type TrackedBox, type TrackingSequence } from './tracking-sequence';

/*
 * Labels in Scalabel's format (BDD100K), read as its own evaluation reads them. https://doc.scalabel.ai/format.html
 */

interface ScalabelLabel {
  readonly id: string;
  readonly category: string;
  readonly attributes?: { readonly crowd?: boolean; readonly ignored?: boolean };
  /** x2 and y2 are the last pixel inside. */
  readonly box2d: Box;
}

interface ScalabelFrame {
  readonly frameIndex: number;
  readonly labels: readonly ScalabelLabel[] | null;
}

/** Paths of one video's truth, of what a tracker made of it, and of the configuration that names the categories (null: those that occur). */
export interface ScalabelFiles {
  readonly truth: string;
  readonly predictions: string;
  readonly configuration: string | null;
}

/**
 * One sequence for each category: BDD100K scores each by itself and adds them up. Crowds of any category are
 * places where predictions are forgiven.
 */
export function readScalabelSequences(files: ScalabelFiles): Map<string, TrackingSequence> {
  const truth = readFrames(files.truth);
  const predictions = readFrames(files.predictions);
  if (truth.length !== predictions.length)
    throw new RangeError(`Expected ${truth.length} predicted frames, got ${predictions.length}`);
  const truthNumbers = new Map<string, number>();
  const predictionNumbers = new Map<string, number>();
  const categories =
    files.configuration === null
      ? occurringCategories(truth)
      : leafCategories(readFileSync(files.configuration, 'utf8'));
  const sequenceOf = (category: string): TrackingSequence =>
    truth.map((frame, index) => {
      const labels = frame.labels ?? [];
      const ofCategory = (label: ScalabelLabel): boolean => label.category === category;
      const found = (predictions[index]?.labels ?? []).filter(ofCategory);
      return withoutIgnored({
        truth: labels
          .filter((label) => ofCategory(label) && !isIgnored(label))
          .map((label) => toTrackedBox(label, truthNumbers)),
        predictions: found.map((label) => toTrackedBox(label, predictionNumbers)),
        ignoredTruth: [],
        ignoreRegions: labels.filter(isIgnored).map(({ box2d }) => wholePixels(box2d)),
      });
    });
  return new Map(categories.map((category) => [category, sequenceOf(category)]));
}

function readFrames(path: string): readonly ScalabelFrame[] {
  // A label file of fixed content that its configuration describes; a wrong one fails the comparison.
  const frames = JSON.parse(readFileSync(path, 'utf8')) as readonly ScalabelFrame[];
  return [...frames].sort((a, b) => a.frameIndex - b.frameIndex);
}

/** Names under [[categories.subcategories]]: all of TOML that these files need. */
function leafCategories(toml: string): string[] {
  const pattern = /\[\[categories\.subcategories\]\]\s*name\s*=\s*"([^"]+)"/g;
  return [...toml.matchAll(pattern)].flatMap(([, name]) => (name === undefined ? [] : [name]));
}

/** Of objects that count: a crowd has a category too. */
function occurringCategories(frames: readonly ScalabelFrame[]): string[] {
  const labels = frames.flatMap((frame) => frame.labels ?? []).filter((label) => !isIgnored(label));
  return [...new Set(labels.map(({ category }) => category))].sort();
}

function isIgnored({ attributes }: ScalabelLabel): boolean {
  return attributes?.crowd === true || attributes?.ignored === true;
}

function toTrackedBox({ id, box2d }: ScalabelLabel, numbers: Map<string, number>): TrackedBox {
  const number = numbers.get(id) ?? numbers.size;
  numbers.set(id, number);
  return { id: number, box: wholePixels(box2d) };
}

function wholePixels({ x1, y1, x2, y2 }: Box): Box {
  return { x1, y1, x2: x2 + 1, y2: y2 + 1 };
}
