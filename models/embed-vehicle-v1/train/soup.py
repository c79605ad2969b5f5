"""Averages the weights of several runs that began from the same network, and measures the batch norms anew.

  /usr/bin/python3 soup.py SHARED_DIR WORK_DIR OUT run.pt run.pt ..."""
import argparse

import numpy as np
import torch

from augment import Augmenter
from network import VehicleEmbedder, export
from pictures import INPUT_SIDE
from samples import Samples
from scores import Benchmark, embed_with, in_words

BATCHES = 60


def measure_norms(network, samples, counts, augmenter):
    """Means and variances of every batch norm over augmented batches, weights unchanged."""
    norms = [m for m in network.modules() if isinstance(m, (torch.nn.BatchNorm1d, torch.nn.BatchNorm2d))]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
    random = np.random.default_rng(0)
    network.train()
    with torch.no_grad():
        for _ in range(BATCHES):
            rows, _, _, styles, _ = samples.draw(random, counts, augmenter.style_count)
            network(augmenter(samples.squares[rows].permute(0, 3, 1, 2), styles, INPUT_SIDE))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('shared')
    parser.add_argument('work')
    parser.add_argument('out')
    parser.add_argument('runs', nargs='+')
    parser.add_argument('--counts', default='38,18,6')
    options = parser.parse_args()
    torch.set_num_threads(2)
    torch.manual_seed(0)
    np.random.seed(0)
    runs = [torch.load(run) for run in options.runs]
    states = [run['weights'] for run in runs]
    network = VehicleEmbedder(**runs[0]['shape'])
    network.load_state_dict({name: torch.stack([state[name].float() for state in states]).mean(0).to(value.dtype)
                             for name, value in states[0].items()})
    counts = dict(zip(('vn', 'street', 'clip'), map(int, options.counts.split(','))))
    measure_norms(network, Samples(options.work), counts, Augmenter())
    print(in_words(Benchmark(options.shared, options.work).score(embed_with(network))))
    torch.save({'shape': runs[0]['shape'], 'weights': network.state_dict()}, f'{options.out}.pt')
    print('bytes', export(network, f'{options.out}.onnx'))


if __name__ == '__main__':
    main()
