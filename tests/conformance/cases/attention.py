"""Layer normalization, attention and Transformer layers. Masks: 1 = do not attend."""
import math

import torch
import torch.nn.functional as F
from torch import nn

from suite import case, differentiated, given, layer, mask, operation, signed

inf = float("inf")


@operation
def layer_norm(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    return F.layer_norm(x, normalized_shape, weight, bias, eps)


for shape, normalized in [((3, 4), [4]), ((7,), [7]), ((2, 3, 5), [5]), ((2, 3, 5), [3, 5]),
                          ((2, 3, 5), [2, 3, 5]), ((4, 1), [1]), ((0, 3), [3]), ((2, 0, 3), [3]),
                          ((3, 67), [67])]:
    case("layer_norm", f"{list(shape)} over {normalized}", x=signed(*shape),
         normalized_shape=normalized)
    case("layer_norm", f"{list(shape)} over {normalized}, with weight and bias", x=signed(*shape),
         weight=signed(*normalized), bias=signed(*normalized), normalized_shape=normalized)
case("layer_norm", "with weight alone", x=signed(3, 4), weight=signed(4), normalized_shape=[4])
case("layer_norm", "a large eps", x=signed(3, 4), normalized_shape=[4], eps=0.5)
case("layer_norm", "constant rows", x=given([[3.0, 3.0, 3.0], [0.0, 0.0, 0.0]]), weight=signed(3),
     bias=signed(3), normalized_shape=[3])
case("layer_norm", "another shape", raises=True, x=signed(3, 4), normalized_shape=[3])


@layer()
def LayerNorm(normalized_shape, eps=1e-5, elementwise_affine=True):
    return nn.LayerNorm(normalized_shape, eps, elementwise_affine)


case("LayerNorm", "a batch of sequences", x=signed(2, 3, 4), normalized_shape=[4])
case("LayerNorm", "over two dimensions, another eps", x=signed(2, 3, 4), normalized_shape=[3, 4],
     eps=0.01)
case("LayerNorm", "without weight and bias", x=signed(2, 4), normalized_shape=[4],
     elementwise_affine=False)


def split_heads(x, heads):
    return x.reshape(*x.shape[:2], heads, x.shape[2] // heads).transpose(1, 2)


def left_out(key_padding_mask, attn_mask, heads):
    """Both masks together, [B or 1, H or 1, Tq or 1, Tk]."""
    both = torch.zeros((1, 1, 1, 1), dtype=torch.bool)
    if key_padding_mask is not None:
        both = both | key_padding_mask[:, None, None, :]
    if attn_mask is not None:
        both = both | (attn_mask.unsqueeze(1) if attn_mask.dim() == 3 else attn_mask)
    return both


def attend(q, k, v, key_padding_mask=None, attn_mask=None, heads=1, softmax=torch.softmax):
    """PyTorch 1.13 has it inside of MultiheadAttention only; this is what that does."""
    q, k, v = (split_heads(x, heads) for x in (q, k, v))
    scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
    scores = scores.masked_fill(left_out(key_padding_mask, attn_mask, heads), -inf)
    return (softmax(scores, -1) @ v).transpose(1, 2).flatten(2)


@operation
def scaled_dot_product_attention(q, k, v, key_padding_mask=None, attn_mask=None, heads=1):
    return attend(q, k, v, key_padding_mask, attn_mask, heads)


def safe_softmax(scores, axis):
    """Zeros where there is nothing to attend to."""
    nothing = (scores == -inf).all(axis, keepdim=True)
    return torch.softmax(scores.masked_fill(nothing, 0.0), axis).masked_fill(nothing, 0.0)


def safely(seed, q, k, v, key_padding_mask=None, attn_mask=None, heads=1):
    """y and the gradients, with the safe softmax."""
    leaves = {"q": q.requires_grad_(), "k": k.requires_grad_(), "v": v.requires_grad_()}
    y = attend(q, k, v, key_padding_mask, attn_mask, heads, safe_softmax)
    return differentiated(seed, {"y": y}, leaves)


def three(b, tq, tk, e, ev=None):
    return {"q": signed(b, tq, e), "k": signed(b, tk, e), "v": signed(b, tk, ev or e)}


sdpa = "scaled_dot_product_attention"
padded, causal = [[0, 0, 1], [0, 1, 1]], [[0, 1, 1], [0, 0, 1], [0, 0, 0]]
case(sdpa, "one head", **three(2, 3, 3, 4))
case(sdpa, "two heads", **three(2, 3, 3, 4), heads=2)
case(sdpa, "other counts of keys, other widths of values", **three(2, 3, 5, 4, 6), heads=2)
case(sdpa, "a head a number", **three(1, 2, 3, 5), heads=5)
case(sdpa, "one query, one key", **three(1, 1, 1, 1))
case(sdpa, "many positions", **three(1, 37, 41, 6), heads=3)
case(sdpa, "no batch", **three(0, 2, 3, 4), heads=2)
case(sdpa, "no queries", **three(2, 0, 3, 4), heads=2)
case(sdpa, "padding", **three(2, 3, 3, 4), key_padding_mask=mask(padded), heads=2)
case(sdpa, "causal", **three(2, 3, 3, 4), attn_mask=mask(causal), heads=2)
case(sdpa, "causal, padding", **three(2, 3, 3, 4), attn_mask=mask(causal),
     key_padding_mask=mask(padded))
case(sdpa, "a mask an item", **three(2, 2, 3, 4), attn_mask=mask([[[0, 1, 0], [0, 0, 1]],
                                                                [[1, 1, 0], [0, 0, 0]]]), heads=2)
case(sdpa, "a mask an item and a head", **three(1, 2, 2, 4), heads=2,
     attn_mask=mask([[[[0, 1], [0, 0]], [[0, 0], [1, 0]]]]))
case(sdpa, "widths that no heads divide", raises=True, **three(1, 2, 2, 3), heads=2)
NOTHING = "A query that may attend to nothing gets zeros"
case(sdpa, "an item of padding only", deviation=NOTHING,
     ours=lambda seed, q, k, v, key_padding_mask: safely(seed, q, k, v, key_padding_mask, heads=2),
     **three(2, 2, 3, 4), key_padding_mask=mask([[0, 0, 1], [1, 1, 1]]), heads=2)
case(sdpa, "a query without keys", deviation=NOTHING,
     ours=lambda seed, q, k, v, attn_mask: safely(seed, q, k, v, attn_mask=attn_mask),
     **three(1, 2, 2, 3), attn_mask=mask([[1, 1], [0, 1]]))


def run_attention(module, query, key, value, key_padding_mask=None, attn_mask=None):
    if attn_mask is not None and attn_mask.dim() == 4:
        attn_mask = attn_mask.flatten(0, 1)
    y, weights = module(query, key, value, key_padding_mask=key_padding_mask, attn_mask=attn_mask)
    return {"y": y, "weights": weights.detach()}


def attention_call(module, *inputs):
    """Inputs: x, or query, key and value; then the masks, told apart by their dimensions."""
    masks = [x for x in inputs if x.dtype == torch.bool]
    real = [x for x in inputs if x.dtype != torch.bool]
    query, key, value = real * 3 if len(real) == 1 else real
    padding = next((m for m in masks if m.shape == key.shape[:2]), None)
    rest = next((m for m in masks if m is not padding), None)
    return run_attention(module, query, key, value, padding, rest)


@layer(call=attention_call, kind="small")
def MultiheadAttention(embed_dim, num_heads, bias=True, kdim=None, vdim=None):
    return nn.MultiheadAttention(embed_dim, num_heads, bias=bias, kdim=kdim, vdim=vdim,
                                 batch_first=True)


mha = "MultiheadAttention"
case(mha, "self-attention", x=signed(2, 3, 4), embed_dim=4, num_heads=2)
case(mha, "one head, one position", x=signed(1, 1, 3), embed_dim=3, num_heads=1)
case(mha, "without bias", x=signed(2, 3, 4), embed_dim=4, num_heads=4, bias=False)
case(mha, "self-attention, padding", x=signed(2, 3, 4), key_padding_mask=mask(padded), embed_dim=4,
     num_heads=2)
case(mha, "self-attention, causal", x=signed(2, 3, 4), attn_mask=mask(causal), embed_dim=4,
     num_heads=2)
case(mha, "self-attention, a mask an item and a head", x=signed(1, 2, 4), embed_dim=4, num_heads=2,
     attn_mask=mask([[[[0, 1], [0, 0]], [[0, 0], [1, 0]]]]))
case(mha, "to another sequence", query=signed(2, 2, 4), key=signed(2, 5, 4), value=signed(2, 5, 4),
     embed_dim=4, num_heads=2)
case(mha, "keys and values of other widths", query=signed(2, 2, 4), key=signed(2, 3, 5),
     value=signed(2, 3, 3), embed_dim=4, num_heads=2, kdim=5, vdim=3)
case(mha, "keys of another width, padding", query=signed(2, 2, 4), key=signed(2, 3, 5),
     value=signed(2, 3, 4), key_padding_mask=mask(padded), embed_dim=4, num_heads=1, kdim=5)
case(mha, "heads that do not divide", raises=True, x=signed(1, 2, 4), embed_dim=4, num_heads=3)
case(mha, "another width", raises=True, x=signed(1, 2, 5), embed_dim=4, num_heads=2)
case(mha, "a mask of another length", raises=True, x=signed(2, 2, 4), attn_mask=mask(causal),
     embed_dim=4, num_heads=2)

OPTIONS = {"dropout": 0.0, "batch_first": True}


def encoder_call(module, x, *masks):
    """A mask of 3 by 3 is causal, others are padding."""
    names = ["src_mask" if m.shape == (x.shape[1], x.shape[1]) else "src_key_padding_mask"
             for m in masks]
    if isinstance(module, nn.TransformerEncoder):
        names = [{"src_mask": "mask"}.get(name, name) for name in names]
    return module(x, **dict(zip(names, masks)))


@layer(call=encoder_call, kind="small")
def TransformerEncoderLayer(**arguments):
    return nn.TransformerEncoderLayer(**arguments, **OPTIONS)


@layer(call=encoder_call, kind="small")
def TransformerEncoder(num_layers, final_norm=False, **arguments):
    norm = nn.LayerNorm(arguments["d_model"]) if final_norm else None
    return nn.TransformerEncoder(nn.TransformerEncoderLayer(**arguments, **OPTIONS), num_layers, norm)


def decoder_call(module, x, memory, tgt_mask=None, tgt_padding=None, memory_padding=None):
    return module(x, memory, tgt_mask=tgt_mask, tgt_key_padding_mask=tgt_padding,
                  memory_key_padding_mask=memory_padding)


@layer(call=decoder_call, kind="small")
def TransformerDecoderLayer(**arguments):
    return nn.TransformerDecoderLayer(**arguments, **OPTIONS)


@layer(call=decoder_call, kind="small")
def TransformerDecoder(num_layers, final_norm=False, **arguments):
    norm = nn.LayerNorm(arguments["d_model"]) if final_norm else None
    return nn.TransformerDecoder(nn.TransformerDecoderLayer(**arguments, **OPTIONS), num_layers, norm)


def transformer_call(module, src, tgt, tgt_mask=None, src_padding=None):
    return module(src, tgt, tgt_mask=tgt_mask, src_key_padding_mask=src_padding,
                  memory_key_padding_mask=src_padding)


@layer(call=transformer_call, kind="small")
def Transformer(**arguments):
    return nn.Transformer(**arguments, **OPTIONS)


small = {"d_model": 4, "nhead": 2, "dim_feedforward": 5}
for what, options in {"defaults": {}, "gelu": {"activation": "gelu"},
                      "norm first": {"norm_first": True}, "another eps": {"layer_norm_eps": 0.01},
                      "norm first, gelu": {"norm_first": True, "activation": "gelu"}}.items():
    case("TransformerEncoderLayer", what, x=signed(2, 3, 4), **small, **options)
    case("TransformerDecoderLayer", what, x=signed(2, 3, 4), memory=signed(2, 2, 4), **small,
         **options)
for name in ("TransformerEncoderLayer", "TransformerEncoder"):
    more = {} if name.endswith("Layer") else {"num_layers": 2}
    case(name, "causal, padding", x=signed(2, 3, 4), attn_mask=mask(causal),
         key_padding_mask=mask([[0, 0, 1], [0, 0, 0]]), **more, **small)
    case(name, "one position", x=signed(1, 1, 4), **more, **small)
for norm in (False, True):
    what = "with" if norm else "without"
    case("TransformerEncoder", f"two layers, {what} a final norm", x=signed(1, 3, 4), num_layers=2,
         final_norm=norm, **small)
    case("TransformerDecoder", f"two layers, {what} a final norm", x=signed(1, 2, 4),
         memory=signed(1, 3, 4), num_layers=2, final_norm=norm, **small)
for name in ("TransformerDecoderLayer", "TransformerDecoder"):
    more = {} if name.endswith("Layer") else {"num_layers": 2}
    case(name, "causal, padding", x=signed(2, 3, 4), memory=signed(2, 3, 4), tgt_mask=mask(causal),
         tgt_padding=mask([[0, 0, 1], [0, 0, 0]]), memory_padding=mask(padded), **more, **small)
layers = {"num_encoder_layers": 1, "num_decoder_layers": 1}
case("Transformer", "one layer each", src=signed(2, 3, 4), tgt=signed(2, 2, 4), **small, **layers)
case("Transformer", "causal, padding", src=signed(2, 3, 4), tgt=signed(2, 3, 4),
     tgt_mask=mask(causal), src_padding=mask(padded), **small, **layers)
case("Transformer", "two and one layers, norm first", src=signed(1, 3, 4), tgt=signed(1, 2, 4),
     norm_first=True, num_encoder_layers=2, num_decoder_layers=1, **small)
case("Transformer", "other batches of src and tgt", raises=True, src=signed(2, 3, 4),
     tgt=signed(1, 2, 4), **small, **layers)


@operation
def PositionalEncoding(x):
    """The tutorial's: sines in even columns, cosines in odd ones."""
    width = x.shape[-1]
    table = torch.zeros(x.shape[1], width)
    position = torch.arange(x.shape[1]).unsqueeze(1)
    rate = torch.exp(torch.arange(0, width, 2) * (-math.log(10000.0) / width))
    table[:, 0::2] = torch.sin(position * rate)
    table[:, 1::2] = torch.cos(position * rate)[:, :width // 2]
    return x + table


case("PositionalEncoding", "even width", x=signed(2, 7, 4))
case("PositionalEncoding", "odd width", x=signed(1, 3, 5))
