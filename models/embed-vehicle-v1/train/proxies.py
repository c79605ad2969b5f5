"""Writes what is kept out of training in the layout of vn-2cam, for `npm run eval -- reid --data DIR --split val`.

  /usr/bin/python3 proxies.py SHARED_DIR WORK_DIR

WORK_DIR/proxy-dusk: vehicles of the Demo street that are in no training picture, at dusk, by two cameras each.
WORK_DIR/proxy-<clip>: each track's second crop as camera 1, its last but one as camera 2."""
import sys
from pathlib import Path

from pictures import PROXY_CLIPS, TRAIN_CLIPS, open_picture
from scores import street_pairs, track_pairs


def write(folder, pairs):
    """`pairs`: (class, number, first path, second path)."""
    images = Path(folder, 'images')
    images.mkdir(parents=True, exist_ok=True)
    names = []
    for kind, number, *paths in pairs:
        for camera, path in enumerate(paths, 1):
            names.append(f'{kind}_{int(number):04d}_cam{camera}')
            open_picture(path).save(images / f'{names[-1]}.jpg', quality=95)
    Path(folder, 'val.txt').write_text('\n'.join(f'{name}.jpg' for name in names) + '\n')
    print(folder, len(names) // 2, 'vehicles')


def main(shared, work):
    write(f'{work}/proxy-dusk', [(kind, identity, *paths) for identity, kind, paths in street_pairs(work)])
    for clip in (*PROXY_CLIPS, *TRAIN_CLIPS):
        write(f'{work}/proxy-{clip}', [('car', number, *paths) for number, (paths, _) in enumerate(track_pairs(work, clip), 1)])


if __name__ == '__main__':
    main(*sys.argv[1:3])
