"""v0's exported weights as a network that can be trained on: its batch norms were folded into the convolutions and get statistics again.

  /usr/bin/python3 from_v0.py V0.onnx WORK_DIR OUT.pt"""
import sys
from pathlib import Path

import numpy as np
import onnx
import torch
import torch.nn as nn
from onnx import numpy_helper

sys.path.insert(0, str(Path(__file__).parents[2] / 'embed-vehicle-v1/train'))

from augment import Augmenter  # noqa: E402
from network import VehicleEmbedder  # noqa: E402
from samples import Samples  # noqa: E402

SHAPE = {'widths': (24, 40, 72, 128), 'depths': (1, 2, 2), 'half_instance_stages': 0}
# Batches the statistics are taken from.
BATCHES = 6


def read_weights(path):
    """All weights by name, float32, and the convolutions' in the order they run."""
    graph = onnx.load(path).graph
    weights = {tensor.name: torch.from_numpy(np.array(numpy_helper.to_array(tensor))) for tensor in graph.initializer}
    weights |= {node.output[0]: weights[node.input[0]] for node in graph.node
                if node.op_type == 'Cast' and node.input[0] in weights}
    weights = {name: value.float() if value.is_floating_point() else value for name, value in weights.items()}
    convolutions = [(weights[node.input[1]], weights[node.input[2]]) for node in graph.node if node.op_type == 'Conv']
    neck = next(weights[node.input[1]] for node in graph.node if node.op_type == 'MatMul')
    return convolutions, neck, weights['bn.running_mean'], weights['bn.running_var']


def normed_convolutions(module):
    if isinstance(module, nn.Sequential) and len(module) == 2 and isinstance(module[0], nn.Conv2d):
        yield module
        return
    for child in module.children():
        yield from normed_convolutions(child)


def load(network, path):
    """Fills the network; its batch norms only add the bias yet."""
    convolutions, neck, mean, power = read_weights(path)
    with torch.no_grad():
        for convolution, norm in normed_convolutions(network):
            index = next(i for i, (weight, _) in enumerate(convolutions) if weight.shape == convolution.weight.shape)
            weight, bias = convolutions.pop(index)
            convolution.weight.copy_(weight)
            norm.bias.copy_(bias)
            norm.weight.fill_((1 + norm.eps) ** 0.5)
        network.neck.weight.copy_(neck.T)
        network.norm.running_mean.copy_(mean)
        network.norm.running_var.copy_(power)


def take_statistics(network, pictures):
    """Gives every batch norm the mean and power of what it meets; what the network answers stays the same."""
    norms = [norm for _, norm in normed_convolutions(network)]
    sums = {norm: [0.0, 0.0] for norm in norms}

    def note(norm, inputs, _):
        values = inputs[0].double()
        sums[norm][0] = sums[norm][0] + values.mean((0, 2, 3)) / len(pictures)
        sums[norm][1] = sums[norm][1] + values.square().mean((0, 2, 3)) / len(pictures)

    hooks = [norm.register_forward_hook(note) for norm in norms]
    with torch.no_grad():
        for batch in pictures:
            network(batch)
        for hook in hooks:
            hook.remove()
        for norm in norms:
            mean, power = sums[norm]
            norm.running_mean.copy_(mean)
            norm.running_var.copy_(power - mean ** 2)
            norm.weight.copy_((norm.running_var + norm.eps).sqrt())
            norm.bias.add_(norm.running_mean)


def main(path, work, out):
    torch.manual_seed(0)
    np.random.seed(0)
    network = VehicleEmbedder(**SHAPE).eval()
    load(network, path)
    samples, augment, random = Samples(work), Augmenter(slant=0.08, surroundings=0.12), np.random.default_rng(0)
    batches = []
    for _ in range(BATCHES):
        rows, _, _, styles, _ = samples.draw(random, {'vn': 46, 'street': 11, 'clip': 5}, (50, 30, 17, 3), augment.style_count)
        batches.append(augment(samples.squares[rows].permute(0, 3, 1, 2), styles, 128))
    before = network(batches[0]).detach()
    take_statistics(network, batches)
    print('largest change of an answer', float((network(batches[0]) - before).abs().max()))
    torch.save({'shape': SHAPE, 'weights': network.state_dict()}, out)


if __name__ == '__main__':
    main(*sys.argv[1:])
