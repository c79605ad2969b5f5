"""Trains the embedder. See README.md for the steps before and after.

  /usr/bin/python3 train.py SHARED_DIR WORK_DIR OUT [--minutes M] [--seed N]

Writes OUT.pt (averaged weights) and OUT.onnx, and prints scores on vn-2cam val and on what is kept out."""
import argparse
import copy
import itertools
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
    parser.add_argument('--until', type=float, default=1, help='stop at this share of the schedule')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--partners', type=int, default=2,
                        help='processes of one thread each: faster on two cores than one process of two threads')
    parser.add_argument('--init', default='', help='.pt of an earlier run to go on from')
    parser.add_argument('--report', type=float, default=8, help='score and save every so many minutes')
    parser.add_argument('--counts', default='46,11,5', help='vehicles of vn-2cam, street, clips in a batch; two pictures each')
    parser.add_argument('--shares', default='50,30,17,3', help='motorcycles, cars, trucks and buses among those of vn-2cam')
    parser.add_argument('--widths', default='32,48,80,128')
    parser.add_argument('--depths', default='2,2,2')
    parser.add_argument('--ibn', type=int, default=2, help='stages with instance norm')
    parser.add_argument('--mix', type=int, default=1, help='1: MixStyle')
    parser.add_argument('--slant', type=float, default=0.08)
    parser.add_argument('--surroundings', type=float, default=0.12)
    parser.add_argument('--rate', type=float, default=1.2e-3)
    parser.add_argument('--small', type=float, default=0.25, help='share of the run at 96 px')
    parser.add_argument('--temperature', type=float, default=0.08)
    parser.add_argument('--weights', default='1,0,4,20', help='contrast, class, teacher answers, teacher pairs')
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
    joined /= torch.distributed.get_world_size()
    with torch.no_grad():
        for tensor, mean in zip(tensors, joined[1:].split([tensor.numel() for tensor in tensors])):
            tensor.copy_(mean.view_as(tensor))
    return float(joined[0])


def numbers(text):
    return tuple(int(part) for part in text.split(','))


class Partner:
    """One process: its own batches, and weights that are averaged with the others' every few steps."""

    def __init__(self, options, rank):
        seed = options.seed * 100 + rank
        torch.manual_seed(seed)
        np.random.seed(seed)
        self.options = options
        self.random = np.random.default_rng(seed)
        self.samples = Samples(options.work)
        self.counts = dict(zip(('vn', 'street', 'clip'), numbers(options.counts)))
        self.augment = Augmenter(slant=options.slant, surroundings=options.surroundings)
        self.weights = [float(part) for part in options.weights.split(',')]
        self.shape = {'widths': numbers(options.widths), 'depths': numbers(options.depths), 'half_instance_stages': options.ibn}
        self.network = VehicleEmbedder(**self.shape, mixes_style=bool(options.mix))
        if options.init:
            self.network.load_state_dict(torch.load(options.init)['weights'])
        self.network = self.network.to(memory_format=torch.channels_last)
        self.class_loss, self.teacher_loss = ClassLoss(self.samples.class_base), TeacherLoss(self.samples)
        self.modules = nn.ModuleList([self.network, self.class_loss, self.teacher_loss])
        self.optimiser = torch.optim.AdamW([
            {'params': [p for p in self.modules.parameters() if p.ndim > 1], 'weight_decay': 0.05},
            {'params': [p for p in self.modules.parameters() if p.ndim <= 1], 'weight_decay': 0.0}], lr=options.rate)
        meet(self.modules, 0)
        self.average = copy.deepcopy(self.network)

    def step(self, number, progress):
        """One batch; returns the losses and how many pictures it had."""
        rate = self.options.rate * min(1, (number + 1) / 60) * (0.5 * (1 + np.cos(np.pi * progress)) + 0.005)
        for group in self.optimiser.param_groups:
            group['lr'] = rate
        drawn = self.samples.draw(self.random, self.counts, numbers(self.options.shares), self.augment.style_count)
        rows, vehicles, classes, styles, apart = drawn
        side = SMALL_SIDE if progress < self.options.small else INPUT_SIDE
        batch = self.augment(self.samples.squares[rows].permute(0, 3, 1, 2), styles, side)
        self.network.train()
        with torch.autocast('cpu', dtype=torch.bfloat16):
            z = self.network(batch.contiguous(memory_format=torch.channels_last))
        z = z.float()
        losses = [contrast_loss(z, vehicles, apart, self.options.temperature),
                  self.class_loss(z, classes) if self.weights[1] else z.new_zeros(()), *self.teacher_loss(z, rows)]
        self.optimiser.zero_grad()
        sum(weight * loss for weight, loss in zip(self.weights, losses)).backward()
        self.optimiser.step()
        average_into(self.average, self.network, number + 1)
        return np.array([float(loss) for loss in losses]), len(z)

    def save(self):
        torch.save({'shape': self.shape, 'weights': self.average.state_dict()}, f'{self.options.out}.pt')


def train(rank, options, meeting):
    torch.distributed.init_process_group('gloo', init_method=meeting, rank=rank, world_size=options.partners)
    torch.set_num_threads(max(1, 2 // options.partners))
    partner = Partner(options, rank)
    benchmark = Benchmark(options.shared, options.work) if rank == 0 else None
    started, scoring, last_report, pictures, sums = time.time(), 0.0, 0.0, 0, np.zeros(4)

    def report(title):
        print(f'{title} {spent:.0f} s, step {step}, {pictures * options.partners / spent:.0f} pictures/s, losses '
              f'{np.round(sums / step, 3)}\n{in_words(benchmark.score(embed_with(partner.average)))}', flush=True)
        partner.save()

    for step in itertools.count():
        spent = time.time() - started - scoring
        progress = step / options.steps if options.steps else spent / (options.minutes * 60)
        if step % MEETING_STEPS == 0:
            progress = meet(partner.modules, progress)
            if progress >= options.until:
                break
        losses, count = partner.step(step, progress)
        sums, pictures = sums + losses, pictures + count
        if rank == 0 and spent - last_report > options.report * 60:
            last_report, paused = spent, time.time()
            report('so far')
            scoring += time.time() - paused
    meet(partner.average, 0)
    if rank == 0:
        report('end')
        print('bytes', export(partner.average, f'{options.out}.onnx'))


def main():
    options = read_arguments()
    print(options, flush=True)
    with tempfile.TemporaryDirectory() as folder:
        torch.multiprocessing.spawn(train, (options, f'file://{folder}/meeting'), options.partners)


if __name__ == '__main__':
    main()
