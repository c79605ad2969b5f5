"""Scores by the rules of design/models.md, on vn-2cam val and on what was kept out of training. Fractions."""
from pathlib import Path

import numpy as np
import torch

from pictures import PROXY_CLIPS, TRAIN_CLIPS, street_files, to_input, tracklet_files, vn_identities, vn_path


def pair_scores(first, second, kinds):
    """`first` and `second`: unit vectors of the same vehicles from two cameras. Scores of all and of each class."""
    result = {}
    for kind in ['all', *sorted(set(kinds))]:
        chosen = np.ones(len(kinds), bool) if kind == 'all' else kinds == kind
        if chosen.sum() > 3:
            result[kind] = score_pairs(first[chosen], second[chosen])
    return result


def score_pairs(first, second):
    count = len(first)
    everything = np.concatenate([first, second])
    similarity = everything @ everything.T
    np.fill_diagonal(similarity, -2)
    partner = similarity[np.arange(2 * count), (np.arange(2 * count) + count) % (2 * count)]
    standard = (similarity > partner[:, None]).sum(1) + 1
    across = np.concatenate([similarity[:count, count:], similarity[count:, :count]])
    cross = (across > partner[:, None]).sum(1) + 1
    same = partner[:count]
    other = similarity[:count, count:][~np.eye(count, dtype=bool)]
    return {'standardRank1': (standard == 1).mean(), 'standardMap': (1 / standard).mean(), 'crossRank1': (cross == 1).mean(),
            'crossMap': (1 / cross).mean(), 'eer': equal_error_rate(same, other)}


def equal_error_rate(same, other):
    thresholds = np.linspace(-1, 1, 2001)
    accepted = 1 - np.searchsorted(np.sort(other), thresholds) / len(other)
    refused = np.searchsorted(np.sort(same), thresholds) / len(same)
    index = np.abs(accepted - refused).argmin()
    return (accepted[index] + refused[index]) / 2


def track_scores(first, last, spans):
    """First against last crop of each track, among the tracks seen at the same time: those are surely others."""
    ranks = []
    for own in range(len(first)):
        together = [i for i in range(len(first)) if i != own and spans[i][0] <= spans[own][1] and spans[own][0] <= spans[i][1]]
        if not together:
            continue
        partner = first[own] @ last[own]
        rivals = np.concatenate([first[together], last[together]])
        ranks += [1 + (rivals @ first[own] > partner).sum(), 1 + (rivals @ last[own] > partner).sum()]
    ranks = np.array(ranks)
    return {'standardRank1': (ranks == 1).mean(), 'standardMap': (1 / ranks).mean(), 'queries': len(ranks)}


def street_pairs(work):
    """(identity, class, two paths) of every vehicle of the street's proxy that was seen well twice."""
    views = {}
    for path, identity, kind in street_files(work, 'proxy'):
        views.setdefault((identity, kind), []).append(path)
    for (identity, kind), paths in views.items():
        if len(paths) >= 2:
            yield identity, kind, paths[:2]


def track_pairs(work, clip):
    """(two paths, first and last frame) of every track of six crops or more. Not the very ends: a box there is often
    half a vehicle."""
    tracks = {}
    for path, track, frame in tracklet_files(work, clip):
        tracks.setdefault(track, []).append((frame, path))
    for crops in map(sorted, tracks.values()):
        if len(crops) >= 6:
            yield (crops[1][1], crops[-2][1]), (crops[0][0], crops[-1][0])


class Benchmark:
    """All pictures that scores are taken on, read once."""

    def __init__(self, shared, work):
        identities = vn_identities(shared, 'val')
        self.kinds = np.array([identity.split('_')[0] for identity in identities])
        self.val = self.load([vn_path(shared, identity, camera) for camera in (1, 2) for identity in identities])
        street = list(street_pairs(work))
        self.street_kinds = np.array([kind for _, kind, _ in street])
        self.street = self.load([paths[camera] for camera in (0, 1) for _, _, paths in street])
        self.clips = {}
        for clip in (*PROXY_CLIPS, *TRAIN_CLIPS):
            tracks = list(track_pairs(work, clip))
            pictures = self.load([paths[end] for end in (0, 1) for paths, _ in tracks])
            self.clips[clip] = pictures, [span for _, span in tracks]

    @staticmethod
    def load(paths):
        return torch.from_numpy(to_input(paths))

    def score(self, embed):
        """`embed`: uint8 [N, 3, 128, 128] to unit vectors."""
        result = {'val': pair_scores(*np.split(embed(self.val), 2), self.kinds),
                  'street dusk': pair_scores(*np.split(embed(self.street), 2), self.street_kinds)}
        for clip, (pictures, spans) in self.clips.items():
            result[clip] = {'tracks': track_scores(*np.split(embed(pictures), 2), spans)}
        return result


def embed_with(network):
    def embed(pictures):
        network.eval()
        with torch.no_grad():
            batches = [network(batch.float().contiguous(memory_format=torch.channels_last)) for batch in pictures.split(64)]
        return torch.cat(batches).numpy()
    return embed


def in_words(result):
    lines = []
    for name, groups in result.items():
        parts = [f"{group} {' '.join(f'{100 * value:.1f}' for key, value in scores.items() if key != 'queries')}"
                 for group, scores in groups.items()]
        lines.append(f"  {name}: {' | '.join(parts)}")
    return '\n'.join(lines)
