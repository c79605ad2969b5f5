"""The training pictures, their teachers' answers, and how a batch is drawn from them."""
import json
from pathlib import Path

import numpy as np
import torch

from prepare import SQUARE_SIDE

# What each teacher counts: person networks know riders, the others know vehicles (design/models.md).
WEIGHTS = {'p0277': (1.0, 1.0), 'p0287': (1.0, 1.0), 'p0288': (0.5, 0.5), 'mobile': (0.1, 0.5), 'attributes': (0.1, 0.5),
           # Earlier embedders of this project (former.py), where there are answers of theirs.
           'v0': (1.0, 1.0), 'v1': (1.0, 1.0)}
CLASSES = ('motorcycle', 'car', 'truck', 'bus')
# How far a teacher's answer stays that to the very picture; the rest is the mean over the vehicle's pictures.
OWN_SHARE = 0.5
# Batches in which all pictures of a set's camera share a style; in the others every picture has its own.
SHARED_STYLES = 0.5


class Samples:
    def __init__(self, work):
        records = json.loads(Path(work, 'records.json').read_text())
        self.records = records
        self.squares = torch.from_numpy(np.fromfile(Path(work, 'squares.u8'), np.uint8)).view(
            len(records), SQUARE_SIDE, SQUARE_SIDE, 3)
        self.groups = {name: {} for name in ('vn', 'street', 'clip')}
        for index, record in enumerate(records):
            self.groups[record['set']].setdefault((record['identity'], record['copy']), []).append(index)
        self.by_class = {}
        for key in self.groups['vn']:
            self.by_class.setdefault(key[0].split('_')[0], {}).setdefault(key[0], []).append(key)
        for name in ('street', 'clip'):
            self.groups[name] = {key: rows for key, rows in self.groups[name].items() if len(rows) > 1}
        self.keys = {name: sorted(group) for name, group in self.groups.items()}
        frames = [[records[i]['view'] for i in self.groups['clip'][key]] for key in self.keys['clip']]
        self.spans = {key: (min(f), max(f)) for key, f in zip(self.keys['clip'], frames)}
        self.classes = {key: i for i, key in enumerate(key for name in ('vn', 'street') for key in self.keys[name])}
        # Copies of one vehicle that differ in hue alone: a grey one looks the same in all.
        bases = {base: i for i, base in enumerate(sorted({key[0] for key in self.classes}))}
        self.class_base = torch.tensor([bases[key[0]] for key in self.classes])
        self.teach(work)

    def teach(self, work):
        """Each teacher centred on its mean over a set's camera, then moved half way to the mean of the vehicle's
        pictures: an answer that does not depend on the camera."""
        count = len(self.records)
        where = [f"{r['set']}{r['view'] if r['set'] == 'vn' else ''}" for r in self.records]
        domains = [np.flatnonzero(np.array(where) == name) for name in sorted(set(where))]
        moto = np.array([r['class'] == 'motorcycle' for r in self.records])
        self.blocks, self.block_weights = [], []
        for name in WEIGHTS:
            file = Path(work, f'teacher-{name}.f32')
            if not file.exists():
                continue
            said = np.fromfile(file, np.float32).reshape(count, -1)
            asked = np.abs(said).sum(1) > 0
            for rows in domains:
                if asked[rows].any():
                    said[rows] -= said[rows].mean(0)
            said /= np.linalg.norm(said, axis=1, keepdims=True) + 1e-9
            mean = said.copy()
            for group in self.groups.values():
                for rows in group.values():
                    mean[rows] = said[rows].mean(0)
            said = OWN_SHARE * said + (1 - OWN_SHARE) * mean
            said /= np.linalg.norm(said, axis=1, keepdims=True) + 1e-9
            weights = np.where(moto, *WEIGHTS[name]) * asked
            self.blocks.append(torch.from_numpy(said.astype(np.float32)))
            self.block_weights.append(torch.from_numpy(weights.astype(np.float32)))
        joined = torch.cat([b * w.sqrt()[:, None] for b, w in zip(self.blocks, self.block_weights)], 1)
        self.joined = torch.nn.functional.normalize(joined)

    def draw_keys(self, random, counts, shares):
        wanted = random.multinomial(counts['vn'], np.array(shares) / sum(shares))
        for kind, number in zip(CLASSES, wanted):
            identities = sorted(self.by_class[kind])
            for pick in random.choice(len(identities), min(number, len(identities)), replace=False):
                copies = self.by_class[kind][identities[pick]]
                yield 'vn', copies[0 if random.random() < 0.5 else random.integers(len(copies))]
        for name in ('street', 'clip'):
            keys = self.keys[name]
            if keys and counts[name]:
                for pick in random.choice(len(keys), min(counts[name], len(keys)), replace=False):
                    yield name, keys[pick]

    def draw(self, random, counts, shares, style_count):
        """A batch of so many vehicles of each set; `shares`: of the classes among those of vn-2cam. Rows, vehicle number within
        the batch, class number (-1: none), style, and who may be told apart from whom."""
        drawn = list(self.draw_keys(random, counts, shares))
        is_shared = random.random() < SHARED_STYLES
        domain_styles = {name: random.choice(style_count, 2, replace=False) for name in self.keys}
        rows, vehicles, classes, styles = [], [], [], []
        for number, (name, key) in enumerate(drawn):
            found = self.groups[name][key]
            if name == 'clip':
                third = max(1, len(found) // 3)
                pair = [found[random.integers(third)], found[len(found) - 1 - random.integers(third)]]
            else:
                pair = list(random.choice(found, 2, replace=False)) if name == 'street' else found
            rows += pair
            vehicles += [number] * 2
            classes += [self.classes.get(key, -1)] * 2
            styles += list(domain_styles[name] if is_shared else random.choice(style_count, 2, replace=False))
        apart = torch.ones(len(drawn), len(drawn), dtype=torch.bool)
        tracks = [(i, key) for i, (name, key) in enumerate(drawn) if name == 'clip']
        for i, a in tracks:
            for j, b in tracks:
                same_clip = a[0].split('/')[0] == b[0].split('/')[0]
                if same_clip and (self.spans[a][0] > self.spans[b][1] or self.spans[b][0] > self.spans[a][1]):
                    apart[i, j] = False
        vehicles = torch.tensor(vehicles)
        return torch.tensor(rows), vehicles, torch.tensor(classes), torch.tensor(styles), apart[vehicles][:, vehicles]
