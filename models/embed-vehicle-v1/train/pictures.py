"""Crops as the app makes them, and the lists of what is trained on and what is kept out."""
import re
from pathlib import Path

import numpy as np
from PIL import Image

INPUT_SIDE = 128
PAD = 114
# Clips whose tracklets never enter training: the proxy for a scene never seen.
PROXY_CLIPS = ('suburban-road', 'car-park-overhead')
TRAIN_CLIPS = ('busy-junction',)


def letterbox(picture, side):
    """As src/stages/embed/fit-in-square.ts: aspect kept, centred, grey bars, Pillow's triangle filter."""
    scale = side / max(picture.size)
    width, height = (max(1, round(length * scale)) for length in picture.size)
    square = Image.new('RGB', (side, side), (PAD,) * 3)
    square.paste(picture.resize((width, height), Image.BILINEAR), ((side - width) // 2, (side - height) // 2))
    return square


def open_picture(path):
    picture = Image.open(path).convert('RGB')
    # The app's reader shrinks to 256 px first (src/stages/embed/crop-pixels.ts).
    picture.thumbnail((256, 256), Image.BILINEAR)
    return picture


def vn_identities(shared, split):
    lines = Path(shared, 'reid/vn-2cam', f'{split}.txt').read_text().split()
    return sorted({line.rsplit('_cam', 1)[0] for line in lines})


def vn_path(shared, identity, camera):
    return Path(shared, 'reid/vn-2cam/images', f'{identity}_cam{camera}.jpg')


def street_files(work, part):
    """(path, identity, class) of every rendering; part: train or proxy."""
    for path in sorted(Path(work, 'street', part).glob('*.ppm')):
        identity, kind, _ = path.stem.split('_')
        yield path, identity, kind


def tracklet_files(work, clip):
    """(path, track, frame index) of every crop of a clip."""
    for path in sorted(Path(work, 'clips', clip).glob('*.png')):
        track, frame = re.fullmatch(r'(\d+)_(\d+)', path.stem).groups()
        yield path, f'{clip}/{track}', int(frame)


def to_input(paths):
    """The network's input for each file: uint8 [N, 3, 128, 128]."""
    return np.stack([np.asarray(letterbox(open_picture(path), INPUT_SIDE)) for path in paths]).transpose(0, 3, 1, 2)
