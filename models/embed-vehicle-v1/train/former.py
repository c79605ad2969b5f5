"""Asks earlier embedders of this project about all training pictures, so that the next one learns from them too.

  /usr/bin/python3 former.py WORK_DIR NAME=network.onnx ..."""
import json
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from onnx_in_torch import OnnxInTorch
from pictures import INPUT_SIDE
from prepare import SQUARE_SIDE


def main(work, *named):
    torch.set_num_threads(2)
    count = len(json.loads(Path(work, 'records.json').read_text()))
    squares = torch.from_numpy(np.fromfile(Path(work, 'squares.u8'), np.uint8)).view(count, SQUARE_SIDE, SQUARE_SIDE, 3)
    for name, file in (argument.split('=') for argument in named):
        network = OnnxInTorch(file, torch.float32)
        rows = []
        for batch in squares.split(64):
            pictures = F.interpolate(batch.permute(0, 3, 1, 2).float(), size=(INPUT_SIDE,) * 2, mode='bilinear', antialias=True)
            # The mean over a picture and its mirror image: a little better than either, and free here.
            rows.append(F.normalize(network(pictures)[0] + network(pictures.flip(3))[0]))
        torch.cat(rows).numpy().tofile(Path(work, f'teacher-{name}.f32'))
        print(name, count, flush=True)


if __name__ == '__main__':
    main(*sys.argv[1:])
