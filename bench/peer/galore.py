"""GaLore (Zhao et al. 2024, arXiv 2403.03507), as org.tributary.optim.GaLore computes it.

The moments of a projected matrix live in the span of its gradient's leading singular vectors. All
other tensors go through PyTorch's fused AdamW.
"""

import math

import torch


class GaLore:
    def __init__(self, projected, others, lr, rank, gap=200, scale=0.25, betas=(0.9, 0.999), eps=1e-8, exact=False):
        self.projected = list(projected)
        self.fused = torch.optim.AdamW(others, lr=lr, betas=betas, eps=eps, weight_decay=0, fused=True)
        self.lr, self.rank, self.gap, self.scale, self.betas, self.eps = lr, rank, gap, scale, betas, eps
        self.exact = exact
        self.taken = 0
        self.state = {}

    def zero_grad(self, set_to_none=True):
        for weight in self.projected:
            weight.grad = None
        self.fused.zero_grad(set_to_none=True)

    @torch.no_grad()
    def step(self):
        self.fused.step()
        renews = self.taken % self.gap == 0
        self.taken += 1
        beta1, beta2 = self.betas
        unbiased1 = 1 - beta1**self.taken
        unbiased2 = math.sqrt(1 - beta2**self.taken)
        for weight in self.projected:
            gradient = weight.grad
            tall = gradient.shape[0] >= gradient.shape[1]
            basis, m, v = self.state.get(weight, (None, None, None))
            if renews:
                basis = self.basis(gradient if tall else gradient.T)
            low = gradient @ basis if tall else basis.T @ gradient
            if m is None:
                m, v = torch.zeros_like(low), torch.zeros_like(low)
            self.state[weight] = (basis, m, v)
            m.lerp_(low, 1 - beta1)
            v.mul_(beta2).addcmul_(low, low, value=1 - beta2)
            change = v.sqrt().add_(self.eps).reciprocal_().mul_(m)
            rate = -self.lr * self.scale * unbiased2 / unbiased1
            if tall:
                weight.addmm_(change, basis.T, alpha=rate)
            else:
                weight.addmm_(basis, change, alpha=rate)

    def basis(self, tall):
        """The first right singular vectors of a tall matrix, as columns."""
        if self.exact:
            return torch.linalg.svd(tall, full_matrices=False)[2][: self.rank].T.contiguous()
        most = min(self.rank + 10, *tall.shape)
        return torch.svd_lowrank(tall, q=most, niter=2)[2][:, : self.rank].contiguous()
