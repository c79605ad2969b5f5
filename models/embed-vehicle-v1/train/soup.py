"""Averages the weights of runs that went on from the same network: better on what is kept out than each of them.

  /usr/bin/python3 soup.py SHARED_DIR WORK_DIR OUT run.pt run.pt ..."""
import sys

import torch

from network import VehicleEmbedder, export
from scores import Benchmark, embed_with, in_words


def main(shared, work, out, *files):
    torch.set_num_threads(2)
    runs = [torch.load(file) for file in files]
    network = VehicleEmbedder(**runs[0]['shape'])
    network.load_state_dict({name: torch.stack([run['weights'][name].float() for run in runs]).mean(0).to(value.dtype)
                             for name, value in runs[0]['weights'].items()})
    network = network.to(memory_format=torch.channels_last)
    print(in_words(Benchmark(shared, work).score(embed_with(network))))
    torch.save({'shape': runs[0]['shape'], 'weights': network.state_dict()}, f'{out}.pt')
    print('bytes', export(network, f'{out}.onnx'))


if __name__ == '__main__':
    main(*sys.argv[1:])
