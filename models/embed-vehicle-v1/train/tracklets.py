"""Cuts tracklets out of road clips: the same vehicle, near and far, without a label.

  /usr/bin/python3 tracklets.py SHARED_DIR OUT_DIR

Writes OUT_DIR/<clip>/<track>_<frame>.png. Detector: OMZ vehicle-detection-0202; tracker: greedy overlap with the box
moved on by its last step."""
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from onnx_in_torch import OnnxInTorch

CLIPS = ('busy-junction', 'suburban-road', 'car-park-overhead')
FRAMES_PER_SECOND = 6
MIN_SCORE = 0.5
MIN_OVERLAP = 0.25
MAX_MISSED_FRAMES = 2
MIN_WIDTH_PX, MIN_HEIGHT_PX = 32, 24
MAX_CROPS = 16
# As the app cuts: room around the box on every side, as a share of the box.
MARGIN = 0.04


def read_frames(path):
    probe = ['ffprobe', '-v', 'error', '-select_streams', 'v:0', '-show_entries', 'stream=width,height', '-of', 'json']
    stream = json.loads(subprocess.check_output([*probe, path]))['streams'][0]
    raw = subprocess.check_output(['ffmpeg', '-v', 'error', '-i', path, '-vf', f'fps={FRAMES_PER_SECOND}',
                                   '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'])
    return np.frombuffer(raw, np.uint8).reshape(-1, stream['height'], stream['width'], 3)


def overlap(a, b):
    inner = np.clip(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0, None).prod()
    return inner / ((a[2:] - a[:2]).prod() + (b[2:] - b[:2]).prod() - inner + 1e-9)


def detect(network, frame):
    """Boxes x1, y1, x2, y2 in pixels, best first, none overlapping another by more than 0.45."""
    height, width = frame.shape[:2]
    picture = torch.from_numpy(np.ascontiguousarray(frame[:, :, ::-1])).permute(2, 0, 1)[None].float()
    boxes, scores = network(F.interpolate(picture, (512, 512), mode='bilinear', align_corners=False, antialias=True))
    boxes, scores = boxes[0].numpy() * [width, height, width, height], scores[0, :, 0].numpy()
    kept = []
    for index in np.argsort(-scores):
        if scores[index] < MIN_SCORE:
            break
        if all(overlap(boxes[index], other) < 0.45 for other in kept):
            kept.append(boxes[index])
    return kept


def follow(network, frames):
    """Tracks as lists of (frame index, box)."""
    alive, done = [], []
    for index, frame in enumerate(frames):
        found = detect(network, frame)
        free = set(range(len(found)))
        for track in alive:
            last = track[-1][1]
            ahead = 2 * last - track[-2][1] if len(track) > 1 else last
            values = {i: max(overlap(ahead, found[i]), overlap(last, found[i])) for i in free}
            best = max(values, key=values.get, default=None)
            if best is not None and values[best] > MIN_OVERLAP:
                free.discard(best)
                track.append((index, found[best]))
        done += [track for track in alive if index - track[-1][0] > MAX_MISSED_FRAMES]
        alive = [track for track in alive if index - track[-1][0] <= MAX_MISSED_FRAMES]
        alive += [[(index, found[i])] for i in sorted(free)]
    return done + alive


def is_whole(box, frame):
    height, width = frame.shape[:2]
    size = box[2:] - box[:2]
    return (size[0] >= MIN_WIDTH_PX and size[1] >= MIN_HEIGHT_PX and box[0] > 1 and box[1] > 1
            and box[2] < width - 1 and box[3] < height - 1)


def cut(frame, box):
    height, width = frame.shape[:2]
    room = (box[2:] - box[:2]) * MARGIN
    left, top = np.floor(np.maximum(box[:2] - room, 0)).astype(int)
    right, bottom = np.ceil(np.minimum(box[2:] + room, [width, height])).astype(int)
    return Image.fromarray(frame[top:bottom, left:right])


def main(shared, out):
    torch.set_num_threads(2)
    network = OnnxInTorch(f'{shared}/models/vehicle-detection-0202.onnx', torch.float32)
    for clip in CLIPS:
        frames = read_frames(f'{shared}/clips/{clip}.mp4')
        folder = Path(out, clip)
        folder.mkdir(parents=True, exist_ok=True)
        kept = [whole for track in follow(network, frames)
                if len(whole := [(i, box) for i, box in track if is_whole(box, frames[i])]) >= 2]
        for number, track in enumerate(kept):
            for step in sorted(set(np.linspace(0, len(track) - 1, min(MAX_CROPS, len(track))).round().astype(int))):
                index, box = track[step]
                cut(frames[index], box).save(folder / f'{number:03d}_{index:04d}.png')
        print(clip, 'frames', len(frames), 'tracks', len(kept), flush=True)


if __name__ == '__main__':
    main(*sys.argv[1:3])
