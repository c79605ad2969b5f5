"""Makes what train.py reads: every training picture as a square, and what the teachers say of it.

  /usr/bin/python3 prepare.py SHARED_DIR WORK_DIR

WORK_DIR holds street/ (render-street.ts) and clips/ (tracklets.py); it gets records.json, squares.u8 (160x160 RGB) and
teacher-<name>.f32. Besides each picture of vn-2cam there are copies with the hue turned, by the same angle for both
cameras: vehicles of other paint, as far as the network can tell."""
import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from onnx_in_torch import OnnxInTorch
from pictures import TRAIN_CLIPS, letterbox, open_picture, street_files, tracklet_files, vn_identities, vn_path

SEED = 1
SQUARE_SIDE = 160
# Copies with turned hue. Riders and their clothes vary enough; cars, the weak side, do not.
HUE_COPIES = {'motorcycle': 3, 'car': 7, 'truck': 6, 'bus': 6}
# file, width, height, channel order, divisor, which outputs, and whether it looks at vn-2cam only (for its time)
TEACHERS = {
    'p0277': ('person-reid-0277', 128, 256, 'BGR', 1, (0,), True),
    'p0287': ('person-reid-0287', 128, 256, 'BGR', 1, (0,), False),
    'p0288': ('person-reid-0288', 128, 256, 'BGR', 1, (0,), False),
    'mobile': ('mnv3s_ms', 224, 224, 'RGB', 255, (0, 1), False),
    'attributes': ('vehicle-attributes-0039-features', 72, 72, 'BGR', 1, (0, 1, 2, 3), False),
}


def hue_matrix(degrees):
    """Rotation of colours about the grey axis."""
    angle = np.deg2rad(degrees)
    cosine, third, side = np.cos(angle), (1 - np.cos(angle)) / 3, np.sin(angle) / np.sqrt(3)
    return np.array([[cosine + third, third - side, third + side],
                     [third + side, cosine + third, third - side],
                     [third - side, third + side, cosine + third]], np.float32)


def turn_hue(picture, degrees):
    values = np.asarray(picture, np.float32) @ hue_matrix(degrees).T
    return Image.fromarray(values.clip(0, 255).astype(np.uint8))


def training_pictures(shared, work):
    """(record, picture): a record tells set, identity, camera or frame, class, and which copy it is."""
    random = np.random.default_rng(SEED)
    for identity in vn_identities(shared, 'train'):
        kind = identity.split('_')[0]
        turns = [0, *random.uniform(50, 310, HUE_COPIES[kind])]
        for camera in (1, 2):
            picture = open_picture(vn_path(shared, identity, camera))
            for copy, turn in enumerate(turns):
                yield ({'set': 'vn', 'identity': identity, 'view': camera, 'class': kind, 'copy': copy},
                       turn_hue(picture, turn) if copy else picture)
    for path, identity, kind in street_files(work, 'train'):
        view = int(path.stem.rsplit('_', 1)[1])
        yield {'set': 'street', 'identity': identity, 'view': view, 'class': kind, 'copy': 0}, open_picture(path)
    for clip in TRAIN_CLIPS:
        for path, track, frame in tracklet_files(work, clip):
            yield {'set': 'clip', 'identity': track, 'view': frame, 'class': 'car', 'copy': 0}, open_picture(path)


def teach(shared, name, pictures):
    file, width, height, order, divisor, outputs, _ = TEACHERS[name]
    # The two small ones lose more to bfloat16 than it saves.
    network = OnnxInTorch(f'{shared}/models/teachers/{file}.onnx', torch.bfloat16 if name[0] == 'p' else torch.float32)
    rows = []
    for start in range(0, len(pictures), 32):
        batch = np.stack([np.asarray(p.resize((width, height), Image.BILINEAR)) for p in pictures[start:start + 32]])
        if order == 'BGR':
            batch = batch[..., ::-1]
        results = network(torch.from_numpy(batch.transpose(0, 3, 1, 2).astype(np.float32) / divisor))
        rows.append(torch.cat([torch.nn.functional.normalize(results[i].flatten(1)) for i in outputs], 1))
    return torch.cat(rows).numpy()


def main(shared, work):
    torch.set_num_threads(2)
    records_file = Path(work, 'records.json')
    before = {json.dumps(r): i for i, r in enumerate(json.loads(records_file.read_text()))} if records_file.exists() else {}
    records, pictures = map(list, zip(*training_pictures(shared, work)))
    old = np.array([before.get(json.dumps(record), -1) for record in records])
    np.stack([np.asarray(letterbox(p, SQUARE_SIDE)) for p in pictures]).tofile(Path(work, 'squares.u8'))
    is_vn = np.array([record['set'] == 'vn' for record in records])
    print(len(records), 'pictures,', int(is_vn.sum()), 'of vn-2cam', flush=True)
    for name in TEACHERS:
        started = time.time()
        file = Path(work, f'teacher-{name}.f32')
        # What was asked in an earlier run is kept, so that a few more renderings cost little.
        known = np.fromfile(file, np.float32).reshape(len(before), -1) if before else None
        chosen = np.flatnonzero((old < 0) & (is_vn if TEACHERS[name][-1] else True))
        said = teach(shared, name, [pictures[i] for i in chosen]) if len(chosen) else known[:0]
        # A row of zeros: not asked.
        rows = np.zeros((len(records), said.shape[1]), np.float32)
        if before:
            rows[old >= 0] = known[old[old >= 0]]
        rows[chosen] = said
        rows.tofile(file)
        print(name, rows.shape, f'{(time.time() - started) / max(1, len(chosen)) * 1000:.1f} ms each', flush=True)
    records_file.write_text(json.dumps(records))


if __name__ == '__main__':
    main(*sys.argv[1:3])
