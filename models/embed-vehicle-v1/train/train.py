"""Trains the embedder. See README.md for the steps before and after.

  /usr/bin/python3 train.py SHARED_DIR WORK_DIR OUT [--minutes M] [--seed N]

Writes OUT.pt (averaged weights) and OUT.onnx, and prints scores on vn-2cam val and on what is kept out."""
import argparse
import copy
import tempfile
import time

import numpy as np
import torch
import torch.distributed
import torch.multiprocessing
import torch.nn as nn
import torch.nn.functional as F

from augment import Augmenter
from network import DIMENSION, VehicleEmbedder, export
from pictures import INPUT_SIDE
from samples import Samples
from scores import Benchmark, embed_with, in_words

SMALL_SIDE = 96
# Steps between two averagings of the partners' weights.
MEETING_STEPS = 8


def contrast_loss(z, vehicles, apart, temperature):
    """Supervised contrastive loss (Khosla et al. 2020) over those known to be the same or others."""
    similarity = z @ z.T / temperature
    self_pairs = torch.eye(len(z), dtype=torch.bool)
    same = (vehicles[:, None] == vehicles[None]) & ~self_pairs
    log_share = similarity - torch.logsumexp(similarity.masked_fill(~(same | apart) | self_pairs, -1e4), 1, keepdim=True)
    return -(log_share * same).sum(1).div(same.sum(1).clamp_min(1)).mean()


class ClassLoss(nn.Module):
    """Cosine softmax with a margin (CosFace, Wang et al. 2018) over all vehicles: rivals from outside the batch."""

    def __init__(self, class_base, margin=0.1, scale=16.0):
        super().__init__()
        self.centres = nn.Parameter(torch.randn(len(class_base), DIMENSION) * 0.05)
        self.class_base, self.margin, self.scale = class_base, margin, scale

    def forward(self, z, classes):
        known = classes >= 0
        z, classes = z[known], classes[known]
        logits = z @ F.normalize(self.centres).T
        own = F.one_hot(classes, len(self.centres)).bool()
        twins = (self.class_base[classes][:, None] == self.class_base[None]) & ~own
        logits = (logits - own * self.margin) * self.scale
        return F.cross_entropy(logits.masked_fill(twins, -1e4), classes)


class TeacherLoss(nn.Module):
    """One linear head a teacher learns its answers; and pairs are as alike as the teachers together find them."""

    def __init__(self, samples):
        super().__init__()
        self.samples = samples
        self.heads = nn.ModuleList(nn.Linear(DIMENSION, block.shape[1]) for block in samples.blocks)

    def forward(self, z, rows):
        total, weight = 0.0, 0.0
        for head, block, weights in zip(self.heads, self.samples.blocks, self.samples.block_weights):
            chosen = weights[rows]
            total = total + (chosen * (1 - F.cosine_similarity(head(z), block[rows]))).sum()
            weight = weight + chosen.sum()
        joined = self.samples.joined[rows]
        off = ~torch.eye(len(z), dtype=torch.bool)
        return total / weight, (z @ z.T - joined @ joined.T)[off].square().mean()


def read_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument('shared')
    parser.add_argument('work')
    parser.add_argument('out')
    parser.add_argument('--minutes', type=float, default=50)
    parser.add_argument('--steps', type=int, default=0, help='instead of minutes')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--partners', type=int, default=2,
                        help='processes of one thread each: twice as fast on two cores as one process of two threads')
    parser.add_argument('--sets', default='vn,street,clip')
    parser.add_argument('--counts', default='38,18,6', help='vehicles of each set in a batch, two pictures each')
    parser.add_argument('--widths', default='24,40,72,128')
    parser.add_argument('--depths', default='1,2,2')
    parser.add_argument('--ibn', type=int, default=0)
    parser.add_argument('--mix', type=int, default=0)
    parser.add_argument('--rate', type=float, default=2e-3)
    parser.add_argument('--small', type=float, default=0.6, help='share of the time at 96 px')
    parser.add_argument('--temperature', type=float, default=0.1)
    parser.add_argument('--weights', default='1,0,4,20', help='contrast, class, teacher answers, teacher pairs')
    parser.add_argument('--shared-styles', type=float, default=0.5)
    parser.add_argument('--strength', type=float, default=1.0)
    parser.add_argument('--slant', type=float, default=0.0)
    parser.add_argument('--surroundings', type=float, default=0.0)
    parser.add_argument('--own', type=float, default=0.5)
    parser.add_argument('--init', default='')
    parser.add_argument('--report', type=float, default=0, help='score every so many minutes')
    return parser.parse_args()


def average_into(average, network, step):
    share = 1 - min(0.998, (1 + step) / (10 + step))
    with torch.no_grad():
        for mean, value in zip(average.state_dict().values(), network.state_dict().values()):
            mean.lerp_(value, share) if mean.is_floating_point() else mean.copy_(value)


