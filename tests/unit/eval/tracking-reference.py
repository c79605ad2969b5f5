"""
Makes tracking-reference.json: small random scenes and what TrackEval says of them.
https://github.com/JonathonLuiten/TrackEval. Needs numpy, scipy and trackeval.

    python tracking-reference.py > tracking-reference.json
"""

import json

import numpy as np
from trackeval.metrics import HOTA, Identity

FRAMES = 14
OBJECTS = 5


def scene(random):
    """Objects that drive to the right, and a tracker that misses, invents, drifts and confuses ids."""
    starts = random.uniform([0, 0], [200, 60], (OBJECTS, 2))
    speeds = random.uniform(2, 12, OBJECTS)
    sizes = random.uniform([30, 20], [70, 50], (OBJECTS, 2))
    names = list(range(100, 100 + OBJECTS))
    frames = []
    for index in range(FRAMES):
        if random.random() < 0.25:
            a, b = random.choice(OBJECTS, 2, replace=False)
            names[a], names[b] = names[b], names[a]
        truth, predictions = [], []
        for number in range(OBJECTS):
            x, y = starts[number] + [speeds[number] * index, 0]
            width, height = sizes[number]
            if random.random() < 0.9:
                truth.append([number, x, y, x + width, y + height])
            if random.random() < 0.8:
                left, top, right, bottom = random.normal(0, 4, 4)
                box = [x + left, y + top, x + width + right, y + height + bottom]
                predictions.append([names[number], *box])
        if random.random() < 0.3:
            x, y = random.uniform([0, 0], [200, 60])
            predictions.append([900 + index, x, y, x + 40, y + 30])
        frames.append({"truth": tidy(truth), "predictions": tidy(predictions)})
    return frames


def tidy(rows):
    return [[row[0], *[round(float(value), 1) for value in row[1:]]] for row in rows]


def overlap(a, b):
    width = max(0, min(a[3], b[3]) - max(a[1], b[1]))
    height = max(0, min(a[4], b[4]) - max(a[2], b[2]))
    shared = width * height
    areas = (a[3] - a[1]) * (a[4] - a[2]) + (b[3] - b[1]) * (b[4] - b[2])
    return shared / (areas - shared)


def as_trackeval(frames):
    data = {"gt_ids": [], "tracker_ids": [], "similarity_scores": []}
    known = {"truth": {}, "predictions": {}}
    for frame in frames:
        for side, key in (("truth", "gt_ids"), ("predictions", "tracker_ids")):
            ids = [known[side].setdefault(row[0], len(known[side])) for row in frame[side]]
            data[key].append(np.array(ids, dtype=int))
        scores = [[overlap(t, p) for p in frame["predictions"]] for t in frame["truth"]]
        shape = (len(frame["truth"]), len(frame["predictions"]))
        data["similarity_scores"].append(np.array(scores, dtype=float).reshape(shape))
    data["num_gt_ids"] = len(known["truth"])
    data["num_tracker_ids"] = len(known["predictions"])
    data["num_gt_dets"] = sum(len(ids) for ids in data["gt_ids"])
    data["num_tracker_dets"] = sum(len(ids) for ids in data["tracker_ids"])
    data["num_timesteps"] = len(frames)
    return data


def figures(hota, identity):
    result = {key: float(np.mean(hota[key])) for key in ("HOTA", "DetA", "AssA", "LocA")}
    result.update({key: float(identity[key]) for key in ("IDF1", "IDP", "IDR")})
    return result


def main():
    random = np.random.default_rng(20)
    scenes = [scene(random) for _ in range(3)]
    hota = {str(i): HOTA().eval_sequence(as_trackeval(s)) for i, s in enumerate(scenes)}
    identity = {str(i): Identity().eval_sequence(as_trackeval(s)) for i, s in enumerate(scenes)}
    combined = figures(HOTA().combine_sequences(hota), Identity().combine_sequences(identity))
    cases = [
        {"frames": frames, "scores": figures(hota[str(i)], identity[str(i)])}
        for i, frames in enumerate(scenes)
    ]
    print(json.dumps({"scenes": cases, "combined": combined}, separators=(",", ":")))


main()
