"""Layers, with values of the formula in all their parameters, and what they begin with."""
from torch import nn

from suite import case, given, ids, layer, operation, signed


@layer()
def Linear(in_features, out_features, bias=True):
    return nn.Linear(in_features, out_features, bias)


case("Linear", "a batch", x=signed(4, 3), in_features=3, out_features=2)
case("Linear", "without bias, sequences", x=signed(2, 3, 5), in_features=5, out_features=4,
     bias=False)
case("Linear", "one to one", x=signed(1), in_features=1, out_features=1)
case("Linear", "no outputs", x=signed(3, 2), in_features=2, out_features=0)
case("Linear", "another width", raises=True, x=signed(2, 4), in_features=3, out_features=2)


@layer()
def Embedding(num_embeddings, embedding_dim, padding_idx=None):
    return nn.Embedding(num_embeddings, embedding_dim, padding_idx)


case("Embedding", "[2, 3] ids", ids=ids([[0, 4, 1], [2, 0, 1]]), num_embeddings=5, embedding_dim=3)
for padding in (0, 4, -1, -5):
    case("Embedding", f"padding {padding}", ids=ids([[0, 4, 1], [2, 0, 1]]), num_embeddings=5,
         embedding_dim=3, padding_idx=padding)
for padding in (5, -6):
    case("Embedding", f"padding {padding} of 5", raises=True, ids=ids([0]), num_embeddings=5,
         embedding_dim=3, padding_idx=padding)
case("Embedding", "an id counted from the end", raises=True, ids=ids([-1]), num_embeddings=5,
     embedding_dim=3, padding_idx=-1)


@layer()
def EmbeddingBag(num_embeddings, embedding_dim, mode="mean", padding_idx=None,
                 include_last_offset=False):
    return nn.EmbeddingBag(num_embeddings, embedding_dim, mode=mode, padding_idx=padding_idx,
                           include_last_offset=include_last_offset)


case("EmbeddingBag", "defaults", ids=ids([0, 1, 2, 3, 4, 0]), offsets=ids([0, 2, 2, 5]),
     num_embeddings=5, embedding_dim=3)
for mode in ("sum", "mean", "max"):
    for padding in (0, -1):
        case("EmbeddingBag", f"{mode}, padding {padding}", ids=ids([[0, 1, 4], [0, 0, 0], [4, 2, 2]]),
             num_embeddings=5, embedding_dim=3, mode=mode, padding_idx=padding)


@operation
def from_pretrained(table, ids, padding_idx=None):
    """The layer's table is a copy in ours and the given tensor in PyTorch: only y is compared."""
    return nn.Embedding.from_pretrained(table, padding_idx=padding_idx)(ids)


case("from_pretrained", "without padding", table=signed(4, 3, constant=True), ids=ids([3, 0]))
case("from_pretrained", "a padding row of zeros", ids=ids([0, 1]), padding_idx=0,
     table=given([[0.0, 0.0], [1.0, 2.0]], constant=True))
case("from_pretrained", "a padding row that is not zero", ids=ids([0, 1]), padding_idx=0,
     deviation="`from_pretrained` copies, and makes the padding row zero",
     ours={"y": [[0.0, 0.0], [1.0, 2.0]]}, table=given([[5.0, 6.0], [1.0, 2.0]], constant=True))
case("from_pretrained", "a vector", raises=True, table=signed(4, constant=True), ids=ids([0]))


@layer()
def ReLU():
    return nn.ReLU()


@layer()
def GELU():
    return nn.GELU()


@layer()
def Tanh():
    return nn.Tanh()


@layer()
def Sigmoid():
    return nn.Sigmoid()


for name in ("ReLU", "GELU", "Tanh", "Sigmoid"):
    case(name, "a matrix", x=signed(3, 5))


@layer()
def Dropout(p=0.5, training=True):
    return nn.Dropout(p).train(training)


case("Dropout", "evaluation", x=signed(3, 4), training=False)
case("Dropout", "training with p = 0", x=signed(3, 4), p=0.0)
case("Dropout", "training with p = 1", x=signed(3, 4), p=1.0)
case("Dropout", "p above 1", raises=True, x=signed(3), p=1.5)
case("Dropout", "p is NaN", raises=True, x=signed(3), p=float("nan"))


@layer()
def Sequential(sizes, p):
    """Linear, Tanh, Dropout, Linear."""
    return nn.Sequential(nn.Linear(sizes[0], sizes[1]), nn.Tanh(), nn.Dropout(p),
                         nn.Linear(sizes[1], sizes[2]))


case("Sequential", "two linear layers", x=signed(4, 3), sizes=[3, 5, 2], p=0.0)


@layer()
def TextEmbedding(num_embeddings, embedding_dim, padding_idx):
    """PyTorch has no such layer: an embedding, then dropout, off here."""

    class Text(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(num_embeddings, embedding_dim, padding_idx)

        def forward(self, x):
            return self.embedding(x)

    return Text()


case("TextEmbedding", "padding 0", ids=ids([[0, 2], [1, 1]]), num_embeddings=3, embedding_dim=4,
     padding_idx=0)