def meet(modules, progress):
    """Replaces weights, norms and progress by their mean over all partners (local SGD, Stich 2019)."""
    tensors = [tensor for tensor in modules.state_dict().values() if tensor.is_floating_point()]
    joined = torch.cat([torch.tensor([progress]), *(tensor.flatten() for tensor in tensors)])
    torch.distributed.all_reduce(joined)
    progress, joined = float(joined[0]), joined[1:] / torch.distributed.get_world_size()
    with torch.no_grad():
        for tensor, mean in zip(tensors, joined.split([tensor.numel() for tensor in tensors])):
            tensor.copy_(mean.view_as(tensor))
    return progress / torch.distributed.get_world_size()


def main():
    options = read_arguments()
    with tempfile.TemporaryDirectory() as folder:
        torch.multiprocessing.spawn(train, (options, f'file://{folder}/meeting'), options.partners)


def train(rank, options, meeting):
    torch.distributed.init_process_group('gloo', init_method=meeting, rank=rank, world_size=options.partners)
    torch.set_num_threads(max(1, 2 // options.partners))
    seed = options.seed * 100 + rank
    torch.manual_seed(seed)
    np.random.seed(seed)
    random = np.random.default_rng(seed)
    samples = Samples(options.work, options.sets.split(','), options.own)
    benchmark = Benchmark(options.shared, options.work)
    counts = dict(zip(('vn', 'street', 'clip'), map(int, options.counts.split(','))))
    shape = {'widths': tuple(map(int, options.widths.split(','))), 'depths': tuple(map(int, options.depths.split(','))),
             'half_instance_stages': options.ibn}
    network = VehicleEmbedder(**shape, mixes_style=bool(options.mix))
    if options.init:
        network.load_state_dict(torch.load(options.init)['weights'])
    network = network.to(memory_format=torch.channels_last)
    average = copy.deepcopy(network)
    class_loss, teacher_loss = ClassLoss(samples.class_base), TeacherLoss(samples)
    augmenter = Augmenter(strength=options.strength, slant=options.slant, surroundings=options.surroundings)
    weights = list(map(float, options.weights.split(',')))
    modules = nn.ModuleList([network, class_loss, teacher_loss])
    optimiser = torch.optim.AdamW([
        {'params': [p for p in modules.parameters() if p.ndim > 1], 'weight_decay': 0.05},
        {'params': [p for p in modules.parameters() if p.ndim <= 1], 'weight_decay': 0.0}], lr=options.rate)
    meet(modules, 0)
    average.load_state_dict(network.state_dict())
    print(options, '\nparameters', sum(p.numel() for p in network.parameters()), {n: len(k) for n, k in samples.keys.items()}, flush=True)
    started, scoring, step, pictures, last_report, sums = time.time(), 0.0, 0, 0, 0.0, np.zeros(4)
    while True:
        spent = time.time() - started - scoring
        progress = step / options.steps if options.steps else spent / (options.minutes * 60)
        if step % MEETING_STEPS == 0:
            progress = meet(modules, progress)
            if progress >= 1:
                break
        rate = options.rate * min(1, (step + 1) / 60) * (0.5 * (1 + np.cos(np.pi * progress)) + 0.005)
        for group in optimiser.param_groups:
            group['lr'] = rate
        rows, vehicles, classes, styles, apart = samples.draw(random, counts, augmenter.style_count, options.shared_styles)
        side = SMALL_SIDE if progress < options.small else INPUT_SIDE
        squares = samples.squares[rows].permute(0, 3, 1, 2)
        batch = augmenter(squares, styles, side).contiguous(memory_format=torch.channels_last)
        network.train()
        with torch.autocast('cpu', dtype=torch.bfloat16):
            z = network(batch)
        z = z.float()
        losses = [contrast_loss(z, vehicles, apart, options.temperature), class_loss(z, classes) if weights[1] else z.new_zeros(()),
                  *teacher_loss(z, rows)]
        optimiser.zero_grad()
        sum(weight * loss for weight, loss in zip(weights, losses)).backward()
        optimiser.step()
        step, pictures = step + 1, pictures + len(z)
        sums += [float(loss) for loss in losses]
        average_into(average, network, step)
        if rank == 0 and options.report and spent - last_report > options.report * 60:
            last_report, paused = spent, time.time()
            print(f'{spent:.0f} s, step {step}, {pictures / spent:.0f} pictures/s, losses {np.round(sums / step, 3)}\n'
                  + in_words(benchmark.score(embed_with(average))), flush=True)
            scoring += time.time() - paused
    meet(average, 0)
    if rank > 0:
        return
    print(f'END {spent:.0f} s, step {step}, {pictures / spent:.0f} pictures/s, losses {np.round(sums / step, 3)}\n'
          + in_words(benchmark.score(embed_with(average))), flush=True)
    torch.save({'shape': shape, 'weights': average.state_dict()}, f'{options.out}.pt')
    print('bytes', export(average, f'{options.out}.onnx'))


if __name__ == '__main__':
    main()
