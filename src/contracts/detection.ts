import type { FrameMeta } from './frame';

/** Axis-aligned, in display pixels of its frame, x1 < x2 and y1 < y2. May reach outside the frame. */
export interface Box {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/** The vehicle classes of COCO that the product follows, in the detector's channel order. */
export const VEHICLE_CLASSES = ['car', 'motorcycle', 'bus', 'truck'] as const;
export type VehicleClass = (typeof VEHICLE_CLASSES)[number];

/** One box a detector proposed, after non-maximum suppression. */
export interface Detection {
  readonly box: Box;
  /** Model confidence in [0, 1]. */
  readonly score: number;
  readonly vehicleClass: VehicleClass;
}

/** All detections of one frame, best score first. */
export interface DetectionBatch {
  readonly meta: FrameMeta;
  readonly detections: readonly Detection[];
}

/** What a detector cost and used on one frame. */
export interface DetectTimings {
  /** Letterbox and normalisation, milliseconds. */
  readonly prepareMs: number;
  /** Inference, decode and suppression, milliseconds. */
  readonly detectMs: number;
}
