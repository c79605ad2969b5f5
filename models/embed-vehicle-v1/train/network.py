"""The embedder's network, and how it becomes a file."""
import copy
from pathlib import Path

import numpy as np
import onnx
import torch
import torch.nn as nn
import torch.nn.functional as F
from onnx import numpy_helper

from pictures import INPUT_SIDE

DIMENSION = 256
MEAN, DEVIATION = 118.0, 58.0


class HalfInstanceNorm(nn.Module):
    """IBN-a (Pan et al. 2018): instance norm on half of the channels drops a camera's colour and contrast, batch
    norm on the others keeps the paint."""

    def __init__(self, channels):
        super().__init__()
        self.half = channels // 2
        self.scale = nn.Parameter(torch.ones(self.half))
        self.shift = nn.Parameter(torch.zeros(self.half))
        self.batch = nn.BatchNorm2d(channels - self.half)

    def forward(self, x):
        first, second = x[:, :self.half], x[:, self.half:]
        if torch.onnx.is_in_onnx_export():
            first = F.instance_norm(first, weight=self.scale, bias=self.shift, eps=1e-3)
        else:
            mean = first.mean((2, 3), keepdim=True)
            centred = first - mean
            power = centred.square().mean((2, 3), keepdim=True)
            gain = self.scale.view(1, -1, 1, 1) * torch.rsqrt(power.float() + 1e-3)
            # In the picture's own precision: float32 here would take a third of the training's time.
            first = centred * gain.to(x.dtype) + self.shift.view(1, -1, 1, 1).to(x.dtype)
        return torch.cat([first, self.batch(second)], 1)


def mix_style(x):
    """MixStyle (Zhou et al. 2021), in training only: each picture takes on part of another's mean and contrast."""
    mean = x.mean((2, 3), keepdim=True).detach()
    deviation = (x.float().var((2, 3), keepdim=True) + 1e-4).sqrt().detach().to(x.dtype)
    share = torch.from_numpy(np.random.beta(0.2, 0.2, (len(x), 1, 1, 1)).astype(np.float32)).to(x.dtype)
    order = torch.randperm(len(x))
    new_mean = share * mean + (1 - share) * mean[order]
    new_deviation = share * deviation + (1 - share) * deviation[order]
    return (x - mean) / deviation * new_deviation + new_mean


def convolution(before, after, size=3, stride=1, is_half_instance=False):
    norm = HalfInstanceNorm(after) if is_half_instance else nn.BatchNorm2d(after)
    return nn.Sequential(nn.Conv2d(before, after, size, stride, size // 2, bias=False), norm)


class Block(nn.Module):
    """Residual, two 3x3 convolutions: on a CPU and in WASM, dense ones are the fast ones."""

    def __init__(self, before, after, stride, is_half_instance):
        super().__init__()
        self.first = convolution(before, after, 3, stride, is_half_instance)
        self.second = convolution(after, after)
        shorten = nn.AvgPool2d(2) if stride == 2 else nn.Identity()
        is_same = before == after and stride == 1
        self.shortcut = nn.Identity() if is_same else nn.Sequential(shorten, convolution(before, after, 1))

    def forward(self, x):
        return F.relu(self.second(F.relu(self.first(x))) + self.shortcut(x))


class VehicleEmbedder(nn.Module):
    """RGB 0-255 [N, 3, 128, 128] to [N, 256] of unit length. Pools the whole, the upper and the lower half."""

    def __init__(self, widths=(24, 40, 72, 128), depths=(1, 2, 2), half_instance_stages=0, mixes_style=False):
        super().__init__()
        self.mixes_style = mixes_style
        self.stem = nn.Sequential(convolution(3, widths[0], 3, 2), nn.ReLU())
        self.stages = nn.ModuleList()
        for index, (after, depth) in enumerate(zip(widths[1:], depths)):
            blocks = [Block(widths[index] if i == 0 else after, after, 2 if i == 0 else 1, index < half_instance_stages)
                      for i in range(depth)]
            self.stages.append(nn.Sequential(*blocks))
        self.neck = nn.Linear(4 * widths[-1], DIMENSION, bias=False)
        self.norm = nn.BatchNorm1d(DIMENSION, affine=False)

    def forward(self, x):
        x = self.stem((x - MEAN) / DEVIATION)
        for index, stage in enumerate(self.stages):
            if self.training and self.mixes_style and index > 0 and np.random.random() < 0.5:
                x = mix_style(x)
            x = stage(x)
        half = int(x.shape[2]) // 2
        upper, lower = x[:, :, :half], x[:, :, half:]
        pooled = torch.cat([x.mean((2, 3)), upper.amax((2, 3)), lower.amax((2, 3)), x.amax((2, 3))], 1)
        z = self.norm(self.neck(pooled.float()))
        return z / (z * z).sum(1, keepdim=True).clamp_min(1e-6).sqrt()


def export(network, path):
    """Writes ONNX with large weights stored as float16; all arithmetic stays float32."""
    network = copy.deepcopy(network).float().eval().to(memory_format=torch.contiguous_format)
    torch.onnx.export(network, torch.zeros(1, 3, INPUT_SIDE, INPUT_SIDE), str(path), opset_version=14, input_names=['x'],
                      output_names=['z'], dynamic_axes={'x': {0: 'n'}, 'z': {0: 'n'}})
    model = onnx.load(str(path))
    casts = []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype == np.float32 and values.size > 256:
            name = tensor.name
            tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f'{name}_half'))
            casts.append(onnx.helper.make_node('Cast', [f'{name}_half'], [name], to=onnx.TensorProto.FLOAT))
    for index, cast in enumerate(casts):
        model.graph.node.insert(index, cast)
    onnx.save(model, str(path))
    return Path(path).stat().st_size
