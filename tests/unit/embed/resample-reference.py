"""Writes resample-reference.json: small pictures resized by Pillow's BILINEAR, the filter of the training pictures.

python3 resample-reference.py   (Pillow 12.3)
"""
import json
import os
from PIL import Image


def picture(width, height):
    """Edges, a ramp and a fine pattern: what a wrong filter gets wrong."""
    image = Image.new('RGB', (width, height))
    image.putdata([
        ((x * 37 + y * 91) % 256, 255 if (x // 3 + y // 2) % 2 else 0, (x * 255) // max(1, width - 1))
        for y in range(height) for x in range(width)
    ])
    return image


cases = []
for size, out in (((37, 23), (16, 10)), ((9, 7), (16, 12)), ((50, 20), (7, 20)), ((5, 5), (5, 5))):
    source = picture(*size)
    resized = source.resize(out, Image.BILINEAR)
    cases.append({'source': size, 'out': out, 'pixels': list(source.tobytes()), 'rgb': list(resized.tobytes())})
with open(os.path.join(os.path.dirname(__file__), 'resample-reference.json'), 'w') as file:
    json.dump(cases, file, separators=(',', ':'))
