"""Runs the ONNX networks of ../shared with PyTorch: on a CPU with bfloat16 units that is several times faster than
float32 inference, and batches are free. Knows the operators of those networks and no others."""
import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper


def same_padding(size, kernel, stride):
    """Begin and end padding of ONNX auto_pad SAME_UPPER along one axis."""
    total = max(0, (-(-size // stride) - 1) * stride + kernel - size)
    return total // 2, total - total // 2


def pad_for(x, attributes, kernel, value=0.0):
    strides = attributes.get('strides', [1, 1])
    if attributes.get('auto_pad', b'NOTSET') == b'SAME_UPPER':
        top, bottom = same_padding(x.shape[2], kernel[0], strides[0])
        left, right = same_padding(x.shape[3], kernel[1], strides[1])
    else:
        top, left, bottom, right = attributes.get('pads', [0, 0, 0, 0])
    if top == bottom and left == right and value == 0:
        return x, (top, left)
    return F.pad(x, (left, right, top, bottom), value=value), (0, 0)


def convolve(attributes, x, weight, bias=None):
    x, padding = pad_for(x, attributes, weight.shape[2:])
    return F.conv2d(x, weight, bias, attributes.get('strides', 1), padding,
                    attributes.get('dilations', 1), attributes.get('group', 1))


def pool_average(attributes, x):
    return F.avg_pool2d(x, attributes['kernel_shape'], attributes['strides'])


def pool_maximum(attributes, x):
    x, padding = pad_for(x, attributes, attributes['kernel_shape'], float('-inf'))
    return F.max_pool2d(x, attributes['kernel_shape'], attributes['strides'], padding,
                        ceil_mode=bool(attributes.get('ceil_mode', 0)))


def reshape(x, shape, batch):
    target = [x.shape[i] if size == 0 else int(size) for i, size in enumerate(shape.tolist())]
    # The networks were converted for one picture; a batch keeps its own length.
    if target[0] == 1:
        target[0] = batch
    return x.reshape(target)


def clip(_, x, low=None, high=None):
    return x.clamp(None if low is None else float(low), None if high is None else float(high))


def divide(_, a, b):
    return a / b if a.is_floating_point() else torch.div(a, b, rounding_mode='floor')


def cut(_, x, starts, ends, axes, _steps=None):
    for start, end, axis in zip(*(part.flatten().tolist() for part in (starts, ends, axes))):
        x = x.narrow(axis, start, min(end, x.shape[axis]) - start)
    return x


def pad(_, x, widths, value=None):
    before, after = widths.long().view(2, -1).flip(1).tolist()
    return F.pad(x, [width for pair in zip(before, after) for width in pair], value=0.0 if value is None else float(value))


def normalise_instance(attributes, x, scale, bias):
    axes = list(range(2, x.ndim))
    wide = x.float()
    centred = wide - wide.mean(axes, keepdim=True)
    deviation = (centred.square().mean(axes, keepdim=True) + attributes['epsilon']).sqrt()
    shape = [1, -1] + [1] * len(axes)
    return (centred / deviation * scale.float().view(shape) + bias.float().view(shape)).to(x.dtype)


OPERATORS = {
    'Add': lambda _, a, b: a + b,
    'Sub': lambda _, a, b: a - b,
    'Mul': lambda _, a, b: a * b,
    'Div': divide,
    'Sqrt': lambda _, x: x.sqrt(),
    'Constant': lambda a: torch.from_numpy(np.array(numpy_helper.to_array(a['value']))),
    'Shape': lambda _, x: torch.tensor(x.shape),
    'Slice': cut,
    'ReduceMax': lambda a, x: x.amax(list(a['axes']), keepdim=bool(a.get('keepdims', 1))),
    'ReduceSum': lambda a, x, axes: x.sum(axes.tolist(), keepdim=bool(a.get('keepdims', 1))),
    'BatchNormalization': lambda a, x, scale, bias, mean, power: F.batch_norm(x, mean, power, scale, bias, eps=a['epsilon']),
    'Pad': pad,
    'Exp': lambda _, x: x.exp(),
    'Relu': lambda _, x: F.relu(x),
    'PRelu': lambda _, x, slope: torch.where(x > 0, x, x * slope),
    'Sigmoid': lambda _, x: torch.sigmoid(x),
    'HardSwish': lambda _, x: F.hardswish(x),
    'Softmax': lambda a, x: x.float().softmax(a.get('axis', -1)),
    'Identity': lambda _, x: x,
    'Flatten': lambda _, x: x.flatten(1),
    'Clip': clip,
    'Conv': convolve,
    'AveragePool': pool_average,
    'MaxPool': pool_maximum,
    'GlobalAveragePool': lambda _, x: x.mean((2, 3), keepdim=True),
    'ReduceMean': lambda a, x: x.mean(list(a['axes']), keepdim=bool(a.get('keepdims', 1))),
    'MatMul': lambda _, a, b: a.to(b.dtype) @ b,
    'Transpose': lambda a, x: x.permute(*a['perm']),
    'Concat': lambda a, *xs: torch.cat([x.to(xs[0].dtype) for x in xs], a['axis']),
    'Gather': lambda a, x, index: x.index_select(a['axis'], index.long().flatten() % x.shape[a['axis']]),
    'InstanceNormalization': normalise_instance,
}


class OnnxInTorch:
    """A loaded network. Call it with [N, 3, H, W] float32; returns its outputs in order, float32."""

    def __init__(self, path, dtype=torch.bfloat16):
        graph = onnx.load(path).graph
        self.dtype = dtype
        self.constants = {t.name: torch.from_numpy(np.array(numpy_helper.to_array(t))) for t in graph.initializer}
        self.nodes = []
        for node in graph.node:
            if node.op_type == 'Cast' and node.input[0] in self.constants:
                self.constants[node.output[0]] = self.constants[node.input[0]]
            else:
                attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
                self.nodes.append((node.op_type, attributes, list(node.input), list(node.output)))
        for name, value in self.constants.items():
            if value.is_floating_point():
                value = value.to(dtype)
                self.constants[name] = value.contiguous(memory_format=torch.channels_last) if value.ndim == 4 else value
        self.input = graph.input[0].name
        self.outputs = [output.name for output in graph.output]

    @torch.no_grad()
    def __call__(self, x):
        values = {self.input: x.to(self.dtype).contiguous(memory_format=torch.channels_last)}
        for kind, attributes, inputs, outputs in self.nodes:
            given = [values.get(name, self.constants.get(name)) for name in inputs]
            if kind == 'Split':
                sizes = given[1].tolist() if len(given) > 1 else [given[0].shape[attributes['axis']] // len(outputs)] * len(outputs)
                values.update(zip(outputs, given[0].split(sizes, attributes['axis'])))
            elif kind == 'Reshape':
                values[outputs[0]] = reshape(*given, x.shape[0])
            elif kind == 'Cast':
                values[outputs[0]] = given[0]
            else:
                values[outputs[0]] = OPERATORS[kind](attributes, *given)
        return [values[name].float() for name in self.outputs]
