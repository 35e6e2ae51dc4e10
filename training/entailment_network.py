"""The network that compares a premise with a claim, word by word. Needs torch; training only."""

from __future__ import annotations

import math
from pathlib import Path

import torch
import torch.nn.functional as functional
from torch import nn
from transformers import AutoModel

from aiguardian.ml.entailment import PREMISE_TOKENS
from aiguardian.ml.vocabulary import DIMENSIONS

LOWER_LAYERS = 4
"""Of the pretrained encoder, left as they are: their states still tell single words apart."""
WIDTH = 256
HEADS = 4
LAYERS = 2
DROPOUT = 0.1
SHARPNESS = 8.0
"""A word's match takes most of the weight where its cosine is half above the others'."""
MATCH = 6
"""Figures that describe how well a word is matched in the other text."""
FAR = 1e4


class Lower(nn.Module):
    """From word vectors to the states of the lower layers, each text of a row by itself."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.trunk = AutoModel.from_pretrained(
            str(folder), attn_implementation="eager", add_pooling_layer=False
        )
        self.trunk.encoder.layer = self.trunk.encoder.layer[:LOWER_LAYERS]
        places = self.trunk.embeddings.position_embeddings
        places.weight = nn.Parameter(places.weight[:PREMISE_TOKENS].detach())

    def forward(self, words: torch.Tensor, parts: torch.Tensor) -> torch.Tensor:
        """States (n, tokens, 384). `parts` (n, tokens) says which text a token is of; no token of
        the one sees one of the other, and positions count from 0 in both."""
        count = torch.cumsum(torch.ones_like(parts), 1) - 1
        places = count - parts * (parts == 0).sum(1, keepdim=True)
        states = self.trunk.embeddings(
            inputs_embeds=words, token_type_ids=torch.zeros_like(parts), position_ids=places
        )
        together = (parts[:, :, None] == parts[:, None, :]).float()
        hidden = ((together - 1) * FAR)[:, None]
        for layer in self.trunk.encoder.layer:
            states = layer(states, hidden)
            states = states[0] if isinstance(states, tuple) else states
        return states


class Layer(nn.Module):
    """A transformer layer, normalised before each part."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv, self.o = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.up, self.down = nn.Linear(WIDTH, 2 * WIDTH), nn.Linear(2 * WIDTH, WIDTH)
        self.n1, self.n2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.drop = nn.Dropout(DROPOUT)

    def forward(self, x: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        """As it came, (n, tokens, WIDTH); `bias` hides padding, (n, 1, 1, tokens)."""
        rows, tokens, _ = x.shape
        parts = self.qkv(self.n1(x)).view(rows, tokens, 3, HEADS, WIDTH // HEADS)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        scores = query @ key.transpose(-1, -2) / math.sqrt(WIDTH // HEADS) + bias
        read = (torch.softmax(scores, -1) @ value).transpose(1, 2).reshape(rows, tokens, WIDTH)
        x = x + self.drop(self.o(read))
        out: torch.Tensor = x + self.drop(self.down(functional.gelu(self.up(self.n2(x)))))
        return out


class Judge(nn.Module):
    """Two logits, supported and contradicted, from the words and states of premise and claim."""

    def __init__(self) -> None:
        super().__init__()
        self.t = nn.Parameter(torch.tensor([SHARPNESS, SHARPNESS]))
        self.compare = nn.Linear(4 * DIMENSIONS + MATCH, WIDTH)
        self.norm = nn.LayerNorm(WIDTH)
        self.side = nn.Parameter(torch.zeros(2, WIDTH))
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.out1, self.out2 = nn.Linear(3 * WIDTH, WIDTH), nn.Linear(WIDTH, 2)
        self.drop = nn.Dropout(DROPOUT)
        nn.init.normal_(self.side, std=0.02)

    def forward(
        self, words: torch.Tensor, states: torch.Tensor, parts: torch.Tensor
    ) -> torch.Tensor:
        """Logits (n, 2). `parts` (n, tokens): 0 the premise's tokens, 1 the claim's, 2 padding."""
        premise, claim = ((parts == part).float()[..., None] for part in (0, 1))
        x = self.compared(words, states, premise, claim)
        x = self.drop(x + claim * self.side[0] + premise * self.side[1])
        bias = ((premise + claim - 1) * FAR).squeeze(-1)[:, None, None, :]
        for layer in self.layers:
            x = layer(x, bias)
        pooled = [
            (x * claim).sum(1) / claim.sum(1),
            (x + (claim - 1) * FAR).max(1).values,
            (x + (premise - 1) * FAR).max(1).values,
        ]
        hidden = self.drop(functional.gelu(self.out1(torch.cat(pooled, -1))))
        logits: torch.Tensor = self.out2(hidden)
        return logits

    def compared(
        self,
        words: torch.Tensor,
        states: torch.Tensor,
        premise: torch.Tensor,
        claim: torch.Tensor,
    ) -> torch.Tensor:
        """Each token with what it matches in the other text, (n, tokens, WIDTH)."""
        across = premise @ claim.transpose(1, 2) + claim @ premise.transpose(1, 2)
        hidden = (across - 1) * FAR
        alike, near = _cosines(words), _cosines(states)
        share = torch.softmax(self.t[0] * alike + self.t[1] * near + hidden, -1)
        nearest = (alike + hidden).max(-1).values
        figures = [
            nearest,
            (near + hidden).max(-1).values,
            (share * alike).sum(-1),
            (share * near).sum(-1),
            (nearest > 0.99).float(),
            share.max(-1).values,
        ]
        match = share @ states
        joined = [states, match, states - match, states * match, torch.stack(figures, -1)]
        normed: torch.Tensor = self.norm(functional.gelu(self.compare(torch.cat(joined, -1))))
        return normed


def _cosines(vectors: torch.Tensor) -> torch.Tensor:
    """Cosines of all tokens of a row with all, (n, tokens, tokens)."""
    unit = functional.normalize(vectors, dim=-1)
    return unit @ unit.transpose(1, 2)


class Whole(nn.Module):
    """Lower layers and judge in one, for rows without padding: what ships."""

    def __init__(self, lower: Lower, judge: Judge) -> None:
        super().__init__()
        self.lower, self.judge = lower, judge

    def forward(self, words: torch.Tensor, parts: torch.Tensor) -> torch.Tensor:
        """Logits (n, 2) for word vectors (n, tokens, 384), premise before claim."""
        logits: torch.Tensor = self.judge(words, self.lower(words, parts), parts)
        return logits
