"""Writes nanodet-reference.json beside this file: NanoDet heads decoded by another program.

    python3 tests/unit/detect/nanodet-reference.py

The heads come from a small generator that the test repeats, so that only the boxes are kept. A 320x192 input
shows a frame of 640x360 as 320x180 at (0, 6). Distances are the softmax mean of 11 bins times the stride from the
middle of the cell; suppression is greedy, across classes, above an overlap of 0.4; boxes end at the frame.
"""

import json
import math
import pathlib
import struct

WIDTH, HEIGHT = 320, 192
FRAME_WIDTH, FRAME_HEIGHT = 640, 360
CONTENT = (0, 6, 320, 180)
STRIDES = (8, 16, 32)
CLASSES = ("car", "motorcycle", "bus", "truck")
BINS = 11
SCORE_FLOOR = 0.1
SUPPRESSION_IOU = 0.4


def generator(seed):
    state = seed
    while True:
        state = (state * 1664525 + 1013904223) % 2**32
        yield state / 2**32


def make_head(stride, numbers):
    cells = (WIDTH // stride) * (HEIGHT // stride)
    channels = len(CLASSES) + 4 * BINS
    head = [[0.0] * cells for _ in range(channels)]
    for channel in range(channels):
        for cell in range(cells):
            value = next(numbers)
            head[channel][cell] = value * 60 - 59 if channel < len(CLASSES) else value * 5 - 2.5
    # The test reads float32.
    return [[struct.unpack("f", struct.pack("f", v))[0] for v in row] for row in head]


def softmax_mean(logits):
    weights = [math.exp(logit - max(logits)) for logit in logits]
    return sum(i * w for i, w in enumerate(weights)) / sum(weights)


def overlap(a, b):
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    area = lambda box: (box[2] - box[0]) * (box[3] - box[1])
    return width * height / (area(a) + area(b) - width * height)


def main():
    numbers = generator(20)
    found = []
    for stride in STRIDES:
        head = make_head(stride, numbers)
        columns = WIDTH // stride
        for cell in range(len(head[0])):
            logits = [head[k][cell] for k in range(len(CLASSES))]
            best = max(range(len(CLASSES)), key=lambda k: logits[k])
            score = 1 / (1 + math.exp(-logits[best]))
            if score <= SCORE_FLOOR:
                continue
            distances = [
                stride * softmax_mean([head[4 + side * BINS + b][cell] for b in range(BINS)])
                for side in range(4)
            ]
            x, y = (cell % columns + 0.5) * stride, (cell // columns + 0.5) * stride
            box = [x - distances[0], y - distances[1], x + distances[2], y + distances[3]]
            for i in range(4):
                origin, size, limit = (
                    (CONTENT[0], CONTENT[2], FRAME_WIDTH) if i % 2 == 0 else (CONTENT[1], CONTENT[3], FRAME_HEIGHT)
                )
                box[i] = min(max((box[i] - origin) * limit / size, 0), limit)
            if box[2] > box[0] and box[3] > box[1]:
                found.append((score, CLASSES[best], box))
    found.sort(key=lambda item: -item[0])
    kept = []
    for candidate in found:
        if all(overlap(candidate[2], other[2]) <= SUPPRESSION_IOU for other in kept):
            kept.append(candidate)
    rows = [
        {"score": round(score, 6), "vehicleClass": name, "box": [round(v, 3) for v in box]}
        for score, name, box in kept
    ]
    text = json.dumps({"candidateCount": len(found), "detections": rows}, indent=1)
    pathlib.Path(__file__).with_suffix(".json").write_text(text + "\n")
    print(len(found), "candidates,", len(rows), "kept")


main()
