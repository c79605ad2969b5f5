import type { Exporter } from '../../contracts/export';
import { cocoExporter } from './coco';
import { geojsonExporter } from './geojson';
import { htmlReportExporter } from './html-report';
import { jsonLinesExporter } from './json-lines';
import { motExporter } from './mot';
import { createReidCropsExporter } from './reid-crops';
import { sightingsCsvExporter } from './sightings-csv';
import { toJpeg } from './to-jpeg';
import { tracksCsvExporter } from './tracks-csv';
import { clipStartUs, createVideoClipExporter } from './video-clip';
import { createVideoOverlayExporter, type OverlayTools } from './video-overlay';
import { createWebvttExporter } from './webvtt';

/** Every format but the session file, which is made with these; in the order in which they are offered. */
export function createExporters(tools: OverlayTools): readonly Exporter[] {
  return [
    sightingsCsvExporter,
    tracksCsvExporter,
    htmlReportExporter,
    createVideoClipExporter(tools.openScratch),
    createVideoOverlayExporter(tools),
    jsonLinesExporter,
    motExporter,
    cocoExporter,
    createReidCropsExporter(toJpeg),
    createWebvttExporter(clipStartUs),
    geojsonExporter,
  ];
}
