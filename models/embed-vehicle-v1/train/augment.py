"""Makes two pictures of one vehicle look like two cameras' pictures, on the fly."""
import numpy as np
import torch
import torch.nn.functional as F

from pictures import PAD


def between(low, high, *shape):
    return torch.rand(*shape) * (high - low) + low


class Augmenter:
    """Colour, contrast, gamma and sharpness belong to a style. Pictures of one style look as if one camera took them,
    so that a camera's look is no help in telling who is who."""

    def __init__(self, style_count=8, slant=0.12, surroundings=0.25):
        self.style_count = style_count
        self.slant = slant
        self.surroundings = surroundings
        self.noise = torch.randn(9_000_000)

    def __call__(self, squares, styles, side):
        """uint8 [B, 3, 160, 160] and a style number each, to float 0-255 [B, 3, side, side]."""
        pictures, inside = self.move(squares.float() - PAD, side)
        pictures = self.recolour((pictures + PAD).clamp(0, 255) / 255, styles)
        pictures = torch.where(inside, pictures, torch.tensor(PAD / 255))
        self.lose_detail(pictures, styles, side)
        self.hide_parts(pictures, side)
        start = int(torch.randint(self.noise.numel() - pictures.numel(), ()))
        noise = self.noise[start:start + pictures.numel()].view_as(pictures)
        return pictures.addcmul_(noise, between(0, 0.03, len(pictures), 1, 1, 1)).clamp_(0, 1).mul_(255)

    def move(self, x, side):
        """Crop jitter: place, scale, aspect, slant, mirror."""
        count = len(x)
        scale, aspect = 1 / between(0.86, 1.14, count), between(-0.1, 0.1, count).exp()
        angle, mirror = between(-0.08, 0.08, count), (torch.rand(count) < 0.5).float() * -2 + 1
        matrix = torch.zeros(count, 2, 3)
        matrix[:, 0, 0] = scale * aspect * mirror * angle.cos()
        matrix[:, 0, 1] = -angle.sin()
        matrix[:, 1, 0] = angle.sin() * mirror
        matrix[:, 1, 1] = scale / aspect * angle.cos()
        matrix[:, :, 2] = between(-0.08, 0.08, count, 2)
        grid = F.affine_grid(matrix, [count, 3, side, side], align_corners=False)
        if self.slant:
            # One side nearer than the other: a camera that stands a little more to the left, or higher.
            tilt = between(-self.slant, self.slant, count, 1, 1, 2)
            grid = grid / (1 + (grid * tilt).sum(-1, keepdim=True))
        x = F.grid_sample(x, grid, align_corners=False)
        inside = (x != 0).any(1, keepdim=True)
        if self.surroundings:
            self.swap_surroundings(x, inside, side)
        return x, inside

    def swap_surroundings(self, x, inside, side):
        """Puts the corners of another crop around some vehicles: the road must not tell who they are."""
        chosen = torch.nonzero(torch.rand(len(x)) < self.surroundings).flatten()
        axis = torch.linspace(-1, 1, side)
        columns, rows = inside[chosen].any(2)[:, 0].float(), inside[chosen].any(3)[:, 0].float()

        def distance(used):
            extent = used.sum(1, keepdim=True).clamp_min(1)
            centre = (used * axis).sum(1, keepdim=True) / extent
            return ((axis - centre) / (extent / side)).abs() ** 3

        away = distance(columns)[:, None, :] + distance(rows)[:, :, None]
        outer = (away > between(0.7, 1.2, len(chosen), 1, 1))[:, None] & inside[chosen]
        other = x[torch.randperm(len(x))[:len(chosen)]].flip(3)
        other = torch.where(other == 0, other.sum((2, 3), keepdim=True) / (other != 0).sum((2, 3), keepdim=True).clamp_min(1), other)
        x[chosen] = torch.where(outer, other, x[chosen])

    def recolour(self, x, styles):
        count, side, k = len(x), x.shape[-1], self.style_count
        gain = (between(0.7, 1.35, k, 1) * between(0.88, 1.12, k, 3))[styles]
        gain = (gain * between(0.92, 1.08, count, 1)).view(count, 1, 3)
        saturation = between(0.55, 1.35, k)[styles].view(count, 1, 1)
        contrast = between(0.65, 1.35, k)[styles].view(count, 1, 1) * between(0.94, 1.06, count, 1, 1)
        gamma = between(-0.35, 0.35, k).exp()[styles].view(count, 1, 1, 1)
        matrix = (saturation * torch.eye(3) + (1 - saturation) / 3) * gain
        mean = torch.bmm(matrix, x.mean((2, 3))[:, :, None]).mean(1, keepdim=True)
        x = torch.baddbmm((1 - contrast) * mean, contrast * matrix, x.view(count, 3, -1)).view(count, 3, side, side)
        x = x.clamp_(1e-3, 1).pow_(gamma)
        return x * self.light_ramp(count, side)

    @staticmethod
    def light_ramp(count, side):
        """Light from one side, or a shadow's edge, on a third of the pictures."""
        axis = torch.linspace(-1, 1, side)
        direction = between(0, 2 * np.pi, count)
        along = direction.cos().view(-1, 1, 1) * axis.view(1, 1, -1) + direction.sin().view(-1, 1, 1) * axis.view(1, -1, 1)
        steepness = torch.where(torch.rand(count) < 0.5, torch.tensor(1.0), torch.tensor(6.0)).view(-1, 1, 1)
        depth = (between(-0.3, 0.3, count) * (torch.rand(count) < 0.35)).view(-1, 1, 1)
        return (1 + depth * torch.tanh(along * steepness)).view(count, 1, side, side)

    def lose_detail(self, x, styles, side):
        """Half of the styles come from further away: up to four times fewer pixels, enlarged."""
        for style in range(self.style_count):
            chosen = torch.nonzero(styles == style).flatten()
            if len(chosen) and np.random.random() < 0.55:
                small = F.adaptive_avg_pool2d(x[chosen], max(20, int(side * np.random.uniform(0.24, 0.8))))
                x[chosen] = F.interpolate(small, size=(side, side), mode='bilinear', align_corners=False)

    @staticmethod
    def hide_parts(x, side):
        """Covers: a flat patch, a piece of another picture, or a pole."""
        for index in torch.nonzero(torch.rand(len(x)) < 0.4).flatten().tolist():
            kind = np.random.random()
            height, width = np.random.randint(side // 9, side * 7 // 16, 2)
            if kind < 0.2:
                height, width = side, np.random.randint(side // 32, side // 10)
            top, left = np.random.randint(0, side - height + 1), np.random.randint(0, side - width + 1)
            patch = (slice(None), slice(top, top + height), slice(left, left + width))
            if kind < 0.6:
                x[index][patch] = torch.rand(3, 1, 1)
            else:
                x[index][patch] = x[np.random.randint(len(x))][patch].clone()
